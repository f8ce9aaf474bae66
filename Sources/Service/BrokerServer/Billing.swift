import Access
import BrokerAPI
import Ledger
import LedgerStore
import Units

// Documents for accountants: lines, invoices, the platform's report. Money is the ledger's; names, tax
// rules and the sellers' own numbers are words of the directory.
extension Broker {
  // MARK: Lines

  func listBilledLines(_ call: Call) async throws -> Answer {
    let query = try billedQuery(call)
    let cursor = try Cursor.read(call, count: 2)
    let after = try cursor.map {
      (position: try Cursor.number($0[0]), part: try Cursor.number($0[1]))
    }
    let rows = try await store.billed(
      query.rows, try traded(call), after: after, limit: call.rows)
    var rules: [String: TaxBook] = [:]
    for row in rows where rules[row.seller] == nil {
      rules[row.seller] = try await taxes(of: row.seller)
    }
    let known = rules
    return call.page(rows) {
      [String($0.position), String($0.part)]
    } item: { row in
      Self.line(row, known[row.seller]?.permille(at: row.taxed) ?? 0)
    }
  }

  /// An agent has no business with money.
  private func traded(_ call: Call) throws -> Scope { Scope(party: try call.scope.party) }

  private func billedQuery(_ call: Call) throws -> (month: BillingMonth, rows: BilledQuery) {
    let month = try self.month(call.arguments.text("month") ?? "")
    return (
      month,
      BilledQuery(
        from: month.from.milliseconds, until: month.until.milliseconds,
        seller: call.arguments.text("seller"), buyer: call.arguments.text("buyer"))
    )
  }

  private func month(_ text: String) throws -> BillingMonth {
    do throws(TextFault) {
      return try BillingMonth(parsing: text)
    } catch {
      throw Problem([Fault(error.kind, at: "month", error.description)])
    }
  }

  /// What was paid has the tax in it: the part that is tax is rounded towards zero.
  static func tax(_ gross: Int64, _ permille: Int) -> Int64 {
    let (high, low) = gross.magnitude.multipliedFullWidth(by: UInt64(permille))
    let tax = Int64(clamping: UInt64(1_000 + permille).dividingFullWidth((high, low)).quotient)
    return gross < 0 ? -tax : tax
  }

  private static func line(_ row: BilledRow, _ permille: Int) -> Wire.BilledLine {
    let tax = tax(row.amount, permille)
    let less = row.charge == nil ? nil : row.delivered.map { -$0 }
    return Wire.BilledLine(
      position: Position(clamping: row.position), at: instant(row.time), kind: row.kind,
      seller: row.seller, buyer: row.buyer, gross: money(row.amount, row.currency),
      tax: money(tax, row.currency), net: money(row.amount - tax, row.currency),
      taxPermille: permille, lease: row.lease, site: row.site, chip: row.chip,
      from: row.day.map { instant(MarketCalendar.start(ofDay: $0)) },
      until: row.day.map { instant(MarketCalendar.start(ofDay: $0 + 1)) },
      delivered: less == nil ? row.delivered.map(GPUSeconds.init(clamping:)) : nil,
      used: row.used.map(GPUSeconds.init(clamping:)),
      forgone: row.forgone.map(GPUSeconds.init(clamping:)),
      corrects: row.charge.map(Position.init(clamping:)), charged: row.charged.map { instant($0) },
      less: less.map(GPUSeconds.init(clamping:)), dispute: row.dispute.map(Dispute.id))
  }

  // MARK: Invoices

