import AdapterKit

@testable import SiteRuntime

/// A broker that keeps what the ledger would: readings by lease without overlap, a key once.
struct RehearsedBroker {
  var position: Int64 = 1
  var leases: [WantedLease] = []
  var isDown = false
  /// Does what it is asked and then does not answer, so many times.
  var lostAnswers = 0
  var refuseLease: String?
  /// Refuses with this code that a lease is given up.
  var refuseAbandoned: String?
  var takesNoReadings = false
  private(set) var readings: [Reading] = []
  private(set) var overlaps = 0
  private(set) var reports: [LeaseReport] = []
  private(set) var offers: [SiteOffer] = []
  private(set) var withdrawals: [OfferEnd] = []
  private var keys: Set<String> = []

  mutating func post(_ batch: ReadingBatch) -> BrokerError? {
    if isDown || takesNoReadings { return .again("down") }
    if let bad = refuseLease, batch.readings.contains(where: { $0.lease == bad }) {
      return .refused(code: "unknown_lease", detail: bad)
    }
    if keys.insert(batch.key).inserted {
      for reading in batch.readings {
        let clash = readings.contains {
          $0.lease == reading.lease && $0.from < reading.to && reading.from < $0.to
        }
        if clash { overlaps += 1 } else { readings.append(reading) }
      }
    }
    return lost()
  }

  mutating func report(_ report: LeaseReport) -> BrokerError? {
    if isDown { return .again("down") }
    if report.state == .abandoned, let refuseAbandoned {
      return .refused(code: refuseAbandoned, detail: report.lease)
    }
    if keys.insert(report.key).inserted { reports.append(report) }
    return lost()
  }

  mutating func publish(_ offer: SiteOffer) -> BrokerError? {
    if isDown { return .again("down") }
    offers.append(offer)
    return nil
  }

  mutating func withdraw(_ end: OfferEnd) -> BrokerError? {
    if isDown { return .again("down") }
    withdrawals.append(end)
    return nil
  }

  private mutating func lost() -> BrokerError? {
    guard lostAnswers > 0 else { return nil }
    lostAnswers -= 1
    return .again("the answer was lost")
  }

  func states(_ lease: String) -> [LeaseReport.State] {
    reports.filter { $0.lease == lease }.map(\.state)
  }
}

/// The machine between a model of a cluster and a model of a broker, on a clock that jumps.
struct Rehearsal {
  static let midnight: Int64 = 1_796_054_400_000
  static let hour: Int64 = 3_600_000
  static let quarter: Int64 = 900_000

  let clock: HandClock
  var adapter: ModelAdapter
  var broker = RehearsedBroker()
  var machine: Reconcile
  var saved: SiteMemory
  var notes: [String] = []
  var log: [String] = []
  /// The centre's mapping; nil while it does not answer.
  var people: [String: String]? = [:]
  /// After so many more actions the agent is killed and started again.
  var killIn: Int?
  var kills = 0

  init(
    terms: OfferTerms? = nil, unknown: UnknownPeople? = nil, mode: SiteMode = .act,
    start: Int64 = midnight
  ) {
    clock = HandClock(start)
    adapter = ModelAdapter(clock)
    saved = SiteMemory(site: "s")
    machine = Reconcile(memory: saved, terms: terms, unknown: unknown, mode: mode, seed: 1)
  }

  var now: Int64 { clock.now }

  /// A new life of the agent: only the spool and the cluster are left of the old one.
  mutating func restart(seed: UInt64 = 2) {
    machine = Reconcile(
      memory: saved, terms: machine.terms, unknown: machine.unknown, mode: machine.mode,
      control: machine.control, seed: seed)
    feed(.tick)
  }

  /// The broker tells the wanted set as it is now.
  mutating func tell() {
    broker.position += 1
    feed(.wanted(WantedSet(position: broker.position, asOf: now, leases: broker.leases)))
  }

  /// What the broker would leave out once it was reported closed.
  mutating func settle() {
    let broker = self.broker
    self.broker.leases.removeAll { broker.states($0.lease).contains(.closed) }
    tell()
  }

  mutating func feed(_ input: Reconcile.Input) {
    var queue = [input]
    while !queue.isEmpty {
      for action in machine.step(queue.removeFirst(), at: now) {
        if killIn == 0 {
          // Dead between two actions: results not yet heard and actions not yet done are lost.
          killIn = nil
          kills += 1
          machine = Reconcile(
            memory: saved, terms: machine.terms, unknown: machine.unknown, mode: machine.mode,
            control: machine.control,
            seed: UInt64(kills) << 32)
          queue = [.tick]
          break
        }
        killIn = killIn.map { $0 - 1 }
        if let next = perform(action) { queue.append(next) }
      }
    }
  }

  mutating func advance(to time: Int64) {
    while true {
      let next = machine.wake(after: now)
      precondition(next > now, "the machine does not let time pass")
      if next > time { break }
      clock.pass(next - now)
      feed(.tick)
    }
    clock.pass(time - now)
    feed(.tick)
  }

  private mutating func perform(_ action: Reconcile.Action) -> Reconcile.Input? {
    switch action {
    case .remember(let memory):
      saved = memory
      return nil
    case .note(let text):
      notes.append(text)
      return nil
    case .observe: return .observed(result { () throws(AdapterError) in try adapter.allocations() })
    case .measure: return .measured(result { () throws(AdapterError) in try adapter.capacity() })
    case .meter(let interval):
      return .metered(
        interval, result { () throws(AdapterError) in try adapter.usage(interval) })
    case .apply(let order):
      let users = order.users.isEmpty ? "" : " " + order.users.joined(separator: " ")
      log.append("\(order.state) \(order.lease) \(order.gpus)\(users)")
      return .applied(order, result { () throws(AdapterError) in try adapter.apply(order) })
    case .remove(let lease):
      log.append("remove \(lease)")
      do throws(AdapterError) {
        try adapter.remove(lease)
        return .removed(lease, nil, wiped: adapter.wiped(lease))
      } catch {
        return .removed(lease, error)
      }
    case .report(let report): return .reported(report, broker.report(report))
    case .post(let batch): return .posted(batch, broker.post(batch))
    case .map(let members):
      return .mapped(
        Dictionary(
          uniqueKeysWithValues: members.map { member in
            guard let people else { return (member, .again("no answer")) }
            return (member, people[member].map(PersonAnswer.user) ?? .unknown)
          }))
    case .plan(let id, let change):
      return .planned(id, .success(["run \(change.words)"]))
    case .withdraw(let end): return .withdrawn(end, broker.withdraw(end))
    case .publish(let offer): return .published(offer, broker.publish(offer))
    }
  }

  private func result<Value>(
    _ call: () throws(AdapterError) -> Value
  ) -> Result<Value, AdapterError> {
    do { return .success(try call()) } catch { return .failure(error) }
  }

  static func lease(
    _ name: String, hours: Range<Int64>, gpus: Int64 = 8, steps: [(Range<Int64>, Int64)]? = nil,
    members: [String] = []
  ) -> WantedLease {
    let steps = steps ?? [(hours, gpus)]
    return WantedLease(
      lease: name, pool: "p", chip: "c", tenant: "hku",
      start: midnight + hours.lowerBound * hour, end: midnight + hours.upperBound * hour,
      steps: steps.map { range, gpus in
        WantedStep(
          from: midnight + range.lowerBound * hour, to: midnight + range.upperBound * hour,
          gpus: gpus)
      }, members: members)
  }

  func delivered(_ lease: String) -> Int64 {
    broker.readings.filter { $0.lease == lease }.map(\.delivered).reduce(0, +)
  }
}
