import CommandLog
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Leases
import Logging
import Market
import Placement
import Replica
import Units

/// The life of a small market as a list of entries, made once without any file: two centres in two
/// currencies, three tenants, nine rounds, leases metered, given back, settled; refusals; seals.
struct Script: Sendable {
  // swift-format-ignore: NeverUseForceTry
  static let whole = try! Script()
  /// The same, and what came with later rules.
  // swift-format-ignore: NeverUseForceTry
  static let newest = try! Script(isNewest: true)

  let entries: [Entry]
  /// What the state was after the last of them.
  let end: LedgerState

  private init(isNewest: Bool = false) throws {
    var rules = Rules()
    rules.settleGrace = 2 * Span.hour
    rules.grid.hourlyDays = 1
    rules.grid.days = 0
    rules.grid.weeks = 0
    var market = try Exchange(rules: rules)
    try market.send(.lead(Numbered(1)), by: "leader", as: .leader)
    try market.rate(.cny, 108, per: 100)
    let agents = [
      try market.site("cyberport", .hk, .hkd, centre: "hkcentre"),
      try market.site("qianhai", .cn, .cny, centre: "szcentre"),
    ]
    let traders = [
      try market.tenant("alpha", .hkd, money: 50_000_000),
      try market.tenant("beta", .cny, money: 40_000_000),
      try market.tenant("gamma", .hkd, money: 900),
    ]
    try Self.register(&market, agents)
    try Self.transfer(&market, traders[0])
    try Self.offer(&market, agents)
    let award = try Self.award(&market, traders)
    for number in 0..<6 { try Self.live(&market, number, agents, traders, award) }
    try Self.end(&market, agents, traders)
    var withdrawal = OfferWithdrawal()
    withdrawal.site = "qianhai"
    withdrawal.generation = 90
    try market.send(.withdrawOffer(withdrawal), by: agents[1], as: .agent)
    // Until everything is settled.
    for _ in 0..<30 {
      market.time += 4 * Span.hour
      try market.lead(sealing: true)
    }
    try Self.quarrel(&market, traders)
    market.time += 2 * Span.second
    try market.lead(sealing: true)
    if isNewest { try Self.oversee(&market) }
    guard market.state.leases.isEmpty else { throw Exchange.Failure("leases are left") }
    entries = market.log
    end = market.state
  }

  /// What is set rarely.
  private static func register(_ market: inout Exchange, _ agents: [String]) throws {
    var chip = Chip()
    chip.chip = "h20"
    var certificate = Certificate()
    certificate.site = "qianhai"
    certificate.dataClass = "mainland"
    certificate.until = market.time + 300 * Span.day
    var limit = CreditLimit()
    limit.account = "alpha:hkd"
    limit.amount = 100_000
    var payout = BankTransfer()
    payout.account = "alpha:hkd"
    payout.amount = 12_345
    payout.reference = String(repeating: "cd", count: 32)
    var rules = market.state.rules
    rules.feePermille = 12
    for command in [
      .addChip(chip), .certify(certificate), .setCreditLimit(limit), .payout(payout),
      .setRules(rules),
    ] as [Command] { _ = try Exchange.accepted(try market.decree(command)) }
    try Self.budget(&market)
    let declined = market.state.position
    payout.reference = String(repeating: "ce", count: 32)
    try market.send(.payout(payout), by: "maker", as: .platform)
    try market.send(.decline(Numbered(declined)), by: "checker", as: .platform)
    var report = LatencyReport()
    report.site = "cyberport"
    report.items = ["hk", "shenzhen"].map { metro in
      var item = Latency()
      item.metro = metro
      item.roundTrip = 4
      return item
    }
    try market.send(.setLatencies(report), by: agents[0], as: .agent)
  }

  /// What only the newest rules know.
  private static func oversee(_ market: inout Exchange) throws {
    while market.state.version < LedgerState.newestVersion {
      _ = try Exchange.accepted(try market.decree(.activate(Numbered(market.state.version + 1))))
    }
    var group = CosignerGroup()
    group.witnesses = ["centre-a"]
    var oversight = Oversight()
    oversight.groups = [group]
    _ = try Exchange.accepted(try market.decree(.setOversight(oversight)))
  }

