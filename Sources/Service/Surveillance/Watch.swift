package import Ledger
import Units

/// One thing that is looked for. It keeps what it needs of the past, within a bound.
protocol WatchRule: Sendable {
  /// Looks at one event of the entry that the scene is at.
  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert]
  /// After all events of an entry.
  mutating func close(_ scene: Scene, _ terms: WatchTerms) -> [Alert]
}

extension WatchRule {
  mutating func close(_ scene: Scene, _ terms: WatchTerms) -> [Alert] { [] }
}

/// What the log said of the terms and this release does not know; the standard counts instead.
package struct StrangeTerm: Sendable, Equatable {
  package var position: Int64
  package var term: String
  package var value: Int64
}

/// Surveillance: follows a log, entry by entry with what each caused, and says what somebody should look
/// at. The same log under the same terms gives the same alerts: no clock, no chance, whole numbers.
///
/// The same of the same parties at the same place is said once a market day.
package struct Watch: Sendable {
  /// In force at the last entry: as the log says, but for those that somebody set for himself.
  package private(set) var terms: WatchTerms
  /// Of the entry that set the terms in force; 0: they are the standard.
  private var termsSet: Int64 = 0
  package private(set) var strange: [StrangeTerm] = []
  private var scene = Scene()
  private var rules: [any WatchRule] = [
    WashRule(), LayeringRule(), WithdrawalRule(), ClosingRule(), WithholdingRule(), HoardingRule(),
    SubsidyRule(), ConcentrationRule(), CollusionRule(), BoundaryRule(),
  ]
  private var day: Int64 = 0
  private var said: Set<String> = []

  package init(_ terms: WatchTerms = WatchTerms()) { self.terms = terms }

  /// Takes the next entry and what it caused.
  package mutating func take(_ entry: Entry, _ events: [Event]) -> [Alert] {
    scene.begin(entry)
    let today = MarketCalendar.day(of: entry.time)
    if today != day {
      day = today
      said = []
    }
    var found: [Alert] = []
    for event in events {
      if case .oversightSet(let oversight) = event { take(oversight, at: entry.position) }
      scene.note(event)
      for index in rules.indices { found += rules[index].look(event, scene, terms) }
    }
    for index in rules.indices { found += rules[index].close(scene, terms) }
    for event in events { scene.forget(event) }
    var alerts: [Alert] = []
    for var alert in found {
      let name = ([alert.pattern.rawValue, alert.place] + alert.parties).joined(separator: " ")
      guard said.insert(name).inserted else { continue }
      alert.id = "alert-\(entry.position)-\(alerts.count)"
      alert.position = entry.position
      alert.time = entry.time
      alert.terms = termsSet
      alerts.append(alert)
    }
    return alerts
  }

  private mutating func take(_ oversight: Oversight, at position: Int64) {
    let (next, unknown) = terms.under(oversight)
    terms = next
    termsSet = position
    strange = unknown.map {
      StrangeTerm(position: position, term: $0.term, value: $0.value)
    }
  }
}
