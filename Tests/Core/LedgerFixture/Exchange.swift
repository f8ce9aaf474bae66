package import Ledger
package import Market
package import Placement
package import Replication
package import Units

/// A small market for tests, built from nothing but commands: a platform of two persons and a
/// leader, and whatever a test adds. Every command goes through its bytes before it is applied.
package struct Exchange: Sendable {
  /// 2026-03-02, a Monday, 00:00 at +08:00.
  package static let monday: Int64 = 1_772_380_800_000

  package private(set) var state = LedgerState()
  package private(set) var log: [Entry] = []
  /// What each entry caused.
  package private(set) var results: [[Event]] = []
  /// What the next entry is stamped with; ms.
  package var time: Int64
  package var leader = Leader()
  /// Searches of a round: a broker makes as many as the rules say.
  package var trajectories: Int64 = 1
  /// Keep the log; off for long runs.
  package var remembers = true
  private var ids: UInt64 = 0

  /// Why an entry could not be applied: a defect of the test or of the ledger.
  package struct Failure: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
  }

  /// The first entry only.
  package init(rules: Rules = Rules(), start: Int64 = Exchange.monday) throws {
    time = start
    try send(.genesis(Self.genesis(rules: rules)), by: "maker", as: .platform)
  }

  /// Goes on from an equal state that came from elsewhere.
  package mutating func resume(_ other: LedgerState) { state = other }

  package static func genesis(rules: Rules) -> Genesis {
    var genesis = Genesis()
    genesis.chips = ["a910b", "h800"]
    genesis.currencies = [.cny, .hkd]
    genesis.origin = "test.example"
    genesis.parties = [party("sampan", .platform, .hkd)]
    genesis.principals = [
      principal("maker", [.platform]), principal("checker", [.platform]),
      principal("leader", [.leader]),
    ]
    genesis.rules = rules
    return genesis
  }

  private static func principal(_ id: String, _ roles: [Role]) -> Principal {
    var principal = Principal()
    principal.id = id
    principal.party = "sampan"
    principal.roles = roles
    return principal
  }

  package static func party(_ id: String, _ kind: Party.Kind, _ currency: Currency) -> Party {
    var party = Party()
    party.id = id
    party.kind = kind
    party.currency = currency
    return party
  }

  // MARK: Commands

  /// A command id that was not used before.
  package mutating func freshID() -> String {
    ids += 1
    let text = String(ids &* 0x9E37_79B9_7F4A_7C15, radix: 16)
    return String(repeating: "0", count: 32 - text.count) + text
  }

  /// Applies a command by way of its bytes.
  @discardableResult
  package mutating func send(
    _ command: Command, by: String, as role: Role, id: String? = nil, epoch: Int64? = nil
  ) throws -> [Event] {
    let entry = Entry(
      position: state.position, time: max(time, state.time), epoch: epoch ?? state.epoch,
      id: id ?? freshID(), by: by, role: role, command: command)
    let bytes = FieldCodec.encode(entry)
    let read: Entry
    do throws(CodecError) {
      read = try Entry.decode(bytes)
    } catch {
      throw Failure("\(error) in \(String(decoding: bytes, as: UTF8.self))")
    }
    guard read == entry else { throw Failure("another entry came back") }
    return try apply(read)
  }

  @discardableResult
  package mutating func apply(_ entry: Entry) throws -> [Event] {
    let events = try state.apply(entry)
    if remembers {
      log.append(entry)
      results.append(events)
    }
    return events
  }

  /// A two-person command: proposed by one, approved by the other.
  @discardableResult
  package mutating func decree(_ command: Command) throws -> [Event] {
    let position = state.position
    let proposed = try send(command, by: "maker", as: .platform)
    if Self.refusal(proposed) != nil { return proposed }
    return try send(.approve(Numbered(position)), by: "checker", as: .platform)
  }

  /// Why the command was refused, if it was.
  package static func refusal(_ events: [Event]) -> Refusal? {
    if case .refused(let refused)? = events.first { return refused.code }
    return nil
  }

  /// As `decree` and `send`, but it must not be refused.
  package static func accepted(_ events: [Event]) throws -> [Event] {
    if let code = refusal(events) { throw Failure("refused: \(code.code)") }
    return events
  }

  // MARK: Who and where

  /// Adds a principal; its name is the position of its entry.
  package mutating func add(_ party: String, _ roles: [Role], site: String? = nil) throws -> String
  {
    var new = NewPrincipal()
    new.party = party
    new.roles = roles
    new.site = site
    let id = "p-\(state.position)"
    _ = try Self.accepted(try decree(.addPrincipal(new)))
    return id
  }

  /// Adds a tenant with one trader, whose name is returned, and money.
  package mutating func tenant(
    _ id: String, _ currency: Currency, money: Int64
  ) throws -> String {
    _ = try Self.accepted(try decree(.addParty(Self.party(id, .tenant, currency))))
    if money > 0 { try deposit(Self.account(id, currency), money) }
    return try add(id, [.trader])
  }

  package static func account(_ party: String, _ currency: Currency) -> String {
    "\(party):\(currency.suffix)"
  }

  package mutating func deposit(_ account: String, _ amount: Int64) throws {
    var transfer = BankTransfer()
    transfer.account = account
    transfer.amount = amount
    transfer.reference = freshID() + freshID()
    _ = try Self.accepted(try decree(.deposit(transfer)))
  }

  /// Adds a site of a centre, which is added too when it is new, and its agent, whose name is
  /// returned.
  package mutating func site(
    _ id: String, _ jurisdiction: Jurisdiction, _ currency: Currency, centre: String
  ) throws -> String {
    if !state.parties.contains(centre) {
      _ = try Self.accepted(try decree(.addParty(Self.party(centre, .centre, currency))))
    }
    var site = Site()
    site.id = id
    site.centre = centre
    site.currency = currency
    site.jurisdiction = jurisdiction
    site.metro = jurisdiction == .hk ? "hk" : "shenzhen"
    _ = try Self.accepted(try decree(.addSite(site)))
    return try add(centre, [.agent, .centre], site: id)
  }

  package mutating func rate(
    _ currency: Currency, _ numerator: Int64, per denominator: Int64, days: Int64 = 365
  ) throws {
    var dated = DatedRate()
    dated.currency = currency
    dated.rate = Rate(numerator: numerator, denominator: denominator)
    dated.validUntil = time + days * Span.day
    _ = try Self.accepted(try decree(.setRate(dated)))
  }

  // MARK: Rounds

  /// Moves the clock to when the round may close, and closes it.
  @discardableResult
  package mutating func close() throws -> [Event] {
    time = max(time, state.roundDue)
    try moveLeases()
    return try Self.accepted(
      try send(.closeRound(Numbered(state.round.number)), by: "leader", as: .leader))
  }

  /// Leases that lost their place become bids again, as the leader sees to it.
  package mutating func moveLeases() throws {
    for lost in state.displaced.values {
      var name = LeaseName()
      name.lease = lost.lease
      _ = try Self.accepted(try send(.moveLease(name), by: "leader", as: .leader))
    }
  }

  /// What the engine makes of the closed round.
  package func cleared() throws -> (frozen: FrozenRound, clearing: Clearing) {
    guard let frozen = state.frozen else { throw Failure("no round is closed") }
    return (
      frozen,
      Engine.clear(
        frozen.instance, iterations: frozen.iterations, trajectories: trajectories)
    )
  }

  /// Closes the round, clears it and commits the outcome; the events of the commit.
  @discardableResult
  package mutating func round() throws -> [Event] {
    try close()
    return try commitCleared()
  }

  /// Clears the round that is closed and commits the outcome; the events of the commit.
  @discardableResult
  package mutating func commitCleared() throws -> [Event] {
    let (frozen, clearing) = try cleared()
    var last: [Event] = []
    for command in Leader.outcome(of: frozen, clearing) {
      last = try Self.accepted(try send(command, by: "leader", as: .leader))
    }
    return last
  }

  /// Runs the leader until nothing is due at the present time; seals have digests of nothing.
  package mutating func lead(sealing: Bool = false) throws {
    for _ in 0..<100_000 {
      var acted = false
      for action in leader.step(state, market: time, wall: time) {
        switch action {
        case .propose(let command):
          _ = try Self.accepted(try send(command, by: "leader", as: .leader))
          acted = true
        case .solve(let frozen):
          let clearing = Engine.clear(
            frozen.instance, iterations: frozen.iterations, trajectories: trajectories)
          for command in Leader.outcome(of: frozen, clearing) {
            _ = try Self.accepted(try send(command, by: "leader", as: .leader))
          }
          acted = true
        case .seal(let from, let to):
          guard sealing else { continue }
          var terms = SealTerms()
          terms.from = from
          terms.to = to
          terms.events = String(repeating: "0", count: 64)
          _ = try Self.accepted(try send(.seal(terms), by: "leader", as: .leader))
          acted = true
        }
      }
      if !acted { return }
    }
    throw Failure("the leader finds no rest")
  }
}