  /// Transfers of every end, one that is refused, and an account that closes.
  private static func transfer(_ market: inout Exchange, _ trader: String) throws {
    let first = market.state.position
    var terms = TransferTerms()
    for timeout in [nil, Span.hour, Span.hour, Span.minute] as [Int64?] {
      var leg = TransferLeg()
      leg.action = timeout == nil ? .pay : .pend
      leg.debit = "alpha:hkd"
      leg.credit = "gamma:hkd"
      leg.amount = 100
      leg.timeout = timeout
      terms.legs.append(leg)
    }
    try market.send(.transfer(terms), by: trader, as: .trader)
    for (index, action) in [(1, TransferLeg.Action.post), (2, .void), (2, .post)] {
      var leg = TransferLeg()
      leg.action = action
      leg.pending = TransferTerms.id(first, index)
      terms.legs = [leg]
      try market.send(.transfer(terms), by: trader, as: .trader)
    }
    _ = try market.tenant("delta", .hkd, money: 0)
    var closure = AccountClosure()
    closure.account = "delta:hkd"
    _ = try Exchange.accepted(try market.decree(.closeAccount(closure)))
  }

  /// One tenant has a project and budgets that it never reaches.
  private static func budget(_ market: inout Exchange) throws {
    var project = Project()
    project.party = "alpha"
    project.project = "llama"
    _ = try Exchange.accepted(try market.decree(.addProject(project)))
    let manager = try market.add("alpha", [.manager])
    var budget = Budget()
    budget.party = "alpha"
    budget.money = 900_000_000
    _ = try Exchange.accepted(try market.send(.setBudget(budget), by: manager, as: .manager))
    budget.project = "llama"
    budget.gpuTime = 9_000 * Span.hour
    budget.carryPermille = 500
    budget.gracePermille = 100
    _ = try Exchange.accepted(try market.send(.setBudget(budget), by: manager, as: .manager))
  }

  /// Tenants dispute what was charged: one is right, one is not.
  private static func quarrel(_ market: inout Exchange, _ traders: [String]) throws {
    let charged = market.state.charged.values.flatMap { lease in
      lease.days.filter { $0.delivered > 0 }.map { (lease, $0) }
    }
    // One that an award paid a share of comes first.
    let shared = charged.last { $0.1.fund > 0 }
    let other = charged.last { $0.1.fund == 0 }
    for (index, (lease, day)) in [shared, other].compactMap({ $0 }).enumerated() {
      let trader = traders.first { market.state.principals[$0]?.party == lease.party }
      guard let trader else { throw Exchange.Failure("nobody trades for \(lease.party)") }
      var terms = DisputeTerms()
      terms.day = day.day
      terms.delivered = day.delivered / 2
      terms.evidence = String(repeating: "1", count: 64)
      terms.lease = lease.lease
      let number = market.state.position
      _ = try Exchange.accepted(market.send(.openDispute(terms), by: trader, as: .trader))
      var more = EvidenceTerms()
      more.dispute = number
      more.evidence = String(repeating: "2", count: 64)
      _ = try Exchange.accepted(market.send(.addEvidence(more), by: trader, as: .trader))
      var decision = DisputeDecision()
      decision.dispute = number
      decision.delivered = index == 0 ? day.delivered / 2 : nil
      _ = try Exchange.accepted(market.decree(.decideDispute(decision)))
    }
    guard shared != nil, other != nil else { throw Exchange.Failure("nothing was charged") }
  }

  private static func offer(_ market: inout Exchange, _ agents: [String]) throws {
    let until = market.time + 30 * Span.day
    for (site, agent, ask) in [
      ("cyberport", agents[0], Int64(1_500)), ("qianhai", agents[1], 1_100),
    ] {
      try market.send(
        .publishOffer(.flat(site, gpus: 48, ask: ask, from: market.time, until: until)),
        by: agent, as: .agent)
    }
  }

