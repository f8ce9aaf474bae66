import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Replication
import Units

/// Runs one script, line by line, against a market of its own.
///
///     site cyberport hk HKD            a site; its centre is named like it with `-c`
///     tenant hku HKD 10000.00          a tenant with money
///     rate CNY 1.08                    HKD per unit
///     offer cyberport h800 16 ask 10.00 [until 400d] [reclaim 1h]
///     bid a hku 8 h800 4h limit 20.00 [from 0+10:00] [until 1+10:00] [at SITE] [least 2] [split] [notice 1h]
///     again a                          the same command once more, with the same id
///     cancel a / end a / report a open / deliver a [until 0+11:00]
///     reclaim cyberport 8 from 0+12:00 to 0+18:00   the site takes GPUs back
///     lost cyberport 8 from 0+12:00 to 0+18:00      two persons declare them lost
///     wait 2h / close / commit [parts 300] / round / void / restart / settle
///     expect ...                       see `Script+Expect.swift`
///
/// What is left of a lease of `a` that lost its place is the bid `a-again`.
///
/// Times are days after the Monday of the beginning and a clock at +08:00: `0+09:30`.
struct Script {
  var exchange: Exchange
  var recording = ""
  var agents: [String: String] = [:]
  var traders: [String: String] = [:]
  /// Named bids: their entry, or why it was refused.
  var bids: [String: (entry: Entry, refusal: Refusal?)] = [:]
  /// Leases by bid, kept after they are settled.
  var leases: [Int64: [Lease]] = [:]
  var lastRefusal: Refusal?
  var lastParts = 0

  static let begin = Exchange.monday + 9 * Span.hour

  init() throws {
    var rules = Rules()
    rules.budgets = [Rules.Budget(bids: 1_000, iterations: 40)]
    exchange = try Exchange(rules: rules, start: Self.begin)
  }

