import Accounts
import Leases
import Ledger
import Market
import Placement
import Replication
import Units

/// A whole market in one process on the market's clock: the ledger's own state machine, the
/// leader's own step machine, the engine. Every command is encoded as an entry of the log, decoded
/// again and applied, as on a replica; only the disk and the network are left out, and with them
/// the seals.
package struct MarketLedger {
  /// What went wrong that never should: the market cannot go on.
  package struct Fault: Error, CustomStringConvertible {
    package var description: String
    init(_ description: String) { self.description = description }
  }

  private(set) var state = LedgerState()
  private var leader = Leader()
  private var random = SplitMix64(seed: 0x5A3A)
  /// Canonical bytes of all entries.
  package private(set) var bytes: Int64 = 0
  /// Commands that were refused, by the name of the refusal.
  package private(set) var refusals: [String: Int] = [:]
  /// Seconds that the engine took.
  package private(set) var clearingSeconds = 0.0

  /// Principals of the genesis.
  private static let operators = ["operator-1", "operator-2"]
  private static let replica = "replica-1"

  package init() {}

  package var entries: Int64 { state.position }

  /// Applies one command and returns what it caused; a refusal is an event like others.
  @discardableResult
  mutating func submit(
    _ command: Command, by principal: String, as role: Role, at time: Int64
  ) throws -> [Event] {
    let id = (0..<2).map { _ in Self.hex(random.next()) }.joined()
    let entry = Entry(
      position: state.position, time: max(time, state.time), epoch: state.epoch, id: id,
      by: principal, role: role, command: command)
    let encoded = FieldCodec.encode(entry)
    bytes += Int64(encoded.count)
    let decoded: Entry
    do { decoded = try Entry.decode(encoded) } catch {
      throw Fault(
        "entry \(entry.position) (\(command.kind.rawValue)) cannot be read back: \(error)")
    }
    let events: [Event]
    do { events = try state.apply(decoded) } catch {
      throw Fault("entry \(entry.position) (\(command.kind.rawValue)) cannot be applied: \(error)")
    }
    if case .refused(let refused) = events.first {
      refusals[refused.code.code, default: 0] += 1
    }
    return events
  }

  /// Applies a command that must not be refused.
  @discardableResult
  mutating func demand(
    _ command: Command, by principal: String, as role: Role, at time: Int64
  ) throws -> [Event] {
    let events = try submit(command, by: principal, as: role, at: time)
    if case .refused(let refused) = events.first {
      throw Fault(
        "the ledger refused \(command.kind.rawValue) at \(CivilTime.text(time)): "
          + refused.code.code
      )
    }
    return events
  }

  /// Opens the log: chips, rules, the platform's principals, and the first epoch.
  mutating func begin(chip: String, rules: Rules, at time: Int64) throws {
    var genesis = Genesis()
    genesis.chips = [chip]
    genesis.currencies = [.hkd]
    genesis.origin = "backtest"
    genesis.rules = rules
    var platform = Party()
    platform.id = "platform"
    platform.kind = .platform
    genesis.parties = [platform]
    for id in Self.operators + [Self.replica] {
      var principal = Principal()
      principal.id = id
      principal.party = platform.id
      principal.roles = id == Self.replica ? [.leader] : [.platform]
      genesis.principals.append(principal)
    }
    try demand(.genesis(genesis), by: Self.operators[0], as: .platform, at: time)
    try demand(.lead(Numbered(1)), by: Self.replica, as: .leader, at: time)
  }

  /// A command of the platform, proposed by one operator and approved by the other. Returns the
  /// position of the proposal, which names what it made.
  @discardableResult
  mutating func agree(_ command: Command, at time: Int64) throws -> Int64 {
    let position = state.position
    try demand(command, by: Self.operators[0], as: .platform, at: time)
    try demand(.approve(Numbered(position)), by: Self.operators[1], as: .platform, at: time)
    return position
  }

  /// Adds somebody who may act, and returns the name.
  mutating func addPrincipal(
    _ role: Role, of party: String, site: String? = nil, at time: Int64
  ) throws -> String {
    var new = NewPrincipal()
    new.party = party
    new.roles = [role]
    new.site = site
    return "p-\(try agree(.addPrincipal(new), at: time))"
  }

  /// Lets the leader do all that is due: close the round, clear it, commit it, settle what can be
  /// settled. Returns what came of it.
  mutating func lead(at time: Int64, closing: Bool) throws -> [Event] {
    var events: [Event] = []
    while true {
      var acted = false
      for action in leader.step(state, market: time, wall: 0) {
        switch action {
        case .propose(let command):
          if case .closeRound = command, !closing { continue }
          acted = true
          events += try demand(command, by: Self.replica, as: .leader, at: time)
        case .solve(let frozen):
          acted = true
          let clock = ContinuousClock()
          var clearing = Clearing()
          let spent = clock.measure {
            clearing = Engine.clear(
              frozen.instance, iterations: frozen.iterations, trajectories: Rules.trajectories)
          }
          clearingSeconds += Self.seconds(spent)
          for command in Leader.outcome(of: frozen, clearing) {
            events += try demand(command, by: Self.replica, as: .leader, at: time)
          }
        case .seal:
          break
        }
      }
      if !acted { return events }
    }
  }

  static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  private static func hex(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
