import ArgumentParser

/// `sampan export`.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Records for a supervisor: orders, trades, the whole log.",
    subcommands: [
      ExportLedgerCommand.self, ExportOrdersCommand.self, ExportTradesCommand.self,
    ])
}
