import Accounts
import Ledger
import LedgerFixture
import Seeded
import Testing
import Units

@Suite struct ConservationTests {
  @Test("whatever people, sites and leaders send, money is kept and every pending ends once")
  func kept() throws {
    let count = cases(24_000)
    var seed: UInt64 = 1
    var done = 0
    while done < count {
      var fair = try Fair(seed: seed)
      let rounds = min(count - done, 100_000)
      do {
        while fair.count < rounds { try fair.step() }
      } catch {
        Issue.record("seed \(seed), command \(fair.count): \(error)")
        return
      }
      done += rounds
      // The crowd must have done what markets do, or the above says nothing.
      if rounds >= 20_000 {
        #expect(fair.tally["traded", default: 0] > 300, "\(fair.tally)")
        #expect(fair.tally["charged", default: 0] > 300)
        #expect(fair.tally["extras-sold", default: 0] > 20)
        #expect(fair.tally["extras-cut", default: 0] > 0)
        #expect(fair.tally["capacity-reclaimed", default: 0] > 20)
        #expect(fair.tally["damages-due", default: 0] > 5)
        #expect(fair.tally["given up", default: 0] > 0)
        #expect(fair.tally["awarded", default: 0] > 3)
        #expect(fair.tally["award-changed", default: 0] > 3)
        #expect(fair.shares > 15, "\(fair.shares) charges with a share")
        #expect(fair.tally["dispute-opened", default: 0] > 20, "\(fair.tally)")
        #expect(fair.tally["dispute-decided", default: 0] > 5)
        #expect(fair.tally["corrected", default: 0] > 2)
        #expect(fair.tally["lease-changed", default: 0] > 300)
        #expect(fair.tally["bid-ended", default: 0] > 1_000)
        #expect(fair.tally["refused", default: 0] < rounds * 7 / 10)
        #expect(fair.refusals.count > 30)
        #expect(fair.endings > 2_000)
      }
      // Seldom, as the place that was lost must be free elsewhere within the limit.
      if rounds >= 100_000 {
        #expect(fair.moves > 0, "leases that moved")
        #expect(fair.tally["excess", default: 0] > 0)
      }
      seed += 1
    }
    figure(
      "T1", "commands after which money is kept, every pending ends once, no limit is crossed", done
    )
  }
}
