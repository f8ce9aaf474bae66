import BrokerAPI
import Foundation
import Testing

@testable import sampan

/// What documents for accountants say of corrections and of money between parties.
@Suite struct DocumentTests {
  private static func month(_ text: String) throws -> BillingMonth {
    try BillingMonth(parsing: text)
  }

  private static func invoice(_ month: BillingMonth) -> Wire.Invoice {
    let money = WireMoney(.hkd, minor: -1_060)
    return Wire.Invoice(
      month: month.description, seller: "cyberport", buyer: "hku-nlp", from: month.from,
      until: month.until, lines: 1, gross: money, tax: WireMoney(.hkd, minor: -60),
      net: WireMoney(.hkd, minor: -1_000), final: true)
  }

  /// A correction of what was charged at the first moment of a month.
  private static func correction(
    _ kind: String = "correction", charged: BillingMonth, booked: BillingMonth
  ) -> Wire.BilledLine {
    Wire.BilledLine(
      position: Position(clamping: 90), at: booked.from, kind: kind, seller: "cyberport",
      buyer: "hku-nlp", gross: WireMoney(.hkd, minor: -1_060), tax: WireMoney(.hkd, minor: -60),
      net: WireMoney(.hkd, minor: -1_000), taxPermille: 60, lease: "lease-7-0", site: "cyberport-h",
      chip: "h800-80g", corrects: Position(clamping: 41), charged: charged.from,
      less: kind == "correction" ? GPUSeconds(clamping: 5_400_000) : nil, dispute: "dispute-60")
  }

  /// The cells of the rows by the names of their columns.
  private static func rows(_ csv: String) throws -> [[String: String]] {
    let lines = csv.split(separator: "\r\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let head = try #require(lines.first)
    return lines.dropFirst().map { Dictionary(zip(head, $0)) { $1 } }
  }

  @Test(
    "a correction of a month that was invoiced is one by FOCUS; one of the month that runs adjusts it"
  )
  func corrections() throws {
    let (march, april) = (try Self.month("2026-03"), try Self.month("2026-04"))
    let invoice = Self.invoice(april)
    // A description with a comma is quoted: it would shift the cells here.
    func row(_ line: Wire.BilledLine) throws -> [String: String] {
      var plain = line
      plain.dispute = nil
      return try #require(
        try Self.rows(FocusTable.csv(FocusTable.entries(invoice, [plain]))).first)
    }
    let late = try row(Self.correction(charged: march, booked: april))
    #expect(late["ChargeClass"] == "Correction" && late["ChargeCategory"] == "Usage")
    #expect(late["PricingQuantity"] == "-1.500000" && late["ConsumedQuantity"] == "-1.500000")
    #expect(late["BilledCost"] == "-10.00" && late["x_CorrectsPosition"] == "41")
    let early = try row(Self.correction(charged: april, booked: april))
    #expect(early["ChargeClass"] == "" && early["ChargeCategory"] == "Adjustment")
    #expect(early["PricingQuantity"] == "" && early["ConsumedUnit"] == "")
    let fee = try row(Self.correction("correction-fee", charged: march, booked: april))
    #expect(fee["ServiceName"] == "Platform fee" && fee["ChargeClass"] == "Correction")
    let whole = FocusTable.csv(
      FocusTable.entries(invoice, [Self.correction(charged: march, booked: april)]))
    #expect(whole.contains("as decided in dispute-60") && whole.contains(",dispute-60,"))
    #expect(whole.contains(",Tax,Correction,"), "its tax is corrected too")
    let page = InvoiceGetCommand.page(
      invoice, [Self.correction(charged: march, booked: april)]
    ).html
    #expect(page.contains("correction") && page.contains("-1.5") && page.contains("HKD -10.60"))
  }

