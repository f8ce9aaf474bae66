import ArgumentParser
import BrokerAPI
import BrokerClient

/// One invoice with its lines.
struct InvoiceGetCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "One invoice with its lines; as CSV with the columns of FOCUS 1.2.",
    discussion: """
      Month, seller and buyer name an invoice, as `sampan invoice list` shows it.

      Example:
        sampan invoice get 2026-11:cyberport:hku-nlp --html invoice.html
        sampan invoice get 2026-11:cyberport:hku-nlp -o csv
      """)
  static let failing = "There is no invoice."

  @Argument(help: "The invoice: month:seller:buyer.")
  var invoice: InvoiceName
  @OptionGroup var document: DocumentOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let (invoice, lines) = try await self.invoice.fetch(session)
    try document.write(Self.page(invoice, lines), session.terminal)
    switch session.format {
    case .csv: session.terminal.write(FocusTable.csv(FocusTable.entries(invoice, lines)))
    case .json, .yaml:
      let tree = JSONTree.object([
        JSONTree.Member("invoice", try invoice.tree()),
        JSONTree.Member("lines", .array(try lines.map { try $0.tree() })),
      ])
      session.terminal.write(session.format == .json ? tree.pretty + "\n" : tree.yaml)
    case .name: session.terminal.say(invoice.name)
    case .table, .wide:
      session.terminal.say(
        "\(invoice.name)  net \(Display.money(invoice.net))  tax \(Display.money(invoice.tax))  "
          + "gross \(Display.money(invoice.gross))\(invoice.final ? "" : "  (the month runs)")")
      try session.show(lines, Self.sheet, empty: "It has no lines.")
    }
  }

  static let sheet = Sheet<Wire.BilledLine>(
    columns: [
      Column("DAY") { Cell($0.from.map { String($0.text.prefix(10)) }) },
      Column("KIND") { .text($0.kind) },
      Column("LEASE") { .text($0.lease) },
      Column("SITE") { .text($0.site) },
      Column("CHIP") { .text($0.chip) },
      Column("DELIVERED") { line in
        line.less.map { .figure("-" + Display.gpuHours($0)) }
          ?? line.delivered.map(Cell.gpuTime) ?? .none
      },
      Column("USED") { $0.used.map(Cell.gpuTime) ?? .none },
      Column("NET") { .money($0.net) },
      Column("TAX") { .money($0.tax) },
      Column("GROSS") { .money($0.gross) },
      Column("POSITION", wide: true) { .text($0.position.text) },
      Column("CORRECTS", wide: true) { Cell($0.corrects?.text) },
      Column("DISPUTE", wide: true) { Cell($0.dispute) },
    ], name: { $0.position.text })

  static func page(_ invoice: Wire.Invoice, _ lines: [Wire.BilledLine]) -> Page {
    var page = Page(title: "Invoice \(invoice.name)")
    page.heading(
      invoice.final ? "Invoice" : "Preliminary invoice",
      "\(invoice.sellerName ?? invoice.seller) to \(invoice.buyerName ?? invoice.buyer), "
        + "\(invoice.month)")
    page.facts([
      ("Seller", invoice.seller), ("Buyer", invoice.buyer),
      ("Seller's registration", invoice.registration), ("Invoice", invoice.name),
      ("Seller's invoice number", invoice.number), ("Fapiao", invoice.fapiao),
      ("From", Display.instant(invoice.from)), ("Until", Display.instant(invoice.until)),
    ])
    page.facts([
      ("Net", Display.money(invoice.net)), ("Tax", Display.money(invoice.tax)),
      ("Gross, as paid", Display.money(invoice.gross)), ("Lines", String(invoice.lines)),
    ])
    page.section("Lines")
    let columns = sheet.columns.filter { !$0.isWide }
    let sums = [invoice.net, invoice.tax, invoice.gross].map(Display.money)
    page.table(
      columns, lines,
      total: ["Total"] + Array(repeating: "", count: columns.count - 1 - sums.count) + sums)
    page.note(
      "Delivered and used in GPU-hours; what was delivered is charged. A correction refers to a day "
        + "that was charged before, with the tax of then. Paid from the account held "
        + "with the platform: nothing is due. Every line is an entry of the ledger.")
    return page
  }
}
