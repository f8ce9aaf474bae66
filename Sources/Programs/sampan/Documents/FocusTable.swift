import BrokerAPI

/// Lines of invoices with the columns of FOCUS 1.2, the open specification of cost and usage data: all
/// 21 that it makes mandatory, those of its conditional ones that the ledger knows, and our own with the
/// prefix that it asks for. Costs are decimals without their currency, times are UTC, as it demands.
///
/// What a line costs is its net amount; tax is a row of its own, so the rows sum to what was paid. The
/// price of a round is what is listed and what is contracted; what else moved stands in rows of its own.
/// A correction of a month that was invoiced has the class Correction and quantities below zero; one of
/// the month that runs is an adjustment of it.
enum FocusTable {
  /// A line of an invoice with what the invoice says of it.
  struct Entry {
    let invoice: Wire.Invoice
    let line: Wire.BilledLine
    /// The row of the line's tax.
    let isTax: Bool
    /// The leg of a transfer between parties, which nobody invoices.
    var transfer: String?
  }

  /// Transfers between parties that a statement has, each an adjustment of what its party spent.
  static func entries(_ statement: MonthStatement) -> [Entry] {
    let zero = WireMoney(statement.account.currency, minor: 0)
    return statement.lines.compactMap { line in
      guard let transfer = line.transfer else { return nil }
      let paid = WireMoney(
        zero.currency, minor: (line.debit?.minor ?? 0) - (line.credit?.minor ?? 0))
      let other = String(line.counterparty.prefix { $0 != ":" })
      let billed = Wire.BilledLine(
        position: line.position, at: line.at, kind: line.kind, seller: other,
        buyer: statement.account.party, gross: paid, tax: zero, net: paid, taxPermille: 0,
        lease: "", site: "", chip: "")
      let invoice = Wire.Invoice(
        month: statement.month.description, seller: other, buyer: statement.account.party,
        from: statement.month.from, until: statement.month.until, lines: 1, gross: paid, tax: zero,
        net: paid, final: false)
      return Entry(invoice: invoice, line: billed, isTax: false, transfer: transfer)
    }
  }

  /// One or two rows a line.
  static func entries(_ invoice: Wire.Invoice, _ lines: [Wire.BilledLine]) -> [Entry] {
    lines.flatMap { line in
      [Entry(invoice: invoice, line: line, isTax: false)]
        + (line.tax.minor == 0 ? [] : [Entry(invoice: invoice, line: line, isTax: true)])
    }
  }

  static func csv(_ entries: [Entry], header: Bool = true) -> String {
    Grid(columns: columns).rendered(entries, as: .csv, header: header)
  }

  static var columns: [Column<Entry>] {
    costs + account + charge + [
      Column("InvoiceId") { Cell($0.transfer == nil ? $0.invoice.name : nil) },
      Column("InvoiceIssuerName") { .text($0.invoice.sellerName ?? $0.line.seller) },
      Column("PricingQuantity") { Cell($0.quantity($0.paid)) },
      Column("PricingUnit") { Cell($0.quantity($0.paid) == nil ? nil : "GPU-Hours") },
      Column("ConsumedQuantity") { Cell($0.quantity($0.delivered)) },
      Column("ConsumedUnit") { Cell($0.quantity($0.delivered) == nil ? nil : "GPU-Hours") },
      Column("ProviderName") { _ in .text("Sampan") },
      Column("PublisherName") { .text($0.invoice.sellerName ?? $0.line.seller) },
      Column("RegionId") { .text($0.line.site) },
      Column("ResourceId") { .text($0.transfer ?? $0.line.lease) },
      Column("ResourceType") { .text($0.transfer == nil ? "lease" : "transfer") },
      Column("ServiceCategory") { .text($0.service == "GPU time" ? "Compute" : "Other") },
      Column("ServiceName") { .text($0.service) },
      Column("SkuId") { .text($0.line.chip) },
      Column("x_CorrectsPosition") { Cell($0.line.corrects?.text) },
      Column("x_DisputeId") { Cell($0.line.dispute) },
      Column("x_FapiaoNumber") { Cell($0.invoice.fapiao) },
      Column("x_GrossCost") { .text($0.isTax ? "0.00" : decimal($0.line.gross.minor)) },
      Column("x_LedgerPosition") { .text($0.line.position.text) },
      Column("x_SellerInvoiceNumber") { Cell($0.invoice.number) },
      Column("x_SellerRegistration") { Cell($0.invoice.registration) },
      Column("x_TaxPermille") { .text(String($0.line.taxPermille)) },
      Column("x_UsedQuantity") { Cell($0.quantity($0.line.used?.milliseconds)) },
    ]
  }

