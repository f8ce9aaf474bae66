import Access
import BrokerAPI
import Ledger
import LedgerStore
import Market
import Replica
import Units

// The subsidy scheme: prices and facts, calls, applications, scores, decisions.
extension Broker {
  /// The number in an id such as `call-12`.
  static func number(_ name: String, _ id: String) -> Int64? {
    guard id.hasPrefix(name + "-"), let number = Int64(id.dropFirst(name.utf8.count + 1)),
      number >= 0, "\(name)-\(number)" == id
    else { return nil }
    return number
  }

  static func digest(_ text: String) -> String { SHA256Hasher.hex(Array(text.utf8)) }

  /// Sends a command and keeps the words that it has a digest of, outside the log.
  func submit(
    _ command: SchemeCommand, _ call: Call, words: [String]
  ) async throws -> Receipt {
    let receipt = try await submit(.scheme(command), call)
    for word in words { try await note(.scheme, Self.digest(word), word, receipt) }
    return receipt
  }

  func word(_ digest: String) async throws -> String? {
    try await store.aside { [directory] in try directory.word(.scheme, digest) }
  }

  /// An amount in the currency that it must have.
  static func minor(
    _ amount: WireMoney, _ currency: Currency, at pointer: String
  ) throws(Problem) -> Int64 {
    guard amount.currency.core == currency else {
      let code = currency.rawValue
      throw Problem([
        Fault(
          .contradiction, at: pointer,
          "the amount is in \(amount.currency.rawValue); write it in \(code)")
      ])
    }
    return amount.minor
  }

  // MARK: Prices and facts

  func listListPrices(_ call: Call) async throws -> Answer {
    let rows = try await store.listPrices(before: try Cursor.number(call), limit: call.rows)
    return call.page(rows) {
      [String($0.0)]
    } item: { position, list in
      Wire.ListPrices(
        currency: list.currency.wire, version: small(list.version),
        prices: list.items.map { item in
          Wire.ListPrice(
            chip: item.chip, list: money(item.list, list.currency),
            reference: item.trades > 0 ? money(item.reference, list.currency) : nil,
            trades: item.trades > 0 ? small(item.trades) : nil)
        }, position: Position(clamping: position))
    }
  }

  func setListPrices(_ call: Call) async throws -> Answer {
    let body: Wire.SetListPrices = try call.body()
    var list = PriceList()
    list.currency = body.currency.core
    list.version = Int64(body.version)
    for (index, price) in body.prices.enumerated() {
      var item = PriceList.Item()
      item.chip = price.chip
      item.list = try Self.minor(price.list, list.currency, at: "/prices/\(index)/list")
      if let reference = price.reference {
        item.reference = try Self.minor(
          reference, list.currency, at: "/prices/\(index)/reference")
        item.trades = Int64(price.trades ?? 0)
      }
      list.items.append(item)
    }
    return accepted(try await submit(.setListPrices(list), call, words: []))
  }

  func listRelations(_ call: Call) async throws -> Answer {
    let rows = try await store.relations(before: try Cursor.number(call), limit: call.rows)
    return call.page(rows) {
      [String($0.position)]
    } item: { row in
      Wire.Relation(
        one: row.relation.one, other: row.relation.other, from: instant(row.relation.from),
        until: row.relation.until.map { instant($0) }, position: Position(clamping: row.position))
    }
  }

  func stateRelation(_ call: Call) async throws -> Answer {
    let body: Wire.StateRelation = try call.body()
    var relation = Relation()
    relation.from = body.from.milliseconds
    relation.one = body.one
    relation.other = body.other
    relation.source = Self.digest(body.source)
    relation.until = body.until?.milliseconds
    return accepted(try await submit(.stateRelation(relation), call, words: [body.source]))
  }

  func registerContract(_ call: Call) async throws -> Answer {
    let body: Wire.RegisterContract = try call.body()
    var fact = SubsidisedContract()
    fact.contract = Self.digest(body.contract)
    fact.scheme = body.scheme
    fact.since = body.since.milliseconds
    fact.source = Self.digest(body.source)
    return accepted(try await submit(.registerContract(fact), call, words: [body.source]))
  }

  // MARK: Calls

  func listCalls(_ call: Call) async throws -> Answer {
    let rows = try await store.calls(before: try Cursor.number(call), limit: call.rows)
    let now = now
    return call.page(rows) {
      [String($0.call.seq)]
    } item: {
      $0.wire(now)
    }
  }

  func openCall(_ call: Call) async throws -> Answer {
    let body: Wire.OpenCall = try call.body()
    let party = try await tenant(call)
    var terms = CallTerms()
    terms.amount = try Self.minor(body.amount, party.currency, at: "/amount")
    terms.chips = body.chips.sorted()
    terms.closesAt = body.closesAt.milliseconds
    terms.from = body.from.milliseconds
    terms.gpuHours = body.gpuHours
    terms.list = Int64(body.listPrices)
    terms.permille = Int64(body.permille)
    terms.scores = Int64(body.scores)
    terms.sites = body.sites.sorted()
    terms.until = body.until.milliseconds
    let receipt = try await submit(.openCall(terms), call, words: [])
    return accepted(receipt, id: "call-\(receipt.position)")
  }

