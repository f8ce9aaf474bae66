import ArgumentParser

/// `sampan context`.
struct ContextCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "context", abstract: "Brokers by name, and which one is meant.",
    subcommands: [
      ContextAddCommand.self,
      ContextUseCommand.self,
      ContextListCommand.self,
      ContextRemoveCommand.self,
    ])
}
