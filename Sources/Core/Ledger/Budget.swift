package import Units

/// A part of a tenant that has a budget of its own; bids may name it.
package struct Project: Sendable, Equatable, Record {
  package var party = ""
  package var project = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("party", &party, .id)
    try codec.text("project", &project, .id)
  }
}

/// What a tenant may use in a market month: in all, or for one project. Months begin at +08:00.
package struct Budget: Sendable, Equatable, Record {
  /// How much of a month may be left for the next, permille of the limit.
  package var carryPermille: Int64 = 0
  /// By how much a month may pass its limit, permille; it is taken from the next month.
  package var gracePermille: Int64 = 0
  /// A month; nil: no limit.
  package var gpuTime: Int64?
  /// A month, minor units of the tenant's currency, fees included; nil: no limit.
  package var money: Int64?
  package var party = ""
  /// Nil: all that the tenant does.
  package var project: String?

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("carryPermille", &carryPermille, 0...12_000)
    try codec.int("gpuTime", optional: &gpuTime, Bound.gpuTime)
    try codec.int("gracePermille", &gracePermille, 0...1_000)
    try codec.int("money", optional: &money, 0...Bound.amount.upperBound)
    try codec.text("party", &party, .id)
    try codec.text("project", optional: &project, .id)
  }

  package var key: BudgetKey { BudgetKey(party: party, project: project) }
  /// It limits nothing.
  package var isEmpty: Bool { money == nil && gpuTime == nil }
}

/// A budget that is in force.
package struct StandingBudget: Sendable, Equatable, Record {
  package var budget = Budget()
  /// The first month that it is for: what was left before is not carried.
  package var since: Int64 = 197_001

  package init() {}

  package init(_ budget: Budget, since: Int64) {
    self.budget = budget
    self.since = since
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.record("budget", &budget)
    try codec.int("since", &since, MarketCalendar.months)
  }
}

/// A tenant, or one of its projects.
package struct BudgetKey: Hashable, Comparable, Sendable {
  package var party: String
  /// Nil: the whole tenant; comes before its projects.
  package var project: String?

  package init(party: String, project: String?) {
    self.party = party
    self.project = project
  }

  package static func < (left: BudgetKey, right: BudgetKey) -> Bool {
    (left.party, left.project ?? "") < (right.party, right.project ?? "")
  }
}

/// Money and GPU time together. 128 bits: sums over all bids of a party at their limits.
package struct Amounts: Sendable, Equatable {
  /// Minor units.
  package var money: Int128 = 0
  /// GPU-ms.
  package var gpuTime: Int128 = 0

  package static let none = Amounts()

  package init(money: Int128 = 0, gpuTime: Int128 = 0) {
    self.money = money
    self.gpuTime = gpuTime
  }

  /// Both summed.
  package static func + (left: Amounts, right: Amounts) -> Amounts {
    Amounts(money: left.money + right.money, gpuTime: left.gpuTime + right.gpuTime)
  }

  /// Both, the right taken off the left.
  package static func - (left: Amounts, right: Amounts) -> Amounts {
    Amounts(money: left.money - right.money, gpuTime: left.gpuTime - right.gpuTime)
  }
}

/// What one bid or lease may still cost, by month: ascending.
package typealias MonthlyAmounts = [(month: Int64, amounts: Amounts)]

