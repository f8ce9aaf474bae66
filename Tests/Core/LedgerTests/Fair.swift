import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Replication
import Seeded
import Units

/// A market under a crowd, with a leader that closes, clears and settles, and a bookkeeper who
/// looks after every entry.
struct Fair {
  private(set) var exchange: Exchange
  private(set) var count = 0
  /// How often each event happened.
  private(set) var tally: [String: Int] = [:]
  private(set) var refusals: [Refusal: Int] = [:]
  /// How many leases lost their place and were placed again.
  private(set) var moves = 0
  /// Charges of which an award paid a share.
  private(set) var shares = 0
  private var crowd: Crowd
  private var audit = Audit()
  private var leader = Leader()
  /// What the last entry caused.
  private var last: [Event] = []
  /// What the leader has yet to send.
  private var queue: [Command] = []
  /// Somebody else sent parts, or an epoch began, since the round was closed.
  private var disturbed = false
  /// What the leader made of the last closed round.
  private var solved: (frozen: FrozenRound, clearing: Clearing)?

  /// - Parameters:
  ///   - subsidised: a fund calls, and tenants draw on its awards.
  ///   - thrifty: tenants have projects, and managers who set budgets.
  init(
    seed: UInt64, remembers: Bool = false, subsidised: Bool = true, thrifty: Bool = false
  ) throws {
    var rules = Hall.rules()
    rules.budgets = [Rules.Budget(bids: 100_000, iterations: 2)]
    rules.grid.hourlyDays = 1
    rules.openBidsPerParty = 60
    rules.settleGrace = 12 * Span.hour
    var hall = try Hall(rules: rules)
    let committee = subsidised ? try hall.committee { $0.scores = 1 }.0 : nil
    // One with enough of everything, one that is soon exhausted.
    for (contract, amount) in [("4", 20_000_000), ("5", 200_000)] as [(String, Int64)] {
      guard let committee else { break }
      _ = try hall.awarded(committee) {
        $0.amount = amount
        $0.gpuHours = 10_000
        $0.contract = String(repeating: contract, count: 64)
        $0.chips = ["a910b", "h800"]
        $0.sites = ["hk", "sz"]
      }
    }
    while hall.exchange.state.version < LedgerState.newestVersion {
      _ = try Exchange.accepted(
        try hall.exchange.decree(.activate(Numbered(hall.exchange.state.version + 1))))
    }
    for party in thrifty ? ["hku", "thu"] : [] {
      _ = try hall.exchange.add(party, [.manager])
      for name in ["llama", "night", "vision"] {
        var project = Project()
        project.party = party
        project.project = name
        _ = try Exchange.accepted(try hall.exchange.decree(.addProject(project)))
      }
    }
    exchange = hall.exchange
    exchange.remembers = remembers
    crowd = Crowd(seed)
    crowd.subsidised = subsidised
    crowd.thrifty = thrifty
    var replay = LedgerState()
    for entry in hall.exchange.log {
      let events = try replay.apply(entry)
      try look(events, replay)
    }
  }

  private mutating func look(_ events: [Event], _ state: borrowing LedgerState) throws {
    for event in events {
      tally[event.name, default: 0] += 1
      if case .charged(let charge) = event, charge.fund > 0 { shares += 1 }
    }
    if state.displaced.values.contains(where: \.abandoned) { tally["given up", default: 0] += 1 }
    if let code = Exchange.refusal(events) { refusals[code, default: 0] += 1 }
    for event in events {
      if case .moneyMoved(let movement) = event, movement.reason == .excess {
        tally["excess", default: 0] += 1
      }
      if case .traded(let trade) = event, state.filled[trade.bid]?.bid.moved != nil { moves += 1 }
      guard case .extrasSold(let sale) = event else { continue }
      if let fault = Audit.overpriced(sale, state) {
        throw Exchange.Failure("after \(state.position) entries: \(fault)")
      }
    }
    if let fault = Audit.unbalanced(state) {
      throw Exchange.Failure("after \(state.position) entries: \(fault)")
    }
    if let fault = audit.fault(events, state) {
      throw Exchange.Failure("after \(state.position) entries: \(fault)")
    }
  }

  private mutating func send(_ command: Command, by: String, as role: Role) throws -> [Event] {
    let before: LedgerState? =
      switch command {
      case .commitOutcome, .voidRound, .freezeMarket: exchange.state
      default: nil
      }
    let events = try exchange.send(command, by: by, as: role)
    last = events
    if let before, let fault = Audit.oversold(before, exchange.state) {
      throw Exchange.Failure("after \(count) commands \(fault)")
    }
    count += 1
    try look(events, exchange.state)
    return events
  }

  /// As `step`, and shows what the entry caused.
  mutating func step(_ watch: ([Event], LedgerState) throws -> Void) throws {
    last = []
    try step()
    try watch(last, exchange.state)
  }

  /// The next entry: the leader's if something is due, mostly; otherwise somebody's.
  mutating func step() throws {
    let dice = crowd.source.next()
    switch dice % 1_000 {
    // Budgets are of months.
    case 0: exchange.time += crowd.source.number(0...(crowd.thrifty ? 20 : 2) * Span.day)
    case 1..<15: exchange.time += crowd.source.number(0...Span.hour)
    default: exchange.time += crowd.source.number(0...40 * Span.second)
    }
    if queue.isEmpty, dice % 3 == 0 { consult() }
    if !queue.isEmpty, crowd.source.next() % 4 > 0 { return try lead() }
    let sender = crowd.next(exchange.state)
    let events = try send(sender.command, by: sender.by, as: sender.role)
    guard Exchange.refusal(events) == nil else { return }
    switch sender.command {
    case .outcomePart, .commitOutcome, .lead, .voidRound, .closeRound, .freezeMarket:
      disturbed = true
    default: break
    }
  }

  private mutating func consult() {
    for action in leader.step(exchange.state, market: exchange.time, wall: exchange.time) {
      switch action {
      case .propose(let command): queue.append(command)
      case .solve(let frozen):
        // Now and then a leader is lost over it, and the round ends void.
        guard crowd.source.next() % 10 > 0 else { continue }
        disturbed = false
        let clearing = Engine.clear(frozen.instance, iterations: 2)
        solved = (frozen, clearing)
        queue += Leader.outcome(of: frozen, clearing)
      case .seal(let from, let to):
        var terms = SealTerms()
        terms.from = from
        terms.to = to
        terms.events = String(repeating: "0", count: 64)
        queue.append(.seal(terms))
      }
    }
  }

  private mutating func lead() throws {
    let command = queue.removeFirst()
    let events = try send(command, by: "leader", as: .leader)
    guard let code = Exchange.refusal(events), !disturbed else { return }
    switch command {
    case .commitOutcome, .outcomePart:
      // The round may have been given up meanwhile, but what was solved is valid.
      guard [.roundNotClosed, .wrongRound, .marketFrozen].contains(code) else {
        let fault = solved.flatMap { ClearingCheck.fault($0.frozen.instance, $0.clearing) }
        throw Exchange.Failure(
          "after \(count) commands the outcome is refused: \(code.code), "
            + (fault?.rawValue ?? "though the check passes it"))
      }
    case .settle:
      guard [.unknownLease, .wrongDay, .notYetSettled, .underDispute].contains(code) else {
        throw Exchange.Failure("after \(count) commands a charge is refused: \(code.code)")
      }
    case .moveLease:
      guard code == .unknownLease else {
        throw Exchange.Failure("after \(count) commands a move is refused: \(code.code)")
      }
    default: break
    }
  }

  var endings: Int { audit.endings }
}
