import ArgumentParser
import BrokerAPI
import BrokerClient

/// The seller's own numbers of an invoice.
struct InvoiceAnnotateCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "annotate",
    abstract: "Keep the seller's own number of an invoice, and its fapiao.",
    discussion: """
      For the seller. The numbers stand beside the ledger, not in it, and may be written again.

      Example:
        sampan invoice annotate 2026-11:cyberport:hku-nlp --number CY-2026-0311 --fapiao 26442000000123456789
      """)
  static let failing = "The invoice has no new number."

  @Argument(help: "The invoice: month:seller:buyer.")
  var invoice: InvoiceName
  @Option(name: .long, help: "The seller's own number of the invoice.")
  var number: String?
  @Option(name: .long, help: "The number of the fapiao.")
  var fapiao: String?
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard number != nil || fapiao != nil else {
      throw ValidationError("give --number, --fapiao or both")
    }
  }

  func perform() async throws {
    let session = try session()
    _ = try await session.client.annotateInvoice(
      month: invoice.month.description, seller: invoice.seller, buyer: invoice.buyer,
      Wire.AnnotateInvoice(number: number, fapiao: fapiao))
    let (annotated, _) = try await invoice.fetch(session)
    try session.show(annotated, InvoiceListCommand.sheet) { invoice in
      ["\(invoice.name): number \(invoice.number ?? "-"), fapiao \(invoice.fapiao ?? "-")"]
    }
  }
}