  private static var costs: [Column<Entry>] {
    ["BilledCost", "ContractedCost", "EffectiveCost", "ListCost"].map { name in
      Column(name) { .text(decimal($0.cost)) }
    }
  }

  private static var account: [Column<Entry>] {
    [
      Column("BillingAccountId") { .text($0.line.buyer) },
      Column("BillingAccountName") { .text($0.invoice.buyerName ?? $0.line.buyer) },
      Column("BillingCurrency") { .text($0.line.gross.currency.rawValue) },
      Column("BillingPeriodEnd") { .text(utc($0.invoice.until)) },
      Column("BillingPeriodStart") { .text(utc($0.invoice.from)) },
    ]
  }

  private static var charge: [Column<Entry>] {
    [
      Column("ChargeCategory") { .text($0.category) },
      Column("ChargeClass") { Cell($0.isLate ? "Correction" : nil) },
      Column("ChargeDescription") { .text($0.description) },
      Column("ChargeFrequency") { _ in .text("Usage-Based") },
      Column("ChargePeriodEnd") { .text(utc($0.line.until ?? $0.line.at)) },
      Column("ChargePeriodStart") { .text(utc($0.line.from ?? $0.line.at)) },
    ]
  }

  /// Minor units as a decimal number.
  static func decimal(_ minor: Int64) -> String {
    String(WireMoney(.hkd, minor: minor).text.dropFirst(4))
  }

  /// `2026-10-31T16:00:00Z`; milliseconds are left out.
  private static func utc(_ time: WireTime) -> String {
    // The text of a time is that of +08:00.
    WireTime(clamping: time.milliseconds - 28_800_000).text.prefix(19) + "Z"
  }
}

extension FocusTable.Entry {
  fileprivate var cost: Int64 { isTax ? line.tax.minor : line.net.minor }

  /// It corrects what an earlier month was invoiced.
  fileprivate var isLate: Bool { line.charged.map { $0 < invoice.from } ?? false }

  fileprivate var service: String {
    if transfer != nil { return "Transfer between parties" }
    return line.kind.hasSuffix("fee") ? "Platform fee" : "GPU time"
  }

  fileprivate var category: String {
    if isTax { return "Tax" }
    switch line.kind {
    case "usage": return "Usage"
    case "fee": return "Purchase"
    case "correction" where isLate: return "Usage"
    case "correction-fee" where isLate: return "Purchase"
    case "subsidy", "correction-subsidy": return "Credit"
    case _ where line.corrects != nil || transfer != nil: return "Adjustment"
    default: return line.gross.minor < 0 ? "Credit" : "Adjustment"
    }
  }

  fileprivate var description: String {
    let what =
      switch line.kind {
      case "usage": "GPU time of \(line.lease) on \(line.chip) at \(line.site)"
      case "fee": "Fee of the platform for \(line.lease)"
      case "correction": "Less GPU time of \(line.lease) was delivered than charged\(decided)"
      case "correction-fee": "Fee of the platform given back for \(line.lease)\(decided)"
      case "correction-subsidy": "Subsidy given back for \(line.lease)\(decided)"
      case _ where transfer != nil:
        "Transfer \(line.gross.minor < 0 ? "from" : "to") \(line.seller)"
      default: "\(line.kind.prefix(1).uppercased())\(line.kind.dropFirst()) for \(line.lease)"
      }
    return isTax ? "Tax on: \(what)" : what
  }

  private var decided: String { line.dispute.map { ", as decided in \($0)" } ?? "" }

  /// GPU-ms; below 0 in a correction of an earlier month.
  fileprivate var delivered: Int64? {
    if let less = line.less { return isLate ? -less.milliseconds : nil }
    return line.delivered?.milliseconds
  }

  /// What is charged: delivered, or given back unused; GPU-ms.
  fileprivate var paid: Int64? {
    guard let delivered else { return nil }
    return delivered + (line.forgone?.milliseconds ?? 0)
  }

  /// GPU-hours with six decimals, rounded towards zero.
  fileprivate func quantity(_ milliseconds: Int64?) -> String? {
    guard let milliseconds, !isTax else { return nil }
    let (hours, rest) = abs(milliseconds).quotientAndRemainder(dividingBy: 3_600_000)
    let digits = String(rest * 5 / 18)
    return "\(milliseconds < 0 ? "-" : "")\(hours)."
      + String(repeating: "0", count: 6 - digits.count) + digits
  }
}

extension Wire.Invoice {
  /// `2026-11:cyberport:hku-nlp`.
  var name: String { "\(month):\(seller):\(buyer)" }
}
