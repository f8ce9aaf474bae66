import Seeded
import Surveillance
import Testing
import Units

@Suite("What is planted in an honest market")
struct PlantedTests {
  /// A day, in which each round has its trade.
  private static func honest(seed: UInt64, rounds: Int = 60) -> Bourse {
    var bourse = Bourse(seed: seed)
    for _ in 0..<rounds { bourse.honest() }
    return bourse
  }

  @Test("is found, and who did it is named", arguments: Misdeed.allCases)
  func found(_ misdeed: Misdeed) throws {
    let count = cases(2)
    var found = 0
    for seed in 1...UInt64(count) {
      var bourse = Self.honest(seed: seed)
      let before = bourse.alerts.count
      misdeed.plant(in: &bourse)
      let alerts = bourse.alerts.dropFirst(before)
      let isFound = alerts.contains {
        $0.pattern == misdeed.pattern && $0.parties.contains(misdeed.culprit)
      }
      if isFound { found += 1 }
      #expect(count > 20 || isFound, "seed \(seed): \(alerts.map(\.pattern.rawValue))")
      // Each names what shows it, and nothing that came later.
      for alert in alerts {
        #expect(!alert.evidence.isEmpty)
        #expect(alert.evidence.allSatisfy { $0 <= alert.position })
        #expect(alert.evidence == alert.evidence.sorted())
      }
    }
    // Of a hundred, 95.
    #expect(found * 100 >= count * 95)
    figure("T51", "planted in an honest market and found: \(misdeed.rawValue)", found)
  }

  @Test("is nothing: of a thousand honest trades one gives an alert at most")
  func quiet() throws {
    let count = cases(4)
    var (trades, alerts): (Int, [Alert]) = (0, [])
    for seed in 1...UInt64(count) {
      let bourse = Self.honest(seed: 1_000 + seed, rounds: 150)
      trades += bourse.trades
      alerts += bourse.alerts
    }
    #expect(trades > 1_000 * count)
    #expect(alerts.count * 1_000 <= trades, "\(alerts.map { "\($0.pattern) \($0.figures)" })")
    figure("T51", "honest trades, of which one in a thousand may give an alert", trades)
  }

  @Test("is found again from the log, and from no more of it than up to the alert")
  func again() throws {
    for misdeed in Misdeed.allCases {
      var bourse = Self.honest(seed: 77, rounds: 24)
      misdeed.plant(in: &bourse)
      var second = Watch()
      var alerts: [Alert] = []
      for (entry, events) in bourse.log { alerts += second.take(entry, events) }
      #expect(alerts == bourse.alerts)
      let alert = try #require(alerts.last, "\(misdeed)")
      var third = Watch()
      var last: [Alert] = []
      for (entry, events) in bourse.log.prefix(Int(alert.position) + 1) {
        last = third.take(entry, events)
      }
      #expect(last.contains(alert))
      #expect(Set(alerts.map(\.id)).count == alerts.count)
    }
  }

  @Test("is not found under terms that allow it")
  func terms() throws {
    var terms = WatchTerms()
    let values: [(WatchTerms.Term, Int64)] = [
      (.layeringOrders, 20), (.lateRounds, 20), (.closeSigmas, 100), (.withheldPermille, 1_000),
      (.askTimesPermille, 100_000), (.hoardUnusedPermille, 1_000), (.subsidyUsedPermille, 1),
      (.sameBidRounds, 20), (.correlationPermille, 1_000), (.soldPermille, 1_000),
    ]
    for (term, value) in values {
      let isSet = terms.set(term, to: value)
      #expect(isSet && terms[term] == value)
    }
    let outside = [0, 21].map { terms.set(.lateRounds, to: $0) }
    #expect(outside == [false, false])
    for misdeed in Misdeed.allCases {
      switch misdeed {
      // These have no term that allows them.
      case .tradeWithItself, .circle, .relatedSubsidy, .wrongPlace, .concentration: continue
      default: break
      }
      var bourse = Bourse(seed: 5, terms: terms)
      for _ in 0..<24 { bourse.honest() }
      misdeed.plant(in: &bourse)
      let found = bourse.alerts.filter {
        $0.pattern == misdeed.pattern && $0.parties.contains(misdeed.culprit)
      }
      #expect(found.isEmpty, "\(misdeed): \(found.map(\.figures))")
    }
  }
}
