import AdapterKit
import Synchronization
import Testing

@testable import SiteRuntime

@Suite struct ReconcileTests {
  let midnight = Rehearsal.midnight
  let hour = Rehearsal.hour

  @Test("a lease is prepared before its start, opened at it, removed at its end, then closed")
  func life() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("l-1", hours: 1..<3)]
    show.tell()
    show.advance(to: midnight + hour - 10 * 60_000 - 1)
    #expect(show.log == [])
    show.advance(to: midnight + hour - 10 * 60_000)
    #expect(show.log == ["prepared l-1 8"])
    show.advance(to: midnight + hour - 1)
    #expect(show.log == ["prepared l-1 8"])
    show.advance(to: midnight + hour)
    #expect(show.log == ["prepared l-1 8", "open l-1 8"])
    #expect(show.broker.states("l-1") == [.prepared, .open])
    #expect(show.broker.reports.last?.access == ["login": "here"])
    show.advance(to: midnight + 3 * hour)
    #expect(show.log.last == "remove l-1")
    #expect(show.broker.states("l-1") == [.prepared, .open], "closed only with its last reading")
    show.advance(to: midnight + 3 * hour + 60_000)
    #expect(show.broker.states("l-1") == [.prepared, .open, .closed])
    #expect(show.delivered("l-1") == 2 * hour * 8)
    #expect(show.broker.readings.count == 8)
    #expect(
      show.broker.readings.allSatisfy {
        $0.to - $0.from == Rehearsal.quarter && $0.from % Rehearsal.quarter == 0
      })
    show.settle()
    show.advance(to: midnight + 5 * hour)
    #expect(show.log.count == 3 && show.broker.reports.count == 3)
    #expect(show.saved.metered.isEmpty && show.saved.reported.isEmpty && show.saved.outbox.isEmpty)
  }

  @Test(
    "what the system shows of others on a lease's nodes is reported: the most, also after a restart"
  )
  func observed() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("l-1", hours: 1..<3)]
    show.tell()
    show.adapter.others.withLock { $0 = 0 }
    show.advance(to: midnight + hour)
    show.adapter.others.withLock { $0 = 2 }
    show.advance(to: midnight + 2 * hour)
    show.restart()
    show.adapter.others.withLock { $0 = 1 }
    show.adapter.wipes.withLock { $0 = false }
    show.advance(to: midnight + 3 * hour + 60_000)
    #expect(show.broker.states("l-1") == [.prepared, .open, .closed])
    #expect(
      show.broker.reports.map(\.observed) == [
        nil, Observation(nodes: 1, others: 0), Observation(nodes: 1, others: 2, wiped: false),
      ])
    show.settle()
    #expect(show.saved.observed.isEmpty)
    // A system that tells nothing of it has nothing reported.
    var silent = Rehearsal()
    silent.broker.leases = [Rehearsal.lease("l-2", hours: 1..<3)]
    silent.tell()
    silent.advance(to: midnight + 3 * hour + 60_000)
    #expect(silent.broker.reports.count == 3)
    #expect(silent.broker.reports.allSatisfy { $0.observed == nil })
  }

  @Test("a lease is resized at each step edge, shrinking ones before growing ones")
  func resize() {
    var show = Rehearsal()
    show.broker.leases = [
      Rehearsal.lease("a", hours: 0..<4, steps: [(0..<1, 8), (1..<2, 16), (2..<4, 8)]),
      Rehearsal.lease("b", hours: 0..<4, steps: [(0..<1, 16), (1..<2, 8), (2..<4, 16)]),
    ]
    show.tell()
    show.advance(to: midnight + 5 * hour)
    #expect(
      show.log == [
        "open a 8", "open b 16", "open b 8", "open a 16", "open a 8", "open b 16", "remove a",
        "remove b",
      ])
    #expect(show.delivered("a") == hour * (8 + 16 + 2 * 8))
    #expect(show.delivered("b") == hour * (16 + 8 + 2 * 16))
  }

  @Test("in hours without GPUs the gate is closed and nothing is read")
  func pause() {
    var show = Rehearsal()
    show.broker.leases = [
      Rehearsal.lease("a", hours: 0..<3, steps: [(0..<1, 8), (1..<2, 0), (2..<3, 16)])
    ]
    show.tell()
    show.advance(to: midnight + 4 * hour)
    #expect(show.log == ["open a 8", "prepared a 16", "open a 16", "remove a"])
    #expect(show.delivered("a") == hour * 24)
    #expect(
      !show.broker.readings.contains { (midnight + hour..<midnight + 2 * hour).contains($0.from) })
    #expect(show.broker.states("a") == [.open, .closed])
  }

  @Test("an older wanted set than one seen is never acted on, after a restart either")
  func olderSet() {
    var show = Rehearsal()
    show.broker.position = 10
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<4)]
    show.tell()
    let old = WantedSet(position: 10, asOf: show.now, leases: [])
    show.feed(.wanted(old))
    show.advance(to: midnight + hour)
    #expect(show.log == ["open a 8"])
    show.restart()
    show.feed(.wanted(old))
    show.advance(to: midnight + 2 * hour)
    #expect(show.log == ["open a 8"])
    #expect(show.notes.contains { $0.contains("position 10") && $0.contains("ignored") })
  }

  @Test("the same wanted set twice changes nothing")
  func twice() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<2)]
    for _ in 0..<5 { show.tell() }
    show.feed(
      .wanted(WantedSet(position: show.broker.position, asOf: show.now, leases: show.broker.leases))
    )
    show.advance(to: midnight + 3 * hour)
    #expect(show.log == ["open a 8", "remove a"])
    #expect(show.broker.states("a") == [.open, .closed])
  }

  @Test("a restarted agent goes on from the cluster and the spool, without the broker")
  func restart() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<2), Rehearsal.lease("b", hours: 1..<2)]
    show.tell()
    show.advance(to: midnight + 30 * 60_000)
    show.broker.isDown = true
    show.restart()
    show.advance(to: midnight + 3 * hour)
    #expect(show.log == ["open a 8", "prepared b 8", "open b 8", "remove a", "remove b"])
    #expect(show.broker.states("a") == [.open])
    show.broker.isDown = false
    show.advance(to: midnight + 4 * hour)
    #expect(show.broker.states("a") == [.open, .closed])
    #expect(show.delivered("a") == 2 * hour * 8 && show.delivered("b") == hour * 8)
    #expect(show.broker.overlaps == 0)
  }

  @Test("nothing is touched before the cluster has said what exists")
  func looksFirst() {
    var machine = Reconcile(memory: SiteMemory(site: "s"), terms: nil, seed: 1)
    let lease = Rehearsal.lease("a", hours: 0..<2)
    let actions = machine.step(
      .wanted(WantedSet(position: 1, asOf: midnight, leases: [lease])), at: midnight)
    #expect(actions.contains(.observe))
    #expect(!actions.contains { if case .apply = $0 { true } else { false } })
    guard case .remember(let memory) = actions.first else {
      Issue.record("what is acted on is remembered first")
      return
    }
    #expect(memory.wanted?.leases == [lease])
  }

  @Test("a lease that is told late is opened at once and read from its start")
  func late() {
    var show = Rehearsal()
    show.advance(to: midnight + hour + 60_000)
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<2)]
    show.tell()
    show.advance(to: midnight + 3 * hour)
    #expect(show.log == ["open a 8", "remove a"])
    #expect(show.delivered("a") == (hour - 60_000) * 8)
    #expect(show.broker.readings.count == 8)
    #expect(show.broker.readings[0].delivered == 0)
  }

  @Test("a lease that is ended early is removed at once and read up to then")
  func endedEarly() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<4)]
    show.tell()
    show.advance(to: midnight + hour + 20 * 60_000)
    show.broker.leases[0].endedAt = show.now
    show.tell()
    #expect(show.log.last == "remove a")
    show.advance(to: midnight + 2 * hour)
    #expect(show.delivered("a") == (hour + 20 * 60_000) * 8)
    #expect(show.broker.readings.last?.to == midnight + hour + 20 * 60_000)
    #expect(show.broker.states("a") == [.open, .closed])
  }

  @Test("what must be tried again is, with growing pauses, and counts from when it worked")
  func again() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<2)]
    show.adapter.state.withLock { _ = $0.again.insert("a") }
    show.tell()
    show.advance(to: midnight + 30 * 60_000)
    let tries = show.log.count
    #expect((20...70).contains(tries), "\(tries) tries in half an hour")
    #expect(show.broker.states("a") == [])
    show.adapter.state.withLock { _ = $0.again.remove("a") }
    show.advance(to: midnight + 3 * hour)
    #expect(show.broker.states("a") == [.open, .closed])
    let missing = 2 * hour * 8 - show.delivered("a")
    #expect((30 * 60_000 * 8...32 * 60_000 * 8).contains(missing))
  }

  @Test("an order that can never hold is tried once and reported failed")
  func finalError() {
    var show = Rehearsal()
    show.broker.leases = [
      Rehearsal.lease("a", hours: 0..<2, steps: [(0..<1, 40), (1..<2, 8)])
    ]
    show.tell()
    show.advance(to: midnight + hour - 1)
    #expect(show.log == ["open a 40"])
    #expect(show.broker.states("a") == [.failed])
    show.advance(to: midnight + 3 * hour)
    #expect(show.log == ["open a 40", "open a 8", "remove a"], "a new size is a new try")
    #expect(show.broker.states("a") == [.failed, .open, .closed])
    #expect(show.delivered("a") == hour * 8)
  }

  @Test("a lease that vanished from the cluster is made again")
  func deletedByHand() throws {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<2)]
    show.tell()
    show.advance(to: midnight + 20 * 60_000)
    try show.adapter.remove("a")
    show.advance(to: midnight + 3 * hour)
    #expect(show.log == ["open a 8", "open a 8", "remove a"])
    #expect(show.delivered("a") < 2 * hour * 8)
    #expect(show.delivered("a") > 2 * hour * 8 - 2 * 60_000 * 8)
  }

  @Test("what is not wanted is removed only by a wanted set that is newer than it")
  func unwanted() throws {
    var show = Rehearsal()
    show.tell()
    show.clock.pass(60_000)
    _ = try show.adapter.apply(
      AllocationOrder(
        lease: "stray", tenant: "t", pool: "p", chip: "c", state: .open, gpus: 8, start: show.now,
        end: show.now + 10 * hour, due: show.now))
    show.advance(to: midnight + hour)
    #expect(show.log == [], "the set is older than the stray lease")
    show.restart()
    show.advance(to: midnight + 2 * hour)
    #expect(show.log == [], "so is the one in the spool")
    show.tell()
    #expect(show.log == ["remove stray"])
    #expect(show.notes.contains { $0.contains("stray") })
  }

  @Test("silence of the broker ends nothing")
  func silence() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<48)]
    show.tell()
    show.broker.isDown = true
    show.advance(to: midnight + 47 * hour)
    #expect(show.log == ["open a 8"])
    #expect(show.saved.outbox.count == 187)
    show.broker.isDown = false
    show.advance(to: midnight + 50 * hour)
    #expect(show.delivered("a") == 48 * hour * 8)
    #expect(show.saved.outbox.isEmpty)
  }
}
