package import AdapterKit
import Foundation

/// The shell of `Reconcile`: performs its actions on an adapter and a broker, keeps its memory in
/// the spool, wakes it in time. It dials out only. A broker that is away is asked again and again;
/// leases go on meanwhile by the last wanted set.
package actor SiteAgent {
  private var machine: Reconcile
  private let rules: ReconcileRules
  private let adapter: any Adapter
  private let broker: any BrokerPort
  private let people: (any PeopleMap)?
  private let spool: Spool
  private let clock: SharedClock
  private let note: @Sendable (String) -> Void
  private var random: SeededRandom
  private var failure: SpoolError?
  private let control: ControlFile
  private var controlStamp: [Int64]
  /// What stands in the status file, and when that was written.
  private var told: (status: SiteStatus, wall: Int64)?
  private var brokerWords = "not yet heard"
  private var alarm: Task<Void, Never>?
  private var alarmAt: Int64 = .max
  private let toAdapter = AsyncStream.makeStream(of: Reconcile.Action.self)
  private let toBroker = AsyncStream.makeStream(of: Reconcile.Action.self)
  private let toPeople = AsyncStream.makeStream(of: [String].self)

  /// So many ms of the wall an answer may travel.
  private static let travel: Int64 = 250

  /// The longest the broker is asked to hold a poll.
  private static let pollSeconds: Int64 = 25

  /// `seed` comes from the system's randomness; `note` receives lines for the log.
  package init(
    adapter: any Adapter, broker: any BrokerPort, spool: Spool, clock: SharedClock,
    terms: OfferTerms?, people: (map: any PeopleMap, unknown: UnknownPeople)? = nil,
    mode: SiteMode = .act, rules: ReconcileRules = ReconcileRules(), seed: UInt64,
    note: @escaping @Sendable (String) -> Void
  ) {
    self.adapter = adapter
    self.broker = broker
    self.spool = spool
    self.clock = clock
    self.people = people?.map
    self.rules = rules
    self.note = note
    random = SeededRandom(seed: seed ^ 0x5EED)
    control = spool.control
    // The stamp first: what changes in between is read again.
    controlStamp = control.stamp()
    let (orders, fault) = control.read()
    if let fault { note(fault) }
    machine = Reconcile(
      memory: spool.memory, terms: terms, unknown: people?.unknown, mode: mode, control: orders,
      rules: rules.scaled(by: spool.memory.scale), seed: seed)
  }

  /// Works until it is cancelled. Throws only when the spool cannot be written, because then
  /// nothing may be done that has to be remembered. Leases stand when it returns.
  package func run() async throws(SpoolError) {
    if clock.clock == nil, spool.memory.wanted != nil, spool.memory.scale == 1 {
      // A market at wall speed needs nobody to tell the time: leases go on without the broker.
      clock.set(.wall)
    }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.poll() }
      group.addTask { await self.serveAdapter() }
      group.addTask { await self.serveBroker() }
      group.addTask { await self.servePeople() }
      group.addTask { await self.attend() }
      feed(.tick)
      await group.next()
      group.cancelAll()
      toAdapter.continuation.finish()
      toBroker.continuation.finish()
      toPeople.continuation.finish()
    }
    alarm?.cancel()
    if let failure { throw failure }
  }

  /// One input into the machine; its actions go where they belong, in order.
  private func feed(_ input: Reconcile.Input) {
    guard clock.clock != nil, failure == nil else { return }
    let now = clock.now
    for action in machine.step(input, at: now) {
      switch action {
      case .remember(let memory):
        do {
          try spool.save(memory)
        } catch {
          failure = error
          toAdapter.continuation.finish()
          toBroker.continuation.finish()
          toPeople.continuation.finish()
          return
        }
      case .note(let text): note(text)
      case .observe, .apply, .remove, .meter, .measure, .plan: toAdapter.continuation.yield(action)
      case .map(let members): toPeople.continuation.yield(members)
      case .report, .post, .publish, .withdraw: toBroker.continuation.yield(action)
      }
    }
    setAlarm(for: machine.wake(after: now), now: now)
  }

  private func setAlarm(for time: Int64, now: Int64) {
    guard time != alarmAt || alarm == nil else { return }
    alarm?.cancel()
    alarmAt = time
    // A minute at most: the market's clock may be corrected meanwhile.
    let length = min(max(1, clock.clock?.wallLength(of: time - now) ?? 1_000), 60_000)
    alarm = Task {
      try? await Task.sleep(for: .milliseconds(length))
      if !Task.isCancelled { self.ring() }
    }
  }

  private func ring() {
    alarm = nil
    feed(.tick)
  }

  /// An answer that differs by less than it may have travelled moves no clock: what was measured
  /// before and after it stays on one line.
  private func hear(_ time: BrokerTime) {
    let scale = max(1, time.scale)
    let wall = clock.wall()
    let known = clock.clock.map { $0.scale == scale ? $0.market(at: wall) : .min } ?? .min
    if known == .min || (known - time.market).magnitude > UInt64(Self.travel * scale) {
      clock.set(MarketClock(anchorMarketMs: time.market, anchorWallMs: wall, scale: scale))
    }
    machine.rules = rules.scaled(by: scale)
    if machine.memory.scale != scale { feed(.scale(scale)) }
  }

  /// Follows the wanted set for as long as the agent lives.
  private func poll() async {
    var backoff = Backoff()
    var position: Int64?
    while !Task.isCancelled, failure == nil {
      do throws(BrokerError) {
        if position == nil { hear(try await broker.clock()) }
        let answer = try await broker.wanted(after: position, waitSeconds: Self.pollSeconds)
        hear(answer.time)
        let isNew = answer.set.position != position
        position = answer.set.position
        if backoff.failures > 0 { note("the broker answers again") }
        backoff.succeed()
        brokerWords = "answers"
        feed(.wanted(answer.set))
        // A broker that does not hold the poll must not be asked in a circle.
        if !isNew { try? await Task.sleep(for: .milliseconds(200)) }
      } catch {
        // The agent stops: that is not the broker's fault.
        if Task.isCancelled { return }
        if backoff.failures == 0 { note("the broker is away: \(error)") }
        brokerWords = "away: \(error)"
        backoff.fail(at: 0, first: 200, most: 10_000, random: &random)
        position = nil
        try? await Task.sleep(for: .milliseconds(backoff.notBefore))
      }
    }
  }

  /// One call at a time, in the order of the actions.
  private func serveAdapter() async {
    for await action in toAdapter.stream {
      if Task.isCancelled { return }
      switch action {
      case .observe:
        feed(
          .observed(
            await result { () async throws(AdapterError) in
              try await self.adapter.allocations()
            }))
      case .apply(let order):
        feed(
          .applied(
            order,
            await result { () async throws(AdapterError) in
              try await self.adapter.apply(order)
            }))
      case .meter(let interval):
        feed(
          .metered(
            interval,
            await result { () async throws(AdapterError) in
              try await self.adapter.usage(interval)
            }))
      case .measure:
        feed(
          .measured(
            await result { () async throws(AdapterError) in
              try await self.adapter.capacity()
            }))
      case .plan(let id, let change):
        feed(
          .planned(
            id,
            await result { () async throws(AdapterError) in
              switch change {
              case .apply(let order): try await self.adapter.plan(order)
              case .remove(let lease): try await self.adapter.plan(removing: lease)
              }
            }))
      case .remove(let lease):
        do throws(AdapterError) {
          try await adapter.remove(lease)
          feed(.removed(lease, nil, wiped: await adapter.wiped(lease)))
        } catch {
          feed(.removed(lease, error))
        }
      default: break
      }
    }
  }

  /// One member after the other; the mapping may be slow, so leases do not wait for it.
  private func servePeople() async {
    for await members in toPeople.stream {
      var answers: [String: PersonAnswer] = [:]
      for member in members {
        if Task.isCancelled { return }
        answers[member] = await people?.user(of: member) ?? .unknown
      }
      feed(.mapped(answers))
    }
  }

  /// Listens to what a person tells by the control file, and keeps the status file fresh.
  private func attend() async {
    while !Task.isCancelled, failure == nil {
      let stamp = control.stamp()
      if stamp != controlStamp {
        controlStamp = stamp
        let (orders, fault) = control.read()
        if let fault { note(fault) }
        feed(.told(orders))
      }
      tell()
      try? await Task.sleep(for: .milliseconds(300))
    }
  }

  /// Writes the status when it says something new, and every ten seconds as a sign of life.
  private func tell() {
    let wall = clock.wall()
    var status = machine.status(at: clock.now, wall: wall, broker: brokerWords)
    if let told, wall - told.wall < 10_000 {
      let fresh = status
      status.time = told.status.time
      status.wall = told.status.wall
      if status == told.status { return }
      status = fresh
    }
    told = (status, wall)
    do {
      try control.say(status)
    } catch {
      note("\(error)")
    }
  }

  private func result<Value: Sendable>(
    _ call: () async throws(AdapterError) -> Value
  ) async -> Result<Value, AdapterError> {
    do {
      return .success(try await call())
    } catch {
      return .failure(error)
    }
  }

  private func serveBroker() async {
    for await action in toBroker.stream {
      if Task.isCancelled { return }
      var error: BrokerError?
      do throws(BrokerError) {
        switch action {
        case .report(let report): try await broker.report(report)
        case .post(let batch): try await broker.post(batch)
        case .publish(let offer): try await broker.publish(offer)
        case .withdraw(let end): try await broker.withdraw(end)
        default: continue
        }
      } catch let caught {
        error = caught
      }
      switch action {
      case .report(let report): feed(.reported(report, error))
      case .post(let batch): feed(.posted(batch, error))
      case .publish(let offer): feed(.published(offer, error))
      case .withdraw(let end): feed(.withdrawn(end, error))
      default: break
      }
    }
  }
}