  func listInvoices(_ call: Call) async throws -> Answer {
    let query = try billedQuery(call)
    let scope = try traded(call)
    var sums: [InvoiceKey: InvoiceSum] = [:]
    var rules: [String: TaxBook] = [:]
    var after: (position: Int64, part: Int64)?
    while true {
      let rows = try await store.billed(query.rows, scope, after: after, limit: 5_000)
      for row in rows {
        if rules[row.seller] == nil { rules[row.seller] = try await taxes(of: row.seller) }
        let permille = rules[row.seller]?.permille(at: row.taxed) ?? 0
        let key = InvoiceKey(seller: row.seller, buyer: row.buyer)
        sums[key, default: InvoiceSum(currency: row.currency)].add(
          row.amount, tax: Self.tax(row.amount, permille))
      }
      guard let last = rows.last, rows.count == 5_000 else { break }
      after = (last.position, last.part)
    }
    let begin = try Cursor.read(call, count: 2).map { InvoiceKey(seller: $0[0], buyer: $0[1]) }
    var invoices: [Wire.Invoice] = []
    for key in sums.keys.sorted() where begin.map({ $0 < key }) ?? true {
      guard let sum = sums[key], invoices.count < call.rows else { continue }
      invoices.append(
        try await invoice(
          key, query.month, sum,
          rules[key.seller]?.rule(at: query.month.from.milliseconds)?.registration))
    }
    return call.page(invoices) {
      [$0.seller, $0.buyer]
    } item: {
      $0
    }
  }

  private func invoice(
    _ key: InvoiceKey, _ month: BillingMonth, _ sum: InvoiceSum, _ registration: String?
  ) async throws -> Wire.Invoice {
    let words = try await store.aside { [directory] in
      (
        seller: try directory.word(.party, key.seller),
        buyer: try directory.word(.party, key.buyer),
        notes: try directory.words(.invoice, key.name(month))
      )
    }
    return Wire.Invoice(
      month: month.description, seller: key.seller, buyer: key.buyer, from: month.from,
      until: month.until, lines: sum.lines, gross: money(sum.gross, sum.currency),
      tax: money(sum.tax, sum.currency), net: money(sum.gross - sum.tax, sum.currency),
      final: now >= month.until.milliseconds, sellerName: words.seller, buyerName: words.buyer,
      registration: registration, number: words.notes["number"], fapiao: words.notes["fapiao"])
  }

  /// The seller's own numbers; who repeats it says the same once more.
  func annotateInvoice(_ call: Call) async throws -> Answer {
    let body: Wire.AnnotateInvoice = try call.body()
    let key = InvoiceKey(seller: try call.path("seller"), buyer: try call.path("buyer"))
    let month = try self.month(try call.path("month"))
    let viewer = try call.viewer
    guard viewer.has(.platform) || viewer.party == key.seller else {
      throw Problem(.notFound, "You bill nobody as \(key.seller).")
    }
    let first = try await store.billed(
      BilledQuery(
        from: month.from.milliseconds, until: month.until.milliseconds, seller: key.seller,
        buyer: key.buyer), .all, after: nil, limit: 1)
    guard !first.isEmpty else {
      throw Problem(
        .notFound, "\(key.seller) has billed \(key.buyer) nothing in \(month).",
        next: "GET /v1/invoices?month=\(month) lists what there is.")
    }
    try await store.aside { [directory] in
      var notes = try directory.words(.invoice, key.name(month))
      if let number = body.number { notes["number"] = number }
      if let fapiao = body.fapiao { notes["fapiao"] = fapiao }
      try directory.set(.invoice, key.name(month), notes)
    }
    return .json(body.json(), status: 201)
  }

  // MARK: Tax

  func setTax(_ call: Call) async throws -> Answer {
    let body: Wire.SetTax = try call.body()
    let party = try call.path("party")
    let month = try self.month(body.from)
    guard try await store.party(party) != nil else {
      throw Problem(.notFound, "No party is named \(party).")
    }
    guard now < month.until.milliseconds else {
      throw Problem([
        Fault(
          .contradiction, at: "/from",
          "\(month) is over, and its documents stand; the first month that a rule can still change "
            + "is \(BillingMonth(of: instant(now))?.description ?? "this one")")
      ])
    }
    let rules = try await store.aside { [directory] in
      var words = try directory.words(.tax, party)
      words[month.description] = String(body.permille)
      if let registration = body.registration {
        words[TaxBook.registration(from: month.description)] = registration
      }
      try directory.set(.tax, party, words)
      return TaxBook(words)
    }
    return .json(rules.wire(party).json(), status: 201)
  }

