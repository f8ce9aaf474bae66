import AdapterKit
import CommandLog
import Leases
import Ledger
import Market
import Replica
import Simulation
import SiteRuntime
import Units

// The sites: agents, their clusters, their way to the broker.
extension Federation {
  /// Market time by the site's clock.
  private var market: Int64 { Town.start + now * Self.scale }

  func wakeSite(_ index: Int) {
    queue.put(.poll(index, sites[index].life), at: now + random.draw(10...200))
    feed(index, .tick)
  }

  func stopSite(_ index: Int, for length: Int64) {
    guard sites[index].isUp else { return }
    say(sites[index].place.id, "vanishes")
    sites[index].isUp = false
    sites[index].life += 1
    sites[index].startsAt = now + length
    sites[index].toBroker = []
    sites[index].isCalling = false
  }

  /// The agent begins again, with what its spool has.
  func startSite(_ index: Int) {
    if weather.strikes(.siteForgets) {
      sites[index].memory = SiteMemory(site: sites[index].place.id)
    }
    sites[index].isUp = true
    sites[index].startsAt = nil
    sites[index].life += 1
    sites[index].wakesAt = .max
    sites[index].machine = SimulatedSite.machine(
      sites[index].place, sites[index].memory,
      plan.seed &+ UInt64(index) &* 7_919 &+ UInt64(sites[index].life) &* 104_729)
    say(sites[index].place.id, "begins")
    wakeSite(index)
  }

  /// One input into the real machine; what it wants goes on its way.
  func feed(_ index: Int, _ input: Reconcile.Input) {
    guard sites[index].isUp else { return }
    for action in sites[index].machine.step(input, at: market) {
      switch action {
      case .remember(let memory): sites[index].memory = memory
      case .note(let text): say(sites[index].place.id, "notes: \(text)")
      case .map(let members):
        let answers: [String: PersonAnswer] = members.reduce(into: [:]) { found, member in
          found[member] = weather.strikes(.unknownMember) ? .unknown : .user(member)
        }
        put(index, .mapped(answers), after: weather.draw(5...60))
      case .report, .post, .publish, .withdraw:
        sites[index].toBroker.append(action)
        callBroker(index)
      case .observe, .apply, .remove, .meter, .measure, .plan: use(index, action)
      }
    }
    let wake = sites[index].machine.wake(after: market)
    let due = now + min(max(1, (wake - market) / Self.scale), 2_000)
    guard due < sites[index].wakesAt else { return }
    sites[index].wakesAt = due
    queue.put(.wake(index, sites[index].life), at: due)
  }

  private func put(_ index: Int, _ input: Reconcile.Input, after delay: Int64) {
    queue.put(.feed(index, sites[index].life, input), at: now + delay)
  }

  /// A call to the cluster: one at a time, in order. It may be late, or happen twice.
  private func use(_ index: Int, _ action: Reconcile.Action) {
    var delay = weather.draw(2...30)
    if weather.strikes(.siteLate) { delay += weather.draw(200...4_000) }
    sites[index].clusterFree = max(sites[index].clusterFree, now) + delay
    let at = sites[index].clusterFree
    let moment = Town.start + at * Self.scale
    let isTwice = weather.strikes(.siteTwice)
    let input: Reconcile.Input
    switch action {
    case .observe: input = .observed(.success(sites[index].cluster.allocations))
    case .apply(let order):
      if isTwice { _ = sites[index].cluster.apply(order, at: moment) }
      input = .applied(order, sites[index].cluster.apply(order, at: moment))
    case .remove(let lease):
      sites[index].cluster.remove(lease, at: moment)
      input = .removed(lease, nil)
    case .meter(let interval):
      input = .metered(interval, .success(sites[index].cluster.usage(interval)))
    case .measure: input = .measured(.success(sites[index].cluster.capacity(at: moment)))
    case .plan(let id, _): input = .planned(id, .success([]))
    default: return
    }
    queue.put(.feed(index, sites[index].life, input), at: at)
  }

  /// The agent's calls to the broker, one after the other.
  func callBroker(_ index: Int) {
    guard !sites[index].isCalling, let action = sites[index].toBroker.first,
      let (id, honest) = sites[index].command(action)
    else { return }
    sites[index].toBroker.removeFirst()
    sites[index].isCalling = true
    var command = honest
    if case .recordReadings(var report) = command, weather.strikes(.siteFalse) {
      for at in report.readings.indices { report.readings[at].delivered *= 2 }
      say(sites[index].place.id, "reports twice what it gave")
      command = .recordReadings(report)
    }
    if case .publishOffer(var offer) = command {
      auditor.sales.promise(
        site: offer.site, generation: offer.generation, until: offer.sellUntil)
      if bug == .promiseOverrun, now < sites[index].partedUntil { offer.sellUntil += Span.day }
      command = .publishOffer(offer)
    }
    let submission = Submission(
      id: falseID(id, command, honest), by: sites[index].place.agent, role: .agent,
      command: command)
    errands.append(
      Errand(submission: submission, site: (index, sites[index].life, action)))
    queue.put(.send(errands.count - 1, 0), at: now)
  }

  /// A site that says another thing than it means says it under another id: the same with other content
  /// would be refused before the log.
  private func falseID(_ id: String, _ said: Command, _ meant: Command) -> String {
    said == meant ? id : CommandName.draw(&random)
  }

  func answer(
    _ index: Int, _ life: Int, _ action: Reconcile.Action, _ result: Result<Receipt, any Error>
  ) {
    guard sites[index].life == life, sites[index].isUp else { return }
    sites[index].isCalling = false
    var error: BrokerError?
    switch result {
    case .success(let receipt):
      error = receipt.refusal.map { .refused(code: $0.code, detail: "") }
    case .failure: error = .again("no answer")
    }
    switch action {
    case .report(let report): feed(index, .reported(report, error))
    case .post(let batch): feed(index, .posted(batch, error))
    case .publish(let offer): feed(index, .published(offer, error))
    case .withdraw(let end): feed(index, .withdrawn(end, error))
    default: break
    }
    callBroker(index)
  }

  /// The wanted set, as some replica has it.
  func poll(_ index: Int, _ life: Int) {
    guard sites[index].life == life, sites[index].isUp else { return }
    queue.put(.poll(index, life), at: now + weather.draw(300...700))
    guard now >= sites[index].partedUntil, !weather.strikes(.messageLost) else { return }
    let replica = replicas[Int(random.draw(0...Int64(replicas.count - 1)))]
    guard let loop = replica.loop, loop.isServing, now >= replica.partedUntil,
      now >= replica.pausedUntil
    else { return }
    let set = SimulatedSite.wanted(
      loop.core.state, site: sites[index].place.id, at: market)
    var delay = weather.draw(5...40)
    if weather.strikes(.messageLate) { delay += weather.draw(100...3_000) }
    put(index, .wanted(set), after: delay)
  }
}
