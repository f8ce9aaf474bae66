extension BacktestOptions {
  /// Every choice as the report prints it: name, value.
  package var rows: [(String, String)] {
    let metroList = metros.joined(separator: ", ")
    return [
      ("jobs", jobs), ("supply", supply), ("from", from), ("days", "\(days)"),
      ("supply from", supplyFrom ?? "first fitting day of the same weekday"),
      ("jobs epoch (openb)", jobsEpoch), ("unreadable rows allowed", "\(skipBad)"),
      ("seed", "\(seed)"),
      ("value seeds", valueSeeds.map { "\($0)" }.joined(separator: ", ")),
      ("run with equal values", equalValues ? "yes" : "no"),
      ("market runs", "\(marketSeeds)"),
      ("least job length", "\(leastSeconds) s"),
      ("lengths rounded up to", "\(lengthQuarters * 15) min"),
      ("offer unit", "\(unit) GPU"),
      ("offer = least idle over the next", "\((holdQuarters + 1) * 15) min"),
      ("supply scaled by", "\(supplyPermille) permille"),
      ("when no centre runs anything", sellsInStandstill ? "offered" : "an outage"),
      ("schedules published ahead", "\(horizonHours) h, known exactly"),
      ("schedules published every", "\(publishHours) h"),
      ("round", "closes every \(roundQuarters * 15) min, on the quarter hour"),
      ("lead", "\(leadSeconds) s"),
      ("chip", chip),
      (
        "asks",
        "\(between(askCents)), one a site, spread evenly"
      ),
      (
        "values",
        "\(between(valueCents)), drawn evenly"
      ),
      ("HKD per USD", money(hkdPer100USD)),
      (
        "slack after the length, min : weight",
        slackMinutes.map { "\($0.minutes):\($0.weight)" }.joined(separator: " ")
      ),
      (
        "length overestimated, permille : weight",
        overestimate.map { "\($0.permille.lowerBound)-\($0.permille.upperBound):\($0.weight)" }
          .joined(separator: " ")
      ),
      ("latency-bound bids", "\(latencyBoundPermille) permille (openb says per pod)"),
      ("latency limit of those", "\(latencyLimit) ms round trip"),
      ("metros (sites take turns)", metroList),
      (
        "round trips",
        "\(roundTrips.inside) ms in a metro, \(roundTrips.mainland) on the mainland, "
          + "\(roundTrips.across) across"
      ),
      (
        "home of a tenant",
        homes == .size ? "largest tenant at largest site, in turn" : "hash of the name"
      ),
      ("shape of every bid", "block (all or nothing, one site)"),
      ("latency price", "none: hard limits only"),
      (
        "engine iterations by bids in the round",
        budgets.map { $0.map { "\($0.bids):\($0.iterations)" }.joined(separator: " ") }
          ?? "the market's rules"
      ),
      ("fee", "none: a limit is what a GPU-hour is worth"),
      ("steps for each clairvoyant bound", "\(boundSteps)"),
    ]
  }

  private func between(_ cents: ClosedRange<Int64>) -> String {
    "\(money(cents.lowerBound)) to \(money(cents.upperBound)) USD/GPU-h"
  }

  private func money(_ cents: Int64) -> String {
    "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
  }
}
