import AdapterKit
import Foundation
import Testing

@testable import SiteRuntime

@Suite struct ConsentTests {
  let midnight = Rehearsal.midnight
  let hour = Rehearsal.hour
  let minute: Int64 = 60_000

  private func terms(above: Int64? = nil) -> OfferTerms {
    var pool = OfferTerms.Pool(pool: "p", asks: [.init(price: 1_800)], promise: 48 * hour)
    pool.approveAbove = above
    return OfferTerms(currency: "HKD", pools: [pool])
  }

  private func approve(_ show: inout Rehearsal, _ ids: [String], decline: Bool = false) {
    var control = show.machine.control
    for id in ids { control.answer(id, approved: !decline) }
    show.feed(.told(control))
  }

  @Test("who only observes changes nothing, offers nothing, and says what it would run")
  func observe() throws {
    var show = Rehearsal(terms: terms(), mode: .observe)
    show.broker.leases = [Rehearsal.lease("a", hours: 1..<3)]
    show.tell()
    show.advance(to: midnight + 2 * hour)
    #expect(show.log == [] && show.broker.offers.isEmpty && show.broker.withdrawals.isEmpty)
    #expect(show.notes.contains { $0.hasPrefix("observing only. open a of hku: 8 GPUs") })
    let proposal = try #require(show.machine.proposals["a"])
    approve(&show, [proposal.id])
    #expect(show.log == [], "observing cannot be approved away")
  }