  private func taxes(of party: String) async throws -> TaxBook {
    TaxBook(try await store.aside { [directory] in try directory.words(.tax, party) })
  }

  // MARK: The platform's report

  func platformReport(_ call: Call) async throws -> Answer {
    let first = try month(call.arguments.text("month") ?? "")
    let last = try call.arguments.text("through").map { try month($0) } ?? first
    let (from, until) = (first.from.milliseconds, last.until.milliseconds)
    guard from < until else {
      throw Problem([
        Fault(.contradiction, at: "through", "\(last) is before \(first); name the later month")
      ])
    }
    let turnout = try await store.turnout(from: from, until: until)
    let sites = try await store.siteUse(from: from, until: until)
    let moved = try await store.turnover(from: from, until: until)
    let report = Wire.PlatformReport(
      from: first.from, until: last.until,
      position: Position(clamping: try await store.lastPosition(before: until) ?? 0),
      rounds: turnout.rounds, bids: turnout.bids, winners: turnout.winners,
      sold: GPUSeconds(clamping: turnout.gpuQuarters * Span.quarter),
      sites: sites.map { row in
        Wire.SiteUse(
          site: row.site, centre: row.centre,
          jurisdiction: Wire.Jurisdiction(rawValue: row.jurisdiction) ?? .hk, leases: row.leases,
          delivered: GPUSeconds(clamping: row.delivered), used: GPUSeconds(clamping: row.used),
          earned: money(row.earned, row.currency), offeredGPUs: row.offered,
          takenGPUs: row.taken,
          utilisationPermille: row.offered > 0 ? small(row.taken * 1_000 / row.offered) : nil)
      },
      money: moved.map { row in
        Wire.Turnover(kind: row.reason, amount: money(row.amount, row.currency))
      })
    return .json(report.json())
  }
}

/// Who bills whom.
private struct InvoiceKey: Hashable, Comparable {
  var seller: String
  var buyer: String

  static func < (left: InvoiceKey, right: InvoiceKey) -> Bool {
    (left.seller, left.buyer) < (right.seller, right.buyer)
  }

  func name(_ month: BillingMonth) -> String { "\(month):\(seller):\(buyer)" }
}

private struct InvoiceSum {
  var currency: Currency
  var lines = 0
  var gross: Int64 = 0
  var tax: Int64 = 0

  init(currency: Currency) { self.currency = currency }

  mutating func add(_ gross: Int64, tax: Int64) {
    lines += 1
    self.gross += gross
    self.tax += tax
  }
}

/// The tax rules of a seller, as the directory has them: months with their rates.
struct TaxBook: Sendable {
  /// By their first month, ascending; a rule keeps the number of the one before it when it has none.
  let rules: [Wire.TaxRule]

  init(_ words: [String: String]) {
    var rules: [Wire.TaxRule] = []
    for from in words.keys.sorted() {
      guard (try? BillingMonth(parsing: from)) != nil,
        let permille = words[from].flatMap({ Int($0) })
      else { continue }
      let number = words[Self.registration(from: from)] ?? rules.last?.registration
      rules.append(Wire.TaxRule(from: from, permille: permille, registration: number))
    }
    self.rules = rules
  }

  /// The word with a seller's number from a month on.
  static func registration(from month: String) -> String { "\(month) registration" }

  /// The last rule that had begun in the month of a time.
  func rule(at time: Int64) -> Wire.TaxRule? {
    guard let month = BillingMonth(of: instant(time)) else { return nil }
    return rules.last { $0.from <= month.description }
  }

  /// Its rate; 0 when there is none.
  func permille(at time: Int64) -> Int { rule(at: time)?.permille ?? 0 }

  func wire(_ party: String) -> Wire.TaxRules { Wire.TaxRules(party: party, rules: rules) }
}
