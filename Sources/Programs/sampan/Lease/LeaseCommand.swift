import ArgumentParser

/// `sampan lease`.
struct LeaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lease", abstract: "What you have: the right to use GPUs.",
    subcommands: [
      LeaseListCommand.self,
      LeaseShowCommand.self,
      LeaseConnectCommand.self,
      LeaseEndCommand.self,
      LeaseEvidenceCommand.self,
      LeaseAbandonCommand.self,
      LeaseCorrectCommand.self,
    ])
}