  private func callNumber(_ call: Call) throws -> Int64 {
    let id = try call.path("call")
    guard let number = Self.number("call", id) else {
      throw Problem(.notFound, "There is no call \(id).", next: "List the calls.")
    }
    return number
  }

  func closeCall(_ call: Call) async throws -> Answer {
    let _: Wire.Nothing = try call.body()
    let number = try callNumber(call)
    return accepted(
      try await submit(.closeCall(Numbered(number)), call, words: []), id: "call-\(number)")
  }

  // MARK: Applications

  func applyForAward(_ call: Call) async throws -> Answer {
    let body: Wire.ApplyForAward = try call.body()
    let party = try await tenant(call)
    var terms = ApplicationTerms()
    terms.amount = try Self.minor(body.amount, party.currency, at: "/amount")
    terms.call = try callNumber(call)
    terms.chips = body.chips.sorted()
    terms.contract = Self.digest(body.contract)
    terms.documents = Self.digest(body.purpose)
    terms.from = body.from.milliseconds
    terms.gpuHours = body.gpuHours
    terms.permille = Int64(body.permille)
    terms.sites = body.sites.sorted()
    terms.until = body.until.milliseconds
    let receipt = try await submit(.apply(terms), call, words: [body.purpose])
    return accepted(receipt, id: "application-\(receipt.position)")
  }

  /// Objects of the scheme belong to parties, not to sites.
  func purse(of call: Call) throws -> Scope { Scope(party: try call.scope.party) }

  func listApplications(_ call: Call) async throws -> Answer {
    let rows = try await store.applications(
      try purse(of: call), before: try Cursor.number(call), limit: call.rows)
    let viewer = try call.viewer
    return call.page(rows) {
      [String($0.application.seq)]
    } item: { row in
      row.wire(scored: row.application.party != viewer.party)
    }
  }

  private func application(_ call: Call) async throws -> ApplicationRow {
    let id = try call.path("application")
    guard let number = Self.number("application", id),
      let row = try await store.application(number, try purse(of: call))
    else {
      throw Problem(
        .notFound, "You have no application \(id).", next: "List the applications.")
    }
    return row
  }

  func showApplication(_ call: Call) async throws -> Answer {
    let row = try await application(call)
    // What reviewers thought is for the fund and those who see everything.
    var body = row.wire(scored: row.application.party != (try call.viewer.party))
    body.purpose = try await word(row.application.terms.documents)
    if let decision = row.decision { body.reason = try await word(decision.terms.reason) }
    for (index, score) in row.scores.enumerated() where body.scores.indices.contains(index) {
      body.scores[index].reason = try await word(score.terms.reason)
    }
    return .json(body.json())
  }

  func scoreApplication(_ call: Call) async throws -> Answer {
    let body: Wire.ScoreApplication = try call.body()
    let row = try await application(call)
    var terms = ScoreTerms()
    terms.application = row.application.seq
    terms.benefit = Int64(body.benefit)
    terms.demand = Int64(body.demand)
    terms.need = Int64(body.need)
    terms.soundness = Int64(body.soundness)
    terms.reason = Self.digest(body.reason)
    return accepted(
      try await submit(.score(terms), call, words: [body.reason]), id: row.application.id)
  }

  func decideApplication(_ call: Call) async throws -> Answer {
    let body: Wire.DecideApplication = try call.body()
    let row = try await application(call)
    let asked = row.application.terms
    var terms = DecisionTerms()
    terms.amount =
      try body.amount.map { try Self.minor($0, row.currency, at: "/amount") }
      ?? asked.amount
    terms.application = row.application.seq
    terms.exception = body.exception ?? false
    terms.gpuHours = body.gpuHours ?? asked.gpuHours
    terms.granted = body.granted
    terms.permille = body.permille.map(Int64.init) ?? asked.permille
    terms.reason = Self.digest(body.reason)
    let receipt = try await submit(.decide(terms), call, words: [body.reason])
    return accepted(receipt, id: body.granted ? "award-\(receipt.position)" : nil)
  }
}

extension CallRow {
  fileprivate func wire(_ now: Int64) -> Wire.Call {
    let terms = call.terms
    return Wire.Call(
      call: call.id, fund: call.fund, state: closed || now >= terms.closesAt ? .closed : .open,
      amount: money(terms.amount, call.currency), gpuHours: terms.gpuHours,
      permille: small(terms.permille), chips: terms.chips, sites: terms.sites,
      from: instant(terms.from), until: instant(terms.until), closesAt: instant(terms.closesAt),
      listPrices: small(terms.list), scores: small(terms.scores))
  }
}

extension ApplicationRow {
  fileprivate func wire(scored: Bool) -> Wire.Application {
    let terms = application.terms
    return Wire.Application(
      application: application.id, call: "call-\(terms.call)", tenant: application.party,
      state: Wire.ApplicationState(rawValue: state) ?? .waiting,
      amount: money(terms.amount, currency), gpuHours: terms.gpuHours,
      permille: small(terms.permille), chips: terms.chips, sites: terms.sites,
      from: instant(terms.from), until: instant(terms.until),
      scores: scored
        ? scores.map { score in
          Wire.Score(
            by: score.by, need: small(score.terms.need), demand: small(score.terms.demand),
            soundness: small(score.terms.soundness), benefit: small(score.terms.benefit))
        } : [],
      award: decision?.award)
  }
}
