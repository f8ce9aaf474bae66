import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// Documents of a lease that was charged, by the command line, against what its account says.
enum DocumentChecks {
  static func check(_ broker: BrokerProcess, _ trader: BrokerClient, lease: String) async throws {
    let lines = try await trader.accountStatement("hku-nlp:hkd").all().filter { $0.lease == lease }
    let charge = try #require(lines.first { $0.kind == "charge" })
    let month = try #require(BillingMonth(of: charge.at)).description
    let paid = lines.reduce(0) { $0 + ($1.debit?.minor ?? 0) - ($1.credit?.minor ?? 0) }
    let known = ["--broker", broker.address, "--token-file", "data/p-0-1.token"]
    func sampan(_ arguments: String...) throws -> (status: Int32, output: String) {
      try broker.run("sampan", arguments + known)
    }
    // 6 % of the net price from this month on; the platform's fee has none.
    let tax = try sampan(
      "party", "tax", "cyberport", "--permille", "60", "--from", month, "--registration", "BR-1")
    #expect(tax.status == 0, "\(tax.output)")
    let name = "\(month):cyberport:hku-nlp"
    let past = try sampan("party", "tax", "cyberport", "--permille", "61", "--from", "2026-10")
    #expect(past.status != 0 && past.output.contains("2026-10 is over"), "\(past.output)")
    let noted = try sampan("invoice", "annotate", name, "--number", "CY-7", "--fapiao", "F<9>")
    #expect(noted.status == 0 && noted.output.contains("CY-7"), "\(noted.output)")

    let invoices = try await trader.invoices(month: month).all()
    #expect(Set(invoices.map(\.seller)).count == 2)
    #expect(invoices.reduce(0) { $0 + $1.gross.minor } == paid)
    let invoice = try #require(invoices.first { $0.seller == "cyberport" })
    #expect(invoice.net.minor + invoice.tax.minor == invoice.gross.minor)
    #expect(invoice.tax.minor > 0 && invoice.tax.minor <= invoice.gross.minor * 60 / 1_060)
    #expect(invoice.number == "CY-7" && invoice.fapiao == "F<9>" && !invoice.final)
    #expect(invoice.registration == "BR-1")

    let html = "invoice.html"
    let csv = try sampan("invoice", "get", name, "-o", "csv", "--html", html)
    #expect(csv.status == 0, "\(csv.output)")
    #expect(csv.output.contains("BilledCost,ContractedCost,EffectiveCost,ListCost,"))
    #expect(csv.output.contains(",ChargeCategory,ChargeClass,"), "\(csv.output)")
    #expect(csv.output.contains(",Tax,") && csv.output.contains(",Usage,"))
    let page = broker.text(html)
    #expect(page.contains("F&lt;9&gt;") && !page.contains("F<9>"), "words are text, not markup")
    #expect(page.contains(Self.shown(invoice.gross)) && page.contains("BR-1"))

    let statement = try sampan(
      "account", "statement", "hku-nlp:hkd", "--month", month, "-o", "json")
    #expect(statement.status == 0, "\(statement.output)")
    let account = try await trader.showAccount("hku-nlp:hkd")
    #expect(statement.output.contains("\"closing\": \"\(account.balance)\""), "\(statement.output)")
    let report = try await broker.maker.platformReport(month: month)
    let site = try #require(report.sites.first { $0.site == "cyberport-h" })
    #expect(site.leases >= 1 && site.delivered.milliseconds > 0 && site.earned.minor > 0)
    #expect((1...1_000).contains(site.utilisationPermille ?? 0))
    let printed = try sampan("report", "platform", "--month", month, "--html", "report.html")
    #expect(printed.status == 0 && printed.output.contains("cyberport-h"), "\(printed.output)")
    if let folder = ProcessInfo.processInfo.environment["SAMPAN_DOCUMENTS"] {
      for name in [html, "report.html"] {
        try broker.text(name).write(
          toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      }
    }

    let books = try broker.run(
      "sampan", ["ledger", "export", "--format", "hledger", "--file", "data/ledger.sqlite"])
    #expect(books.output.contains("liabilities:parties:hku-nlp:HKD"), "\(books.output)")
  }

  /// Its end, which no page parts by thousands.
  private static func shown(_ money: WireMoney) -> String { String(money.text.suffix(6)) }
}
