import Accounts
import CommandLog
import Ledger
package import LedgerStore
import Market
import Replica
import Replication
import Simulation
import SiteRuntime
import Units

/// A whole federation in one thread on a virtual clock: replicas, their log, sites and tenants, and
/// whatever goes wrong. Equal plans run equally, to the byte of the trace.
package final class Federation {
  /// Market milliseconds a millisecond of the machines.
  package static let scale: Int64 = 100
  /// Between two turns of a replica that nothing wakes; ms of the machines.
  static let tick: Int64 = 250
  /// Everything heals, then all must be well again within so many ticks.
  package static let ticksToHeal: Int64 = 140
  /// A sender asks again after that; ms of the machines.
  static let patience: Int64 = 2_500

  enum Happening {
    case turn(Int, Int)
    /// An echo has its effect, and nobody hears the answer: each question is answered once.
    case arrive(Int, Int, LogQuestion, isEcho: Bool)
    case answer(Int, Int, LogAnswer)
    case waitOver(Int)
    case solved(Int, Int, Int64, [Command])
    case write(Int, Int)
    case judge(Int, Int, SealView)
    case send(Int, Int)
    case deliver(Int, Int)
    case receive(Int, Receipt)
    case tenants
    case poll(Int, Int)
    case wake(Int, Int)
    case feed(Int, Int, Reconcile.Input)
    case weather
    case heal
  }

  /// A command on its way, until somebody has said what became of it.
  struct Errand {
    var submission: Submission
    var tries = 0
    var receipt: Receipt?
    var isOver = false
    /// Of a site: which, its life, and what it was.
    var site: (index: Int, life: Int, action: Reconcile.Action)?
  }

  /// A question that waits at the log for something new.
  struct Waiter {
    var number: Int
    var replica: Int
    var life: Int
    var from: Int64
  }

  let plan: FederationPlan
  let bug: PlantedBug?
  var queue = EventQueue<Happening>()
  var now: Int64 = 0
  var weather: Weather
  var random: SplitMix64
  var log: SimulatedLog
  var replicas: [SimulatedReplica]
  var sites: [SimulatedSite]
  let tenants: [Town.Tenant]
  var errands: [Errand] = []
  var waiters: [Waiter] = []
  var waitersSoFar = 0
  let mailbox = Mailbox()
  var auditor = Auditor()
  var coverage = Coverage()
  /// What lies at each position and what came of it, as the first replica said.
  var record: [(bytes: [UInt8], events: [[UInt8]])] = []
  var digests: [Int64: String] = [:]
  var givenIDs: Set<String> = []
  var bids: [Int64] = []
  var mischief: Mischief
  /// Something was proposed that a second person has not looked at.
  var isAwaited = false
  private(set) var trace: [String] = []
  private let isTraced: Bool
  /// Of every line, traced or not.
  private(set) var mark: UInt64 = 0xCBF2_9CE4_8422_2325
  private(set) var turns = 0
  /// How far the log has come, as its answers said.
  var appendedTo: Int64 = 0
  private var healedAt: Int64
  private var roundAtHeal: Int64 = 0

  package init(_ plan: FederationPlan, bug: PlantedBug? = nil, isTraced: Bool = false) throws {
    self.plan = plan
    self.bug = bug
    self.isTraced = isTraced
    var weather = Weather(plan)
    random = SplitMix64(seed: plan.seed, stream: 4, index: 0)
    let town = try Town(plan, isSomeonePoor: weather.strikes(.poorTenant))
    self.weather = weather
    tenants = town.tenants
    mischief = Mischief(
      random: SplitMix64(seed: plan.seed, stream: 5, index: 0), tenants: town.tenants,
      places: town.places, references: town.references)
    log = SimulatedLog(town.disk.applied.map(\.bytes))
    sites = []
    replicas = []
    healedAt = Int64(plan.rounds) * 9_000
    for (index, place) in town.places.enumerated() {
      sites.append(SimulatedSite(place, seed: plan.seed &+ UInt64(index) &* 7_919))
      auditor.sales.sizes["\(place.id):a"] = place.gpus
    }
    // From three replicas on, the last is a regulator's follower.
    for index in 0..<plan.replicas {
      replicas.append(
        SimulatedReplica(
          index: index, town: town, plan: plan,
          isFollower: plan.replicas > 2 && index == plan.replicas - 1))
    }
    // Some were not upgraded yet; the rules that hold when it begins all of them know.
    for index in replicas.indices where self.weather.strikes(.oldRelease) {
      replicas[index].release = town.version
    }
    take(town.disk.applied, from: nil)
    appendedTo = log.next
    log.hasNoFence = bug == .staleLeader
  }

  /// Runs it to its end.
  package func run() -> FederationVerdict {
    for index in replicas.indices { start(index) }
    for index in sites.indices { wakeSite(index) }
    queue.put(.tenants, at: 100)
    queue.put(.weather, at: 500)
    queue.put(.heal, at: healedAt)
    let end = healedAt + Self.ticksToHeal * Self.tick
    while auditor.faults.isEmpty, let (time, what) = queue.next(), time <= end {
      now = time
      perform(what)
    }
    now = max(now, auditor.faults.isEmpty ? end : now)
    if auditor.faults.isEmpty { examine() }
    coverage.take(hits: weather.hits)
    return FederationVerdict(
      plan: plan, faults: auditor.faults, hits: weather.hits, entries: log.next,
      rounds: (replicas.compactMap { $0.loop?.core.state.round.number }.max() ?? 0),
      turns: turns, milliseconds: now, mark: mark, coverage: coverage, trace: trace)
  }

  private func perform(_ what: Happening) {
    turns += 1
    switch what {
    case .turn(let index, let life):
      guard replicas[index].life == life, replicas[index].isUp else { return }
      queue.put(.turn(index, life), at: now + Self.tick)
      turn(index)
    case .arrive(let index, let life, let question, let isEcho):
      arrive(index, life, question, isEcho: isEcho)
    case .answer(let index, let life, let answer):
      guard replicas[index].life == life, replicas[index].isUp else { return }
      replicas[index].answers.append(answer)
      turn(index)
    case .waitOver(let number):
      guard let at = waiters.firstIndex(where: { $0.number == number }) else { return }
      let waiter = waiters.remove(at: at)
      arrive(waiter.replica, waiter.life, .look(from: waiter.from, wait: false), isEcho: false)
    case .solved(let index, let life, let epoch, let commands):
      guard replicas[index].life == life, replicas[index].isUp else { return }
      replicas[index].solved.append((epoch, commands))
      turn(index)
    case .write(let index, let life): write(index, life)
    case .judge(let index, let life, let seal): judge(index, life, seal)
    case .send(let errand, let tries): send(errand, tries)
    case .deliver(let index, let errand): deliver(index, errand)
    case .receive(let errand, let receipt): receive(errand, receipt)
    case .tenants: tenantsAct()
    case .poll(let site, let life): poll(site, life)
    case .wake(let site, let life):
      guard sites[site].life == life, sites[site].wakesAt <= now else { return }
      sites[site].wakesAt = .max
      feed(site, .tick)
    case .feed(let site, let life, let input):
      guard sites[site].life == life, sites[site].isUp else { return }
      feed(site, input)
    case .weather: change()
    case .heal: heal()
    }
  }

  /// A line of the trace: when, who, what.
  func say(_ who: String, _ what: @autoclosure () -> String) {
    let line = isTraced ? "\(now) \(who) \(what())" : ""
    if isTraced { trace.append(line) }
    for byte in who.utf8 { mark = (mark ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    mark = (mark ^ UInt64(bitPattern: now)) &* 0x0000_0100_0000_01B3
  }

  /// The weather is over: whatever was down comes up, whatever was cut is whole.
  private func heal() {
    weather.isOver = true
    log.isFull = false
    roundAtHeal = replicas.compactMap { $0.loop?.core.state.round.number }.max() ?? 0
    say("all", "heal")
    for index in replicas.indices {
      replicas[index].partedUntil = 0
      replicas[index].pausedUntil = 0
      replicas[index].port.isFull = false
      replicas[index].port.now = now
      replicas[index].port.setClock()
      if !replicas[index].isUp { start(index) }
    }
    for index in sites.indices {
      sites[index].partedUntil = 0
      sites[index].cluster.lost = 0
      if !sites[index].isUp { startSite(index) }
    }
  }

  /// At the end: all is well again, and everybody has the same.
  private func examine() {
    var states: [(Int64, String)] = []
    for replica in replicas {
      guard let loop = replica.loop else {
        auditor.blame("r\(replica.index) is down long after everything healed")
        continue
      }
      if case .halted(let halt) = loop.member.role {
        auditor.blame("r\(replica.index) halted: \(halt)")
        continue
      }
      let state = loop.core.state
      // One that is a moment behind the last entry has other money, and rightly.
      if state.position == auditor.position {
        auditor.compare(
          state.accounts.accounts.values.map { $0 }, pendings: state.accounts.pendings.count,
          name: "r\(replica.index)")
      }
      states.append((state.position, SHA256Hasher.hex(FieldCodec.encode(state))))
    }
    let most = states.map(\.0).max() ?? 0
    // What was ordered within the last moments may still be on its way.
    for (position, digest) in states where position == most {
      guard digest != states.last(where: { $0.0 == most })?.1 else { continue }
      auditor.blame("two replicas have another state at position \(position)")
    }
    if let slow = states.first(where: { $0.0 + 100 < most }) {
      auditor.blame("not live: a replica is at \(slow.0) of \(most) after everything healed")
    }
    let round = replicas.compactMap { $0.loop?.core.state.round.number }.max() ?? 0
    if round < roundAtHeal + 2 {
      auditor.blame("not live: round \(round) is open, \(roundAtHeal) was when everything healed")
    }
    let old = errands.filter { !$0.isOver && $0.tries > 8 }.count
    if old > 0 { auditor.blame("not live: \(old) commands found nobody who takes them") }
    let due = Town.start + (now - 20_000) * Self.scale
    if let hold = auditor.overdue(at: due - 10 * Span.minute).first {
      auditor.blame("the hold \(hold) never ended, its time was over long ago")
    }
  }

  // MARK: What replicas have applied

  /// The file of the replica that has most, entry by entry.
  package var ledger: [AppliedEntry] {
    replicas.map(\.disk.applied).max { $0.count < $1.count } ?? []
  }

  /// Compares what a replica applied with what others made of it; the first to come tells the auditor.
  func take(_ applied: [AppliedEntry], from replica: Int?) {
    for item in applied {
      let at = Int(item.entry.position)
      let events = bug.map { $0.spoil(item.events, replica: replica ?? 0) } ?? item.events
      let bytes =
        bug == nil
        ? item.eventBytes
        : events.enumerated().map { $1.encoded(position: item.entry.position, index: $0) }
      if at < record.count {
        if record[at].bytes != item.bytes {
          auditor.blame("r\(replica ?? -1) has another entry at position \(at)")
        } else if record[at].events != bytes {
          auditor.blame("r\(replica ?? -1) made something else of entry \(at)")
        }
        continue
      }
      record.append((item.bytes, bytes))
      auditor.take(item.entry, events)
      coverage.take(events)
      if case .bidPlaced(let bid)? = events.last(where: { $0.name == "bid-placed" }) {
        bids = bids.suffix(40) + [bid.seq]
      }
      for case .moneyMoved(let movement) in events where movement.step == .pending {
        guard let id = movement.pending, id.hasPrefix("transfer-") else { continue }
        mischief.pendings = mischief.pendings.suffix(5) + [(id, movement.debit)]
      }
      say("entry", "\(at) \(item.entry.command.kind.rawValue) \(item.refusal?.code ?? "ok")")
    }
  }
}