  @Test("what an earlier agent offered is withdrawn by one that only observes")
  func observeAfterActing() {
    var show = Rehearsal(terms: terms())
    show.feed(.tick)
    #expect(show.broker.offers.count == 1)
    show.machine = Reconcile(memory: show.saved, terms: terms(), mode: .observe, seed: 3)
    show.feed(.tick)
    #expect(show.broker.withdrawals.count == 1)
    #expect(
      show.broker.withdrawals.first.map { $0.generation > show.broker.offers[0].generation } == true
    )
    show.advance(to: midnight + 3 * hour)
    #expect(show.broker.withdrawals.count == 1 && show.broker.offers.count == 1)
  }

  @Test("in propose each change waits for its approval; what only takes away does not")
  func propose() throws {
    var show = Rehearsal(terms: terms(), mode: .propose)
    show.broker.leases = [
      Rehearsal.lease("a", hours: 1..<5, steps: [(1..<2, 8), (2..<3, 16), (3..<5, 8)])
    ]
    show.tell()
    show.advance(to: midnight + hour - minute)
    #expect(show.log == [] && show.broker.offers.count == 1)
    let first = try #require(show.machine.proposals["a"])
    #expect(first.commands == ["run prepare a of hku: 8 GPUs of p"])
    approve(&show, [first.id])
    #expect(show.log == ["prepared a 8"])
    show.advance(to: midnight + hour + minute)
    let second = try #require(show.machine.proposals["a"])
    #expect(second.id != first.id && show.log.count == 1)
    approve(&show, [second.id])
    #expect(show.log.last == "open a 8" && show.machine.proposals.isEmpty)
    show.advance(to: midnight + 2 * hour)
    let third = try #require(show.machine.proposals["a"])
    approve(&show, [third.id])
    #expect(show.log.last == "open a 16")
    show.advance(to: midnight + 3 * hour)
    #expect(show.log.last == "open a 8", "shrinking is not held back")
    show.advance(to: midnight + 5 * hour)
    #expect(show.log.last == "remove a")
    #expect(show.log == ["prepared a 8", "open a 8", "open a 16", "open a 8", "remove a"])
  }

  @Test("a lease that nobody knows is removed only when a person approved it")
  func proposeUnwanted() throws {
    var show = Rehearsal(mode: .propose)
    _ = try show.adapter.apply(
      AllocationOrder(
        lease: "x", tenant: "t", pool: "p", chip: "c", state: .open, gpus: 8, start: midnight,
        end: midnight + 9 * hour, due: midnight))
    show.advance(to: midnight + minute)
    show.tell()
    let proposal = try #require(show.machine.proposals["x"])
    #expect(show.log == [])
    approve(&show, [proposal.id])
    #expect(show.log == ["remove x"])
  }

  @Test("a trade above approveAbove lapses when half of it is over, so that its tenant hears of it")
  func lapseOfShort() throws {
    var show = Rehearsal(terms: terms(above: 1))
    show.feed(.tick)
    show.advance(to: midnight + 75 * minute)
    show.broker.leases = [Rehearsal.lease("short", hours: 1..<2, gpus: 16)]
    show.tell()
    show.advance(to: midnight + 89 * minute)
    #expect(show.machine.proposals["short"]?.lapses == midnight + 90 * minute)
    #expect(show.broker.states("short") == [])
    show.advance(to: midnight + 90 * minute)
    #expect(show.broker.states("short") == [.failed, .abandoned] && show.log == [])
  }

  @Test("a trade above approveAbove waits half an hour for a person, then lapses as failed")
  func lapse() throws {
    var show = Rehearsal(terms: terms(above: 1))
    show.feed(.tick)
    show.broker.leases = [
      Rehearsal.lease("small", hours: 1..<3, gpus: 8),
      Rehearsal.lease("late", hours: 1..<3, gpus: 16),
      Rehearsal.lease("soon", hours: 1..<3, gpus: 16),
      Rehearsal.lease("never", hours: 1..<3, gpus: 16),
    ]
    show.tell()
    show.advance(to: midnight + 50 * minute)
    #expect(show.log == ["prepared small 8"])
    #expect(show.machine.proposals["late"]?.lapses == midnight + 80 * minute)
    approve(&show, [Change.id(ofTrade: "soon")])
    approve(&show, [Change.id(ofTrade: "never")], decline: true)
    #expect(show.log == ["prepared small 8", "prepared soon 16"])
    #expect(show.broker.states("never") == [.failed, .abandoned])
    show.advance(to: midnight + hour + 19 * minute)
    #expect(show.broker.states("late") == [])
    show.restart()
    show.advance(to: midnight + hour + 20 * minute)
    #expect(
      show.broker.states("late") == [.failed, .abandoned], "it waits no longer in a second life")
    approve(&show, [Change.id(ofTrade: "late")])
    show.advance(to: midnight + 4 * hour)
    #expect(!show.log.contains { $0.contains("late") || $0.contains("never") })
    #expect(show.broker.states("late") == [.failed, .abandoned, .closed])
    #expect(show.log.contains("open soon 16") && show.log.contains("remove soon"))
  }

  @Test("what lapsed is given up once the round has ended; on older rules it stays failed")
  func givenUp() throws {
    var show = Rehearsal(terms: terms(above: 1))
    show.feed(.tick)
    show.broker.leases = [Rehearsal.lease("large", hours: 1..<3, gpus: 16)]
    show.broker.refuseAbandoned = "round_still_closed"
    show.tell()
    show.advance(to: midnight + 50 * minute)
    approve(&show, [Change.id(ofTrade: "large")], decline: true)
    #expect(show.broker.states("large") == [.failed])
    var older = show
    show.broker.refuseAbandoned = nil
    show.advance(to: midnight + hour)
    #expect(show.broker.states("large") == [.failed, .abandoned])
    older.broker.refuseAbandoned = "invalid"
    older.advance(to: midnight + hour)
    older.broker.refuseAbandoned = nil
    older.advance(to: midnight + 4 * hour)
    #expect(older.broker.states("large") == [.failed, .closed], "it is not asked again")
  }

  @Test("a frozen site withdraws its offer once, keeps its leases, and sells again after thaw")
  func freeze() {
    var show = Rehearsal(terms: terms())
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<9)]
    show.tell()
    #expect(show.broker.offers.count == 1 && show.log == ["open a 8"])
    var control = Control()
    control.frozen = true
    show.broker.isDown = true
    show.feed(.told(control))
    show.advance(to: midnight + hour)
    #expect(show.broker.withdrawals.isEmpty)
    #expect(show.machine.status(at: show.now, wall: 0, broker: "").sellUntil != nil)
    show.broker.isDown = false
    show.advance(to: midnight + hour + 2 * minute)
    #expect(show.broker.withdrawals.count == 1)
    show.advance(to: midnight + 30 * hour)
    #expect(show.broker.offers.count == 1, "no promise is renewed")
    show.feed(.told(Control()))
    show.advance(to: show.now + minute)
    #expect(show.broker.offers.count == 2)
    #expect(show.log == ["open a 8", "remove a"])
  }

  @Test("what waits has the same id in every life, and another one when anything of it changes")
  func ids() {
    let order = AllocationOrder(
      lease: "a", tenant: "t", pool: "p", chip: "c", state: .open, gpus: 8, start: 1, end: 9,
      due: 3)
    let id = Change.apply(order).id
    #expect(id.count == 8 && id == Change.apply(order).id)
    var other = order
    other.due = 4
    #expect(Change.apply(other).id == id, "the schedule's edge is not part of it")
    for change in [
      { $0.gpus = 9 }, { $0.users = ["x"] }, { $0.end = 10 }, { $0.pool = "q" },
    ] as [(inout AllocationOrder) -> Void] {
      other = order
      change(&other)
      #expect(Change.apply(other).id != id)
    }
    #expect(Change.remove("a").id != id && Change.id(ofTrade: "a") != Change.remove("a").id)
  }

  @Test("a person's word survives, and a control file that cannot be read freezes the site")
  func controlFile() throws {
    let folder = try Scratch()
    let file = ControlFile(directory: folder.path)
    #expect(file.read().0 == Control() && file.read().fault == nil)
    try file.change { $0.frozen = true }
    try file.change { $0.answer("one", approved: true) }
    try file.change { $0.answer("two", approved: false) }
    let told = ControlFile(directory: folder.path).read().0
    #expect(told.frozen && told.approved == ["one"] && told.declined == ["two"])
    try file.change { $0.answer("two", approved: true) }
    #expect(file.read().0.declined == [])
    try Data("{".utf8).write(to: URL(fileURLWithPath: folder.path + "/control.json"))
    #expect(file.read().0.frozen)
    #expect(file.read().fault?.contains("control.json") == true)
    #expect(throws: SpoolError.self) { try file.change { $0.frozen = false } }
  }
}
