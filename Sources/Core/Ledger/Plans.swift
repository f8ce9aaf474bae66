import Leases
import Market
import Units

/// What open bids and running leases may still cost, by tenant, project and market month. It follows
/// from bids and leases alone, so it is made again from a snapshot and not kept in one.
struct Plans: Sendable {
  /// What one bid or lease has in the sums.
  private struct Plan: Sendable {
    var keys: [BudgetKey]
    var months: MonthlyAmounts
  }

  private struct MonthKey: Hashable, Comparable {
    var key: BudgetKey
    var month: Int64

    static func < (left: MonthKey, right: MonthKey) -> Bool {
      (left.key, left.month) < (right.key, right.month)
    }
  }

  /// The plans of one kind of thing and their sums.
  private struct Side<Key: Hashable & Comparable & Sendable>: Sendable {
    private var plans = OrderedMap<Key, Plan>()
    private(set) var sums = OrderedMap<MonthKey, Amounts>()

    /// In place of what stood there, nil for nothing.
    mutating func set(_ key: Key, _ plan: Plan?) {
      if let old = plans[key] { add(old, times: -1) }
      if let plan { add(plan, times: 1) }
      plans[key] = plan
    }

    private mutating func add(_ plan: Plan, times: Int128) {
      for key in plan.keys {
        for (month, amounts) in plan.months {
          let place = MonthKey(key: key, month: month)
          var sum = sums[place] ?? .none
          sum.money += amounts.money * times
          sum.gpuTime += amounts.gpuTime * times
          sums[place] = sum == .none ? nil : sum
        }
      }
    }
  }

  private var bids = Side<Int64>()
  private var leases = Side<LeaseKey>()

  /// What open bids may cost in a month at their limits.
  func open(_ key: BudgetKey, _ month: Int64) -> Amounts {
    bids.sums[MonthKey(key: key, month: month)] ?? .none
  }

  /// What leases may still be charged for a month.
  func planned(_ key: BudgetKey, _ month: Int64) -> Amounts {
    leases.sums[MonthKey(key: key, month: month)] ?? .none
  }

  /// The last month for which something stands.
  func last(_ key: BudgetKey) -> Int64? {
    let next = MonthKey(key: key, month: .max)
    func last(_ sums: OrderedMap<MonthKey, Amounts>) -> Int64? {
      guard let found = sums.key(before: next), found.key == key else { return nil }
      return found.month
    }
    return [last(bids.sums), last(leases.sums)].compactMap(\.self).max()
  }

  mutating func set(_ bid: Int64, _ keys: [BudgetKey], _ months: MonthlyAmounts) {
    bids.set(bid, Plan(keys: keys, months: months))
  }

  mutating func remove(bid: Int64) { bids.set(bid, nil) }

  mutating func set(_ lease: LeaseKey, _ keys: [BudgetKey], _ months: MonthlyAmounts) {
    leases.set(lease, Plan(keys: keys, months: months))
  }

  mutating func remove(lease: LeaseKey) { leases.set(lease, nil) }
}

/// Adds what lies between two times to the months that it falls into.
private struct MonthSplit {
  private(set) var months: MonthlyAmounts = []

  mutating func add(_ amounts: Amounts, month: Int64) {
    if let index = months.firstIndex(where: { $0.month == month }) {
      months[index].amounts = months[index].amounts + amounts
    } else {
      months.append((month, amounts))
    }
  }

  /// The quarter hours of each month between two times.
  static func quarters(from: Int64, to: Int64) -> [(month: Int64, quarters: Int64)] {
    var parts: [(month: Int64, quarters: Int64)] = []
    var at = from
    while at < to {
      let month = MarketCalendar.month(of: at)
      let next = min(to, MarketCalendar.start(ofMonth: MarketCalendar.month(after: month)))
      parts.append((month, (next - at + Span.quarter - 1) / Span.quarter))
      at = next
    }
    return parts
  }
}

extension BidTerms {
  /// What the bid may cost in each month of its window, at its limits and in its dearest alternative:
  /// no more than fits into the month.
  func monthly(at time: Int64) -> MonthlyAmounts {
    let from = max(earliest, time)
    return MonthSplit.quarters(from: from, to: latestEnd).map { month, quarters in
      var most = Amounts.none
      for alternative in alternatives {
        let gpuQuarters = Int128(alternative.gpus) * Int128(min(alternative.quarters, quarters))
        most.money = max(most.money, dividedUp(gpuQuarters * Int128(alternative.limit), by: 4))
        most.gpuTime = max(most.gpuTime, gpuQuarters * Int128(Span.quarter))
      }
      return (month, most)
    }
  }
}

extension Lease {
  /// What may still be charged in each month: what was sold and is not charged yet, in proportion to
  /// its bill, and the extras that may still be sold, at their limit. What was given back is charged
  /// with the day on which that happened; what was lost is not charged.
  func monthly(lost: Bool) -> MonthlyAmounts {
    // As `money`: GPUs x quarter hours x price.
    var sold = MonthSplit()
    let charged = MarketCalendar.start(ofDay: nextDay)
    func add(_ run: PriceRun, from: Int64, to: Int64, month: Int64?) {
      for part in MonthSplit.quarters(from: from, to: to) {
        let gpuQuarters = Int128(run.gpus) * Int128(part.quarters)
        sold.add(
          Amounts(
            money: gpuQuarters * Int128(run.price), gpuTime: gpuQuarters * Int128(Span.quarter)),
          month: month ?? part.month)
      }
    }
    for run in runs + extras {
      let cut = min(run.to, end)
      if max(run.from, charged) < cut {
        add(run, from: max(run.from, charged), to: cut, month: nil)
      }
      guard !lost, cut < run.to else { continue }
      let month = MarketCalendar.month(ofDay: max(nextDay, MarketCalendar.day(of: end - 1)))
      add(run, from: max(run.from, end), to: run.to, month: month)
    }
    let total =
      Int128(money.tenantHeld) + Int128(money.tenantPaid) + Int128(money.feeHeld)
      + Int128(money.feePaid)
    var split = MonthSplit()
    for (month, amounts) in sold.months {
      let bill = money.billed > 0 ? dividedUp(amounts.money * total, by: Int128(money.billed)) : 0
      split.add(Amounts(money: bill, gpuTime: amounts.gpuTime), month: month)
    }
    if let flexible, flexible.soldThrough < flexible.until, !lost {
      for part in MonthSplit.quarters(from: flexible.soldThrough, to: flexible.until) {
        let gpuQuarters = Int128(flexible.room) * Int128(part.quarters)
        split.add(
          Amounts(
            money: dividedUp(gpuQuarters * Int128(flexible.limit), by: 4),
            gpuTime: gpuQuarters * Int128(Span.quarter)), month: part.month)
      }
    }
    return split.months
  }
}
