import ArgumentParser

/// `sampan ledger`.
struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "The log of everything.",
    subcommands: [
      LedgerBundleCommand.self,
      LedgerExportCommand.self,
      LedgerProofCommand.self,
      LedgerQueryCommand.self,
      LedgerReadsCommand.self,
      LedgerTailCommand.self,
      LedgerVerifyCommand.self,
    ])
}
