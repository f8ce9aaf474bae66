import AdapterKit
import Testing

@testable import SiteRuntime

@Suite struct ReadingTests {
  let midnight = Rehearsal.midnight
  let hour = Rehearsal.hour

  @Test("each interval is read once, also when answers are lost and the agent is killed")
  func exactlyOnce() {
    var kills = 0
    for seed: UInt64 in 1...8 {
      var random = SeededRandom(seed: seed)
      var show = Rehearsal()
      show.broker.leases = (0..<4).map {
        Rehearsal.lease("l-\($0)", hours: Int64($0)..<Int64($0) + 4)
      }
      show.tell()
      while show.now < midnight + 9 * hour {
        switch random.next() % 6 {
        case 0: show.restart(seed: random.next())
        case 1: show.broker.lostAnswers = Int(random.next() % 4)
        case 2: show.broker.isDown.toggle()
        case 3: show.killIn = Int(random.next() % 8)
        default: break
        }
        show.advance(to: show.now + Int64(random.next() % 1_500_000))
      }
      show.broker.isDown = false
      show.broker.lostAnswers = 0
      show.advance(to: midnight + 12 * hour)
      kills += show.kills
      #expect(show.broker.overlaps == 0, "seed \(seed)")
      for lease in show.broker.leases {
        let readings = show.broker.readings.filter { $0.lease == lease.lease }
        #expect(readings.count == 16, "seed \(seed)")
        #expect(show.delivered(lease.lease) == 4 * hour * 8, "seed \(seed)")
        #expect(show.broker.states(lease.lease).last == .closed, "seed \(seed)")
      }
    }
    #expect(kills > 10)
  }

  @Test("one reading that is refused does not take the others with it")
  func refusedOne() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<1), Rehearsal.lease("bad", hours: 0..<1)]
    show.broker.refuseLease = "bad"
    show.tell()
    show.advance(to: midnight + 2 * hour)
    #expect(show.delivered("a") == hour * 8)
    #expect(show.delivered("bad") == 0)
    #expect(show.saved.outbox.isEmpty)
    #expect(show.notes.contains { $0.contains("bad") && $0.contains("unknown_lease") })
    #expect(show.broker.states("bad").last == .closed)
  }

  @Test("a lease is reported closed only when its last reading was taken")
  func closedLast() {
    var show = Rehearsal()
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<1)]
    show.tell()
    show.advance(to: midnight + hour - 60_000)
    show.broker.takesNoReadings = true
    show.advance(to: midnight + 3 * hour)
    #expect(show.broker.states("a") == [.open])
    show.broker.takesNoReadings = false
    show.advance(to: midnight + 4 * hour)
    #expect(show.broker.states("a") == [.open, .closed])
    #expect(show.delivered("a") == hour * 8)
  }

  @Test("no reading is above what was leased, whatever the cluster says")
  func clamped() {
    var show = Rehearsal()
    show.adapter = ModelAdapter(show.clock, fault: .deliversTooMuch)
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<1)]
    show.tell()
    show.advance(to: midnight + 2 * hour)
    #expect(show.delivered("a") == hour * 8)
    #expect(show.broker.readings.allSatisfy { $0.used <= Rehearsal.quarter * 8 })
  }

  @Test("with a lost spool only what the cluster still knows is read")
  func lostSpool() {
    var show = Rehearsal(start: midnight + 100 * hour)
    show.broker.leases = [Rehearsal.lease("a", hours: 0..<102)]
    show.tell()
    show.advance(to: midnight + 104 * hour)
    let first = show.broker.readings.map(\.from).min()
    #expect(first == midnight + 28 * hour)
    #expect(show.broker.states("a").last == .closed)
  }
}