  @Test("the scheme's report says all sums of a fund on its page, in its lines and as rows")
  func scheme() throws {
    let month = try Self.month("2026-01")
    func money(_ minor: Int64) -> WireMoney { WireMoney(.hkd, minor: minor) }
    let awards = (1...60).map { number in
      Wire.AwardYear(
        fund: "aiss", award: "award-\(number)", tenant: "hku-nlp", grantedAt: month.from,
        amount: money(1_000), paid: money(400), held: money(100), left: money(300),
        returned: money(200), clawedBack: money(50), paidInYear: money(400),
        delivered: GPUSeconds(clamping: 7_200_000), used: GPUSeconds(clamping: 3_600_000))
    }
    let fund = Wire.FundYear(
      fund: "aiss",
      calls: [
        Wire.CallYear(
          call: "call-7", openedAt: month.from, closesAt: month.until, amount: money(99_000),
          applications: 61, awards: 60, awarded: money(60_000))
      ], received: 61, granted: 60, declined: 1, waiting: 0, medianWaitMs: 90_000_000,
      longestWaitMs: 900_000_000, awarded: money(60_000), paid: money(24_000), held: money(6_000),
      left: money(18_000), returned: money(12_000), clawedBack: money(3_000),
      paidInYear: money(24_000), awards: awards,
      use: [
        Wire.SchemeUse(
          fund: "aiss", site: "cyberport-h", centre: "cyberport", chip: "h800-80g", leases: 60,
          delivered: GPUSeconds(clamping: 432_000_000), used: GPUSeconds(clamping: 216_000_000),
          usedPermille: 500, paid: money(24_000))
      ])
    let report = Wire.SchemeReport(
      year: 2_026, from: month.from, until: month.until, position: Position(clamping: 90),
      final: true, funds: [fund])
    let page = ReportSchemeCommand.page(report).html
    for text in [
      "HKD 600.00", "HKD 240.00", "HKD 60.00", "HKD 180.00", "HKD 120.00", "HKD 30.00", "25 h",
      "10 d 10 h", "50.0 %", "award-60", "call-7",
    ] {
      #expect(page.contains(text), "\(text)")
      #expect(ReportSchemeCommand.lines(report).joined(separator: "\n").contains(text))
    }
    #expect(page.contains("AWARDED, HKD</th>") && page.contains("<td class=\"n\">600.00</td>"))
    let csv = Grid(columns: ReportSchemeCommand.awards).rendered(awards, as: .csv)
    #expect(csv.split(separator: "\r\n").count == 61 && csv.hasPrefix("FUND,AWARD,TENANT,AWARDED"))
    if let folder = ProcessInfo.processInfo.environment["SAMPAN_DOCUMENTS"] {
      try page.write(toFile: "\(folder)/scheme.html", atomically: true, encoding: .utf8)
    }
  }

  @Test("a statement has what went between parties, on paper and as rows that sum to it")
  func transfers() throws {
    let month = try Self.month("2026-03")
    let account = Wire.Account(
      account: "hku-nlp:hkd", party: "hku-nlp", currency: .hkd,
      balance: WireMoney(.hkd, minor: 0), held: WireMoney(.hkd, minor: 0),
      free: WireMoney(.hkd, minor: 0), creditLimit: WireMoney(.hkd, minor: 0), closed: false)
    func line(_ position: Int64, _ minor: Int64, _ transfer: String?) -> Wire.StatementLine {
      Wire.StatementLine(
        at: month.from, position: Position(clamping: position),
        kind: transfer == nil ? "deposit" : "transfer", counterparty: "cuhk:hkd",
        debit: minor < 0 ? WireMoney(.hkd, minor: -minor) : nil,
        credit: minor > 0 ? WireMoney(.hkd, minor: minor) : nil,
        balance: WireMoney(.hkd, minor: 10_000), transfer: transfer)
    }
    let statement = MonthStatement(
      account: account, month: month,
      lines: [line(1, 5_000, nil), line(2, -700, "transfer-2-0"), line(3, 250, "transfer-3-0")],
      before: nil)
    let rows = try Self.rows(FocusTable.csv(FocusTable.entries(statement)))
    #expect(rows.map { $0["BilledCost"] } == ["7.00", "-2.50"])
    #expect(rows.map { $0["ResourceId"] } == ["transfer-2-0", "transfer-3-0"])
    #expect(rows.allSatisfy { $0["ChargeCategory"] == "Adjustment" && $0["InvoiceId"] == "" })
    #expect(rows.map { $0["ChargeDescription"] } == ["Transfer to cuhk", "Transfer from cuhk"])
    let page = statement.page.html
    #expect(page.contains("transfer-2-0") && page.contains("HKD 7.00"))
  }
}
