import ArgumentParser

/// `sampan application`.
struct ApplicationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "application", abstract: "Applications for awards.",
    subcommands: [
      ApplicationListCommand.self,
      ApplicationShowCommand.self,
      ApplicationScoreCommand.self,
      ApplicationDecideCommand.self,
    ])
}
