import ArgumentParser
import BrokerAPI
import BrokerClient

/// The invoices of a month.
struct InvoiceListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "The invoices of a month, as seller or as buyer.",
    discussion: """
      A line belongs to the month in which it was booked, so a month that is over never changes. \
      Prices have the tax in them; what of it is tax follows from the seller's rule.

      Example:
        sampan invoice list --month 2026-11
      """,
    aliases: ["ls"])
  static let failing = "There are no invoices."

  @OptionGroup var when: MonthOption
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let month = try await when.chosen(session)
    let invoices = try await session.client.invoices(month: month.description)
      .all(atMost: list.limit)
    try session.show(invoices, Self.sheet, empty: "Nothing was billed in \(month).")
  }

  static let sheet = Sheet<Wire.Invoice>(
    columns: [
      Column("INVOICE") { .text($0.name) },
      Column("LINES") { .number(Int64($0.lines)) },
      Column("NET") { .money($0.net) },
      Column("TAX") { .money($0.tax) },
      Column("GROSS") { .money($0.gross) },
      Column("FINAL") { .text($0.final ? "yes" : "not yet") },
      Column("NUMBER") { Cell($0.number) },
      Column("FAPIAO") { Cell($0.fapiao) },
      Column("REGISTRATION", wide: true) { Cell($0.registration) },
    ], name: { $0.name })
}
