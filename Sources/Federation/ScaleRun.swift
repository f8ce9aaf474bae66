import Foundation
import Leases
import Ledger
import Market
import Placement
import Replication
import Simulation
import Units

/// A large market for some days, applied as a replica applies it: where time and bytes go. Days beyond those
/// that ran are no part of it: whoever prints them says that they are extrapolated.
package struct ScaleRun {
  /// How large the market is.
  package struct Size: Sendable, Codable, Equatable {
    package var sites: Int
    package var poolsPerSite: Int
    package var bidsPerDay: Int
    package var seed: UInt64
    /// Of each clearing; nil: as many as the rules of the market give.
    package var iterations: Int64?

    package init(
      sites: Int = 100, poolsPerSite: Int = 10, bidsPerDay: Int = 100_000, seed: UInt64 = 1,
      iterations: Int64? = nil
    ) {
      self.sites = sites
      self.poolsPerSite = poolsPerSite
      self.bidsPerDay = bidsPerDay
      self.seed = seed
      self.iterations = iterations
    }
  }

  /// What one kind of work came to.
  package struct Share: Sendable, Codable {
    package var what: String
    package var count = 0
    /// Of the processor.
    package var seconds = 0.0
    /// In the log.
    package var bytes = 0
  }

  /// How large things are after some rounds.
  package struct Mark: Sendable, Codable {
    package var rounds: Int
    package var seconds: Double
    package var logBytes: Int
    package var stateBytes: Int
    package var leases: Int
    package var bids: Int
    /// The most memory of the process between clearings and during them since the mark before, bytes; 0
    /// where the system does not tell.
    package var restingBytes: Int
    package var clearingBytes: Int
    /// Bytes of the parts of the state, the largest first.
    package var parts: [Part]
  }

  /// A member of the encoded state.
  package struct Part: Sendable, Codable, Equatable {
    package var name: String
    package var bytes: Int
  }

  package private(set) var shares: [Share] = []
  package private(set) var marks: [Mark] = []
  package private(set) var refused = 0
  /// Is shown the bytes of every entry.
  private let watch: (([UInt8]) -> Void)?
  var state = LedgerState()
  private var leader = Leader()
  private var random: SplitMix64
  private let size: Size
  private var time = Town.start
  private var traders: [String] = []
  private var agents: [String] = []
  package private(set) var rounds = 0
  private var memory = ScaleMemory()

  /// The first entries: everybody is there and every site offers.
  /// - Parameter watch: is shown the bytes of every entry.
  package init(_ size: Size, watch: (([UInt8]) -> Void)? = nil) throws {
    self.size = size
    self.watch = watch
    random = SplitMix64(seed: size.seed, stream: 9, index: 0)
    var genesis = Self.genesis
    if let iterations = size.iterations {
      genesis.rules.budgets = [Rules.Budget(bids: 10_000_000, iterations: iterations)]
    }
    try send(.genesis(genesis), by: "maker", .platform)
    for index in 0..<100 {
      try decree(.addParty(Self.party("t\(index)", .tenant)))
      var transfer = BankTransfer()
      transfer.account = "t\(index):hkd"
      transfer.amount = 1_000_000_000_000
      transfer.reference = CommandName.draw(&random) + CommandName.draw(&random)
      try decree(.deposit(transfer))
      traders.append(try add("t\(index)", [.trader], site: nil))
    }
    for index in 0..<size.sites { try addSite(index) }
  }

  /// All but the state, of a run that is to go on later.
  struct Saved: Codable {
    var size: Size
    var random: SplitMix64
    var time: Int64
    var traders: [String]
    var agents: [String]
    var rounds: Int
    var shares: [Share]
    var marks: [Mark]
    var refused: Int
  }

  var saved: Saved {
    Saved(
      size: size, random: random, time: time, traders: traders, agents: agents, rounds: rounds,
      shares: shares, marks: marks, refused: refused)
  }

  /// Goes on where another run was.
  init(_ saved: Saved, _ state: LedgerState) {
    (size, random, time) = (saved.size, saved.random, saved.time)
    (traders, agents, rounds) = (saved.traders, saved.agents, saved.rounds)
    (shares, marks, refused) = (saved.shares, saved.marks, saved.refused)
    self.state = state
    watch = nil
  }

  private static var genesis: Genesis {
    var genesis = Genesis()
    genesis.chips = (0..<10).map { "chip\($0)" }
    genesis.currencies = [.hkd]
    genesis.origin = "scale.example"
    genesis.parties = [party("sampan", .platform)]
    for (id, role) in [("maker", Role.platform), ("checker", .platform), ("leader", .leader)] {
      var principal = Principal()
      principal.id = id
      principal.party = "sampan"
      principal.roles = [role]
      genesis.principals.append(principal)
    }
    return genesis
  }

  private static func party(_ id: String, _ kind: Party.Kind) -> Party {
    var party = Party()
    party.id = id
    party.kind = kind
    party.currency = .hkd
    return party
  }

  private mutating func add(_ party: String, _ roles: [Role], site: String?) throws -> String {
    var new = NewPrincipal()
    new.party = party
    new.roles = roles
    new.site = site
    let id = "p-\(state.position)"
    try decree(.addPrincipal(new))
    return id
  }

  private mutating func addSite(_ index: Int) throws {
    try decree(.addParty(Self.party("c\(index)", .centre)))
    var site = Site()
    site.id = "s\(index)"
    site.centre = "c\(index)"
    site.currency = .hkd
    site.metro = "hk"
    try decree(.addSite(site))
    agents.append(try add("c\(index)", [.agent], site: site.id))
    var offer = Offer()
    offer.site = site.id
    offer.generation = 1
    offer.sellUntil = time + 60 * Span.day
    for number in 0..<size.poolsPerSite {
      var pool = Offer.Pool()
      pool.name = "p\(number)"
      pool.chip = "chip\(number % 10)"
      pool.fabric = "ib"
      var span = Offer.Span()
      span.ask = random.draw(700...1_300)
      span.gpus = 8 * random.draw(4...64)
      span.to = offer.sellUntil
      pool.spans = [span]
      offer.pools.append(pool)
    }
    try send(.publishOffer(offer), by: agents[index], .agent)
  }

  private mutating func decree(_ command: Command) throws {
    let number = state.position
    try send(command, by: "maker", .platform)
    try send(.approve(Numbered(number)), by: "checker", .platform)
  }

  private mutating func count(_ what: String, seconds: Double, bytes: Int) {
    let at = shares.firstIndex { $0.what == what } ?? shares.count
    if at == shares.count { shares.append(Share(what: what)) }
    shares[at].count += 1
    shares[at].seconds += seconds
    shares[at].bytes += bytes
  }

  /// Of the processor, so that a machine which does other things too does not count.
  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// One entry, by way of its bytes.
  @discardableResult
  private mutating func send(_ command: Command, by: String, _ role: Role) throws -> [Event] {
    let start = Self.processorSeconds()
    let entry = Entry(
      position: state.position, time: max(time, state.time), epoch: state.epoch,
      id: CommandName.draw(&random), by: by, role: role, command: command)
    let bytes = FieldCodec.encode(entry)
    watch?(bytes)
    let events = try state.apply(try Entry.decode(bytes))
    if case .refused? = events.first { refused += 1 }
    count(command.kind.rawValue, seconds: Self.processorSeconds() - start, bytes: bytes.count)
    return events
  }

  // MARK: Rounds

  /// One round: its orders, readings, its clearing, and what the leader does by itself.
  package mutating func round() throws {
    let due = state.roundDue
    for _ in 0..<size.bidsPerDay / 96 {
      let trader = traders[Int(random.draw(0...Int64(traders.count - 1)))]
      try send(.placeBid(bid()), by: trader, .trader)
    }
    time = max(time, due)
    try deliver()
    for _ in 0..<1_000 {
      var acted = false
      for action in leader.step(state, market: time, wall: time) {
        switch action {
        case .propose(let command):
          try send(command, by: "leader", .leader)
          acted = true
        case .solve(let frozen):
          memory.clearingBegins()
          let start = Self.processorSeconds()
          let clearing = Engine.clear(
            frozen.instance, iterations: frozen.iterations, trajectories: Rules.trajectories)
          count("(clearing)", seconds: Self.processorSeconds() - start, bytes: 0)
          memory.clearingEnds()
          for command in Leader.outcome(of: frozen, clearing) {
            try send(command, by: "leader", .leader)
          }
          acted = true
        case .seal: continue
        }
      }
      if !acted { break }
    }
    rounds += 1
    if rounds % 12 == 0 { mark() }
  }

  private mutating func bid() -> BidTerms {
    var terms = BidTerms()
    terms.kind = random.draw(0...3) == 0 ? .split : .block
    terms.earliest = time + random.draw(0...24) * Span.hour
    terms.latestEnd = terms.earliest + random.draw(8...96) * Span.quarter
    var alternative = BidTerms.Alternative()
    alternative.chip = "chip\(random.draw(0...9))"
    alternative.gpus = 8 * random.draw(1...8)
    alternative.least = alternative.gpus
    alternative.limit = random.draw(700...2_000)
    alternative.quarters = random.draw(1...8)
    terms.alternatives = [alternative]
    return terms
  }

  /// Every site reports the quarter hour that is over, of all leases that ran in it.
  private mutating func deliver() throws {
    var reports: [[Reading]] = agents.map { _ in [] }
    for lease in state.leases.values where lease.start < time && lease.readThrough < lease.end {
      guard let index = Int(lease.site.dropFirst()) else { continue }
      var at = max(lease.readThrough, lease.start)
      while at < min(time, lease.end) {
        let next = min((at / Span.quarter + 1) * Span.quarter, lease.end)
        var reading = Reading()
        reading.lease = lease.id
        reading.from = at
        reading.to = next
        reading.delivered = lease.gpus(at: at) * (next - at)
        if reading.delivered > 0, next <= time { reports[index].append(reading) }
        at = next
      }
    }
    for (index, readings) in reports.enumerated() {
      for from in stride(from: 0, to: readings.count, by: 250) {
        var report = ReadingReport()
        report.site = "s\(index)"
        report.readings = Array(readings[from..<min(from + 250, readings.count)])
        try send(.recordReadings(report), by: agents[index], .agent)
      }
    }
  }

  private mutating func mark() {
    let (resting, clearing) = memory.taken()
    let start = Self.processorSeconds()
    let bytes = FieldCodec.encode(state)
    count("(snapshot)", seconds: Self.processorSeconds() - start, bytes: 0)
    marks.append(
      Mark(
        rounds: rounds, seconds: shares.reduce(0) { $0 + $1.seconds },
        logBytes: shares.reduce(0) { $0 + $1.bytes }, stateBytes: bytes.count,
        leases: state.leases.count, bids: state.book.bids.count, restingBytes: resting,
        clearingBytes: clearing, parts: Self.parts(of: bytes)))
  }
}
