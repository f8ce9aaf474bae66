package import AdapterKit

/// How an agent paces itself; all lengths in ms of market time.
package struct ReconcileRules: Sendable, Hashable {
  /// Leases are prepared so long before they start.
  package var lead: Int64 = 10 * 60_000
  /// How often the cluster is asked what exists and what it has.
  package var observeEvery: Int64 = 30_000
  /// The same in ms of the wall, whatever the market's clock does.
  package var pollEvery: Int64 = 500
  /// Offers are sent no more often than that.
  package var offerEvery: Int64 = 60_000
  /// How long after a quarter hour its usage is asked for.
  package var settle: Int64 = 5_000
  /// So long a trade above `approveAbove` waits for a person, and until half of it is over at most.
  package var lapseAfter: Int64 = 30 * 60_000
  /// How often the centre is asked again who somebody is, and who is still nobody.
  package var mapEvery: Int64 = 10 * 60_000
  package var mapUnknownEvery: Int64 = 60_000
  /// The first wait after a failure, and the longest.
  package var retryFirst: Int64 = 1_000
  package var retryMost: Int64 = 60_000

  package init() {}

  /// On a market that runs faster, no call comes more often than the wall allows.
  package func scaled(by scale: Int64) -> ReconcileRules {
    var rules = self
    rules.observeEvery = max(rules.observeEvery, rules.pollEvery * scale)
    rules.offerEvery = max(rules.offerEvery, 1_000 * scale)
    rules.settle = max(rules.settle, 100 * scale)
    rules.lapseAfter = max(rules.lapseAfter, 30_000 * scale)
    rules.mapEvery = max(rules.mapEvery, 10_000 * scale)
    rules.mapUnknownEvery = max(rules.mapUnknownEvery, 1_000 * scale)
    rules.retryFirst = max(rules.retryFirst, 100 * scale)
    rules.retryMost = max(rules.retryMost, 5_000 * scale)
    return rules
  }
}

