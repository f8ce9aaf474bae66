import ArgumentParser

/// `sampan invoice`.
struct InvoiceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "invoice", abstract: "What sellers bill buyers, by the month.",
    subcommands: [
      InvoiceListCommand.self,
      InvoiceGetCommand.self,
      InvoiceAnnotateCommand.self,
    ])
}