/// What was charged in the last months, and what is carried into the first of them.
package struct Spending: Sendable, Equatable, Record {
  /// One month.
  package struct Month: Sendable, Equatable, Record {
    package var gpuTime: Int64 = 0
    package var money: Int64 = 0
    package var month: Int64 = 197_001

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("gpuTime", &gpuTime, Int64.min...Int64.max)
      try codec.int("money", &money, Int64.min...Int64.max)
      try codec.int("month", &month, MarketCalendar.months)
    }
  }

  /// How many months stay open for late charges and corrections, the present one included.
  package static let open: Int64 = 3

  /// What is carried into `since`; below zero: what was spent too much.
  package var carriedMoney: Int64 = 0
  package var carriedTime: Int64 = 0
  /// Ascending, none before `since`.
  package var months: [Month] = []
  package var party = ""
  package var project: String?
  /// The first month that is open.
  package var since: Int64 = 197_001

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("carriedMoney", &carriedMoney, Int64.min...Int64.max)
    try codec.int("carriedTime", &carriedTime, Int64.min...Int64.max)
    try codec.list("months", &months, 0...64)
    try codec.text("party", &party, .id)
    try codec.text("project", optional: &project, .id)
    try codec.int("since", &since, MarketCalendar.months)
  }

  package var key: BudgetKey { BudgetKey(party: party, project: project) }

  /// What was charged in a month.
  package func spent(in month: Int64) -> Amounts {
    guard let found = months.first(where: { $0.month == month }) else { return .none }
    return Amounts(money: Int128(found.money), gpuTime: Int128(found.gpuTime))
  }

  /// Adds a charge; one of a month that is no longer open counts in the first that is.
  package mutating func add(_ amounts: Amounts, in month: Int64) {
    let month = max(month, since)
    let index = months.firstIndex { $0.month >= month } ?? months.count
    if index == months.count || months[index].month != month {
      var fresh = Month()
      fresh.month = month
      months.insert(fresh, at: index)
    }
    months[index].money = Int64(clamping: Int128(months[index].money) + amounts.money)
    months[index].gpuTime = Int64(clamping: Int128(months[index].gpuTime) + amounts.gpuTime)
  }

  /// What is carried into a month, by the limits in force. `planned`: what leases may still cost in
  /// a month that is over.
  package func carried(
    into month: Int64, _ standing: StandingBudget, planned: (Int64) -> Amounts
  ) -> Amounts {
    let budget = standing.budget
    var carried = Amounts.none
    if standing.since <= since {
      carried = Amounts(money: Int128(carriedMoney), gpuTime: Int128(carriedTime))
    }
    var at = max(since, standing.since)
    while at < month {
      let used = spent(in: at) + planned(at)
      carried.money = budget.left(budget.money, carried.money, used.money)
      carried.gpuTime = budget.left(budget.gpuTime, carried.gpuTime, used.gpuTime)
      at = MarketCalendar.month(after: at)
    }
    return carried
  }

  /// Closes the months that are long over.
  package mutating func roll(
    to month: Int64, _ standing: StandingBudget?, planned: (Int64) -> Amounts
  ) {
    var first = month
    for _ in 1..<Self.open { first = MarketCalendar.month(before: first) }
    guard since < first else { return }
    var carried = Amounts.none
    if let standing { carried = self.carried(into: first, standing, planned: planned) }
    carriedMoney = Int64(clamping: carried.money)
    carriedTime = Int64(clamping: carried.gpuTime)
    months.removeAll { $0.month < first }
    since = first
  }
}

extension Budget {
  /// What a month of this limit leaves to the next.
  fileprivate func left(_ limit: Int64?, _ carried: Int128, _ used: Int128) -> Int128 {
    guard let limit else { return 0 }
    let most = Int128(limit) * Int128(carryPermille) / 1_000
    return min(max(Int128(limit) + carried - used, -grace(limit)), most)
  }

  /// How far beyond this limit a month may come.
  package func grace(_ limit: Int64) -> Int128 {
    Int128(limit) * Int128(gracePermille) / 1_000
  }

  /// Whether a month may come to this, with what is carried into it.
  package func allows(_ used: Amounts, carried: Amounts) -> (money: Bool, gpuTime: Bool) {
    func fits(_ limit: Int64?, _ carried: Int128, _ used: Int128) -> Bool {
      guard let limit else { return true }
      return used <= Int128(limit) + carried + grace(limit)
    }
    return (
      fits(money, carried.money, used.money), fits(gpuTime, carried.gpuTime, used.gpuTime)
    )
  }
}