/// One site agent as a step machine: an input and a time in, actions out, nothing else touched
/// (decisions.md, 17). It compares what the broker wants with what the cluster has.
///
/// Whoever drives it performs the actions of a step in order, hands back the result of each as an
/// input, and performs adapter actions one at a time. `remember` comes first in a step: what
/// follows from it is only done once it is saved.
///
/// - It never acts on an older wanted set than it has seen, and never ends a lease because the
///   broker is silent.
/// - It touches a lease only after the cluster has said, in this life of the agent, what exists.
/// - It reports a lease closed when nothing of it is left and every reading of it was taken.
package struct Reconcile: Sendable {
  package enum Input: Sendable {
    case wanted(WantedSet)
    case scale(Int64)
    case observed(Result<[Allocation], AdapterError>)
    case applied(AllocationOrder, Result<Allocation, AdapterError>)
    case removed(String, AdapterError?, wiped: Bool? = nil)
    case metered(Interval, Result<[Usage], AdapterError>)
    case measured(Result<[PoolCapacity], AdapterError>)
    case reported(LeaseReport, BrokerError?)
    case posted(ReadingBatch, BrokerError?)
    case mapped([String: PersonAnswer])
    case planned(String, Result<[String], AdapterError>)
    case withdrawn(OfferEnd, BrokerError?)
    case told(Control)
    case published(SiteOffer, BrokerError?)
    case tick
  }

  package enum Action: Sendable, Hashable {
    case remember(SiteMemory)
    case observe
    case apply(AllocationOrder)
    case remove(String)
    case meter(Interval)
    case measure
    case report(LeaseReport)
    case post(ReadingBatch)
    /// Ask who these members are on the centre's machines.
    case map([String])
    /// Ask the adapter what a change would run; the id is the proposal's.
    case plan(String, Change)
    case withdraw(OfferEnd)
    case publish(SiteOffer)
    /// A line for the agent's log.
    case note(String)
  }

  /// What is under way with one lease.
  struct Task: Sendable {
    /// The cluster's word, nil when nothing is there.
    var observed: Allocation?
    var firstSeen: Int64 = 0
    var acting = false
    var acts = Backoff()
    /// Who was ordered in this life of the agent.
    var users: [String]?
    /// An order that will never hold.
    var broken: AllocationOrder?
    var reporting = false
    var reports = Backoff()
  }

  /// What is under way with something that there is one of.
  struct Errand: Sendable {
    var underWay = false
    var backoff = Backoff()
    var due: Int64 = 0

    func isDue(at now: Int64) -> Bool { !underWay && now >= max(due, backoff.notBefore) }
  }

  package var rules: ReconcileRules
  let terms: OfferTerms?
  /// What becomes of a lease that nobody can use; nil when people are the adapter's affair.
  let unknown: UnknownPeople?
  let mode: SiteMode
  var control: Control
  /// What is not done yet because a person has to look at it, by lease.
  var proposals: [String: Proposal] = [:]
  var random: SeededRandom
  package internal(set) var memory: SiteMemory
  var tasks: [String: Task] = [:]
  /// False until the cluster has been asked once.
  var hasLooked = false
  var looking = Errand()
  var metering = Errand()
  var posting = Errand()
  var measuring = Errand()
  var offering = Offering()
  var mapping = Errand()
  /// When the centre last said who somebody is, in this life of the agent.
  var asked: [String: Int64] = [:]
  var notes: [String] = []
  var said: [String: Int64] = [:]

  /// `memory` is what the spool held; `seed` makes jitter and keys and should differ each time.
  package init(
    memory: SiteMemory, terms: OfferTerms?, unknown: UnknownPeople? = nil,
    mode: SiteMode = .act, control: Control = Control(), rules: ReconcileRules = ReconcileRules(),
    seed: UInt64
  ) {
    self.memory = memory
    self.terms = terms
    self.unknown = unknown
    self.mode = mode
    self.control = control
    self.rules = rules
    random = SeededRandom(seed: seed)
  }

  /// Takes one input at a market time and says what to do now.
  package mutating func step(_ input: Input, at now: Int64) -> [Action] {
    let before = memory
    take(input, at: now)
    var actions = planLooking(at: now) + planMapping(at: now)
    if hasLooked { actions += planLeases(at: now) + planPlans() }
    actions += planMetering(at: now)
    actions += planReports(at: now)
    actions += planPosting(at: now)
    actions += planOffer(at: now)
    actions += freshNotes(at: now)
    if memory != before { actions.insert(.remember(memory), at: 0) }
    return actions
  }

  /// What was said within the last market hour is not said again.
  private mutating func freshNotes(at now: Int64) -> [Action] {
    defer { notes = [] }
    guard !notes.isEmpty else { return [] }
    said = said.filter { now - $0.value < 3_600_000 }
    let fresh = notes.filter { said[$0] == nil }
    for note in fresh { said[note] = now }
    return fresh.map { .note($0) }
  }

  /// The next market time at which `step(.tick)` will have something to do.
  package func wake(after now: Int64) -> Int64 {
    var times: [Int64] = []
    for errand in [looking, metering, posting, measuring, mapping] where !errand.underWay {
      times += [errand.due, errand.backoff.notBefore]
    }
    times += [offering.notBefore, offering.backoff.notBefore]
    for task in tasks.values { times += [task.acts.notBefore, task.reports.notBefore] }
    for lease in memory.wanted?.leases ?? [] {
      lease.nextEdge(after: now, lead: lead(of: lease)).map { times.append($0) }
    }
    times += proposals.values.compactMap(\.lapses)
    nextQuarter.map { times.append($0.to + rules.settle) }
    return times.filter { $0 > now }.min() ?? now + rules.observeEvery
  }

  private mutating func take(_ input: Input, at now: Int64) {
    switch input {
    case .wanted(let set): take(set)
    case .scale(let scale): memory.scale = scale
    case .observed(let result): take(observed: result, at: now)
    case .applied(let order, let result): take(applied: order, result, at: now)
    case .removed(let lease, let error, let wiped):
      if error == nil, let wiped { memory.observed[lease, default: Observation()].wiped = wiped }
      take(removed: lease, error, at: now)
    case .metered(let interval, let result): take(metered: interval, result, at: now)
    case .measured(let result): take(measured: result, at: now)
    case .reported(let report, let error): take(reported: report, error, at: now)
    case .posted(let batch, let error): take(posted: batch, error, at: now)
    case .published(let offer, let error): take(published: offer, error, at: now)
    case .mapped(let answers): take(mapped: answers, at: now)
    case .planned(let id, let result): take(planned: id, result)
    case .withdrawn(let end, let error): take(withdrawn: end, error, at: now)
    case .told(let control): self.control = control
    case .tick: break
    }
  }

  /// An older set than the one seen is dropped. The position alone is not worth saving: only a
  /// change of the leases is.
  private mutating func take(_ set: WantedSet) {
    if let seen = memory.wanted {
      let newest = max(seen.position, latest?.position ?? 0)
      guard set.position >= newest else {
        notes.append(
          "the broker's wanted set is of position \(set.position), but \(newest) was seen:"
            + " ignored. If the broker was begun anew, move this agent's spool away")
        return
      }
      if set.leases == seen.leases {
        latest = set
        return
      }
    }
    memory.wanted = set
    latest = set
    mapping.due = 0
    let names = Set(set.leases.map(\.lease))
    memory.metered = memory.metered.filter { names.contains($0.key) }
    memory.reported = memory.reported.filter { names.contains($0.key) }
    memory.observed = memory.observed.filter { names.contains($0.key) }
    memory.large = memory.large.filter { names.contains($0.key) }
    memory.lapsed = memory.lapsed.filter { names.contains($0) }
    for lease in tasks.keys where !names.contains(lease) && tasks[lease]?.observed == nil {
      tasks[lease] = nil
    }
  }

  /// The newest set of this life of the agent; its `asOf` may be later than the saved one's.
  var latest: WantedSet?

  mutating func failed(_ backoff: Backoff, at now: Int64) -> Backoff {
    var backoff = backoff
    backoff.fail(at: now, first: rules.retryFirst, most: rules.retryMost, random: &random)
    return backoff
  }

  func wantedLease(_ name: String) -> WantedLease? {
    memory.wanted?.leases.first { $0.lease == name }
  }

  /// How long before its start a lease is prepared.
  func lead(of lease: WantedLease) -> Int64 {
    let pool = terms?.pools.first { $0.pool == lease.pool }
    return max(rules.lead, pool?.prepareAhead ?? 0)
  }

  func isClosed(_ lease: String) -> Bool { memory.reported[lease] == .closed }
}