  struct Wrong: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
  }

  mutating func run(_ words: [String]) throws {
    let before = exchange.results.count
    switch words[0] {
    case "expect": return try expect(Array(words.dropFirst()))
    case "site", "tenant", "rate", "offer": try setUp(words)
    case "bid", "again", "cancel": try bid(words)
    case "end", "report", "deliver": try lease(words)
    case "reclaim", "lost": try reclaim(words)
    case "wait":
      exchange.time = max(exchange.time, exchange.state.time) + (try duration(word(words, 1)))
    case "close": try exchange.close()
    case "commit": try commit(words)
    case "round":
      try exchange.close()
      try commit(["commit"])
    case "void":
      exchange.time = exchange.state.roundOverdue ?? exchange.time
      _ = try Exchange.accepted(
        try exchange.send(
          .voidRound(Numbered(exchange.state.round.number)), by: "leader", as: .leader))
    case "settle": try exchange.lead()
    case "restart": try restart()
    default: throw Wrong("unknown command")
    }
    follow(exchange.log[before...])
    for lease in exchange.state.leases.values {
      guard let index = leases[lease.bid]?.firstIndex(where: { $0.id == lease.id }) else {
        continue
      }
      leases[lease.bid]?[index] = lease
    }
    note(words, exchange.results[before...].flatMap { $0 })
  }

  /// Bids that are what is left of a lease are named after the bid that it is of.
  private mutating func follow(_ entries: ArraySlice<Entry>) {
    for entry in entries {
      guard case .moveLease(let name) = entry.command,
        let moved = bids.first(where: { bid in
          leases[bid.value.entry.position]?.contains { $0.id == name.lease } == true
        })
      else { continue }
      bids[moved.key + "-again"] = (entry, nil)
    }
  }

  // MARK: Words

  func word(_ words: [String], _ index: Int) throws -> String {
    guard words.indices.contains(index) else { throw Wrong("a word is missing") }
    return words[index]
  }

  /// The word after this one.
  func option(_ words: [String], _ name: String) -> String? {
    words.firstIndex(of: name).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
  }

  func duration(_ text: String) throws -> Int64 {
    let units: [Character: Int64] = [
      "m": Span.minute, "h": Span.hour, "d": Span.day, "w": Span.week,
    ]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int64(text.dropLast()) else {
      throw Wrong("\(text) is no duration")
    }
    return number * unit
  }

  func time(_ text: String) throws -> Int64 {
    let parts = text.split { $0 == "+" || $0 == ":" }.compactMap { Int64($0) }
    guard parts.count == 3 else { throw Wrong("\(text) is no time") }
    return Exchange.monday + parts[0] * Span.day + parts[1] * Span.hour + parts[2] * Span.minute
  }

  func amount(_ text: String) throws -> Int64 {
    let parts = text.split(separator: ".")
    guard parts.count == 2, parts[1].count == 2, let whole = Int64(parts[0]),
      let cents = Int64(parts[1])
    else { throw Wrong("\(text) is no amount with two decimals") }
    return whole * 100 + (text.hasPrefix("-") ? -cents : cents)
  }

  func currency(_ text: String) throws -> Currency {
    guard let currency = Currency(rawValue: text) else { throw Wrong("\(text) is no currency") }
    return currency
  }

  // MARK: Set-up

  private mutating func setUp(_ words: [String]) throws {
    let name = try word(words, 1)
    switch words[0] {
    case "site":
      guard let law = Jurisdiction(rawValue: try word(words, 2)) else { throw Wrong("no such law") }
      agents[name] = try exchange.site(name, law, currency(word(words, 3)), centre: name + "-c")
    case "tenant":
      traders[name] = try exchange.tenant(
        name, currency(word(words, 2)), money: amount(word(words, 3)))
    case "rate":
      try exchange.rate(currency(name), amount(word(words, 2)), per: 100)
    default:
      let until = try duration(option(words, "until") ?? "400d")
      let offer = Offer.flat(
        name, chip: try word(words, 2), gpus: Int64(try word(words, 3)) ?? 0,
        ask: try amount(option(words, "ask") ?? ""), until: exchange.time + until,
        generation: (exchange.state.generations[name] ?? 0) + 1
      ).reclaimable(try option(words, "reclaim").map { try duration($0) })
      _ = try Exchange.accepted(
        try exchange.send(.publishOffer(offer), by: agents[name] ?? "", as: .agent))
    }
  }

  // MARK: Bids

  private mutating func bid(_ words: [String]) throws {
    let name = try word(words, 1)
    switch words[0] {
    case "cancel":
      guard let known = bids[name] else { throw Wrong("no bid \(name)") }
      lastRefusal = Exchange.refusal(
        try exchange.send(
          .cancelBid(Numbered(known.entry.position)), by: known.entry.by, as: .trader))
    case "again":
      guard let known = bids[name] else { throw Wrong("no bid \(name)") }
      lastRefusal = Exchange.refusal(
        try exchange.send(
          known.entry.command, by: known.entry.by, as: .trader, id: known.entry.id))
    default:
      guard let trader = traders[try word(words, 2)] else { throw Wrong("no tenant") }
      let events = try exchange.send(.placeBid(try terms(words)), by: trader, as: .trader)
      lastRefusal = Exchange.refusal(events)
      guard let entry = exchange.log.last else { throw Wrong("nothing in the log") }
      bids[name] = (entry, lastRefusal)
    }
  }

  private func terms(_ words: [String]) throws -> BidTerms {
    let quarters = try duration(word(words, 5)) / Span.quarter
    let from = try option(words, "from").map { try time($0) } ?? Self.begin
    var terms = BidTerms.block(
      Int64(try word(words, 3)) ?? 0, try word(words, 4), quarters: quarters,
      limit: try amount(option(words, "limit") ?? ""), from: from,
      until: try option(words, "until").map { try time($0) } ?? from + 2 * Span.day)
    if words.contains("split") { terms = terms.split }
    if let least = option(words, "least") { terms = terms.elastic(least: Int64(least) ?? 0) }
    terms.notice = try option(words, "notice").map { try duration($0) }
    if let site = option(words, "at") { terms.whereabouts.sites = [site] }
    return terms
  }

  // MARK: Rounds

  private mutating func commit(_ words: [String]) throws {
    let (frozen, clearing) = try exchange.cleared()
    let limit = Int(option(words, "parts") ?? "") ?? 48 * 1_024
    let parts = frozen.parts(of: clearing, limit: limit)
    lastParts = parts.count
    for (index, part) in parts.enumerated() {
      var terms = OutcomePartTerms()
      terms.index = Int64(index)
      terms.of = Int64(parts.count)
      terms.part = part
      terms.round = frozen.round
      _ = try Exchange.accepted(try exchange.send(.outcomePart(terms), by: "leader", as: .leader))
    }
    guard case .commitOutcome(var commit)? = Leader.outcome(of: frozen, clearing).last else {
      throw Wrong("no commit")
    }
    commit.of = Int64(parts.count)
    _ = try Exchange.accepted(try exchange.send(.commitOutcome(commit), by: "leader", as: .leader))
    for lease in exchange.state.leases.values where lease.trade.hasPrefix("trade-\(frozen.round)-")
    {
      leases[lease.bid, default: []].append(lease)
    }
  }

  /// The replica starts again: from a snapshot of the last close, and the entries after it.
  private mutating func restart() throws {
    guard
      let close = exchange.results.lastIndex(where: { events in
        events.contains { if case .roundClosed = $0 { true } else { false } }
      })
    else { throw Wrong("no round was closed yet") }
    var state = LedgerState()
    for entry in exchange.log[...close] { _ = try state.apply(entry) }
    var restored = try FieldCodec.decode(LedgerState.self, from: FieldCodec.encode(state))
    for entry in exchange.log[(close + 1)...] { _ = try restored.apply(entry) }
    guard FieldCodec.encode(restored) == FieldCodec.encode(exchange.state),
      restored.frozen?.instance == exchange.state.frozen?.instance
    else { throw Wrong("the restored state is another one") }
    exchange.resume(restored)
  }

  // MARK: Leases

  private mutating func reclaim(_ words: [String]) throws {
    var terms = ReclaimTerms()
    terms.site = try word(words, 1)
    terms.pool = "a"
    terms.gpus = Int64(try word(words, 2)) ?? 0
    terms.from = try time(option(words, "from") ?? "")
    terms.to = try time(option(words, "to") ?? "")
    if words[0] == "lost" {
      lastRefusal = Exchange.refusal(try exchange.decree(.declareLoss(terms)))
    } else {
      lastRefusal = Exchange.refusal(
        try exchange.send(.reclaimCapacity(terms), by: agents[terms.site] ?? "", as: .agent))
    }
  }

  private mutating func lease(_ words: [String]) throws {
    guard let known = bids[try word(words, 1)],
      let lease = exchange.leases(of: known.entry.position).first
    else { throw Wrong("no lease") }
    lastRefusal = nil
    switch words[0] {
    case "end":
      var name = LeaseName()
      name.lease = lease.id
      lastRefusal = Exchange.refusal(
        try exchange.send(.endLease(name), by: known.entry.by, as: .trader))
    case "report":
      var report = LeaseReport()
      report.lease = lease.id
      report.phase = Lease.Phase(rawValue: try word(words, 2)) ?? .failed
      lastRefusal = Exchange.refusal(
        try exchange.send(.reportLease(report), by: agents[lease.site] ?? "", as: .agent))
    default:
      let until = try option(words, "until").map { try time($0) } ?? lease.end
      exchange.time = max(exchange.time, until)
      let events = try exchange.deliver(
        lease, from: lease.readThrough, to: until, agent: agents[lease.site] ?? "")
      lastRefusal = Exchange.refusal(events)
    }
  }
}
