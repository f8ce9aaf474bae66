import ArgumentParser

/// `sampan round`.
struct RoundCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "round", abstract: "Clearings: what came in, what came out, how good it was.",
    subcommands: [
      RoundListCommand.self,
      RoundShowCommand.self,
    ])
}