  /// One round: bids, one taken back, one that is refused, the outcome, and what leases do.
  private static func live(
    _ market: inout Exchange, _ number: Int, _ agents: [String], _ traders: [String],
    _ award: Int64
  ) throws {
    let from = market.state.roundDue + Span.hour
    for (index, trader) in traders.enumerated() {
      let block = BidTerms.block(
        Int64(2 << index), quarters: Int64(4 + number), limit: Int64(2_000 + 37 * number),
        from: from,
        until: from + 6 * Span.hour)
      var own = block
      if index == 0 { own.project = "llama" }
      try market.send(.placeBid(own), by: trader, as: .trader)
      var drawing = block.split
      if index == 0 { drawing.award = "award-\(award)" }
      try market.send(.placeBid(drawing), by: trader, as: .trader)
      try market.send(.placeBid(block.elastic(least: 1)), by: trader, as: .trader)
    }
    if let last = market.state.book.bids.values.last {
      try market.send(.cancelBid(Numbered(last.seq)), by: last.principal, as: .trader)
      try market.send(.cancelBid(Numbered(last.seq)), by: last.principal, as: .trader)
    }
    market.time = market.state.roundDue
    try market.lead(sealing: true)
    for lease in market.state.leases.values {
      let agent = agents[lease.site == "cyberport" ? 0 : 1]
      if lease.phase == .ordered {
        var report = LeaseReport()
        report.lease = lease.id
        report.phase = .open
        try market.send(.reportLease(report), by: agent, as: .agent)
      }
      if lease.readThrough < min(market.time, lease.end) - Span.quarter, market.time > lease.start {
        try market.deliver(
          lease, from: max(lease.readThrough, lease.start),
          to: min(market.time / Span.quarter * Span.quarter, lease.end), agent: agent)
      }
    }
    if number == 4, let lease = market.state.leases.values.first(where: { $0.endedAt == nil }),
      let trader = traders.first(where: { market.state.principals[$0]?.party == lease.party })
    {
      var name = LeaseName()
      name.lease = lease.id
      try market.send(.endLease(name), by: trader, as: .trader)
    }
    market.time += 50 * Span.minute
    try market.lead(sealing: true)
  }
}

extension ReplicaCore {
  /// Sends entries as they were made, the seals with digests of their own, in batches of equal time.
  mutating func send(_ entries: some Sequence<Entry>) throws {
    var batch: [Submission] = []
    var time: Int64 = 0
    for entry in entries {
      var command = entry.command
      if case .seal(let seal) = command {
        _ = try commit(batch, clock: time)
        batch = []
        command = self.seal(from: seal.from, to: seal.to)
      } else if entry.time != time {
        _ = try commit(batch, clock: time)
        batch = []
      }
      time = entry.time
      batch.append(Submission(id: entry.id, by: entry.by, role: entry.role, command: command))
    }
    _ = try commit(batch, clock: time)
  }

  /// SHA-256 of the canonical form of the state.
  var digest: String { SHA256Hasher.hex(FieldCodec.encode(state)) }
}

/// A ledger file in a folder of its own, removed with it.
final class LedgerFile: Sendable {
  let folder: String
  var path: String { folder + "/ledger.sqlite" }

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/sampan-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private static let original = Result {
    let file = try LedgerFile()
    try file.open { core in try core.send(Script.whole.entries.dropFirst(2)) }
    return try Data(contentsOf: URL(fileURLWithPath: file.path))
  }

  /// A file with the whole script in it, closed; written once and copied.
  static func written() throws -> LedgerFile {
    let file = try LedgerFile()
    try original.get().write(to: URL(fileURLWithPath: file.path))
    return file
  }

  private static let newestOriginal = Result {
    let file = try LedgerFile()
    let entries = Script.newest.entries
    // What needs new rules comes after the batch that takes them up.
    try file.open { core in try core.send(entries[2..<(entries.count - 2)]) }
    try file.open { core in try core.send(entries[(entries.count - 2)...]) }
    return try Data(contentsOf: URL(fileURLWithPath: file.path))
  }

  /// A file with the newest script in it, as `written`.
  static func newest() throws -> LedgerFile {
    let file = try LedgerFile()
    try newestOriginal.get().write(to: URL(fileURLWithPath: file.path))
    return file
  }

  /// Opens the file, begins the market if it is new, and closes it.
  @discardableResult
  func open<T>(_ body: (inout ReplicaCore) throws -> T) throws -> T {
    let store = try LedgerStore(path: path)
    var core = try ReplicaCore(store: store, logger: Self.silent, principal: "leader")
    if core.state.position == 0 {
      guard case .genesis(let genesis) = Script.whole.entries[0].command else {
        throw Exchange.Failure("no genesis")
      }
      try core.begin(genesis: genesis, clock: Script.whole.entries[0].time)
    }
    let result = try body(&core)
    try store.close()
    return result
  }

  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
