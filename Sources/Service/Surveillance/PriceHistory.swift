import Leases
import Ledger
import Units

/// What a round sold at one place.
struct RoundSales {
  var worth: Int128 = 0
  var size: Int128 = 0
  /// GPU-ms by buying group.
  var bought = OrderedMap<String, Int64>()
  var positions: [Int64] = []

  mutating func add(_ lease: Lease, _ buyer: String, _ position: Int64) {
    worth += lease.worth
    size += Int128(lease.size)
    bought[buyer] = (bought[buyer] ?? 0) + lease.size
    positions.append(position)
  }

  /// Minor units a GPU-hour, by what was sold at it.
  var price: Int64? { size > 0 ? Int64(clamping: worth / size) : nil }
}

/// The last prices of a place, the newest last.
struct PriceHistory {
  /// A day of rounds.
  static let most = 96
  private(set) var prices: [Int64] = []

  mutating func add(_ price: Int64) {
    if prices.count == Self.most { prices.removeFirst() }
    prices.append(price)
  }

  /// How many standard deviations a price is from their mean, rounded down; nil when there are too few.
  func sigmas(_ price: Int64) -> Int64? {
    guard prices.count >= 8 else { return nil }
    let count = Int128(prices.count)
    let sum = prices.reduce(Int128(0)) { $0 + Int128($1) }
    // All times the count, so that the mean is whole.
    let spread = prices.reduce(Int128(0)) { total, one in
      let off = Int128(one) * count - sum
      return total + off * off
    }
    let off = Int128(price) * count - sum
    var found: Int64 = 0
    while found < 100, off * off * count >= Int128(found + 1) * Int128(found + 1) * max(spread, 1) {
      found += 1
    }
    return found
  }

  /// Whether a price is above so many percent of them; nil when there are too few.
  func isAbove(_ percent: Int64, _ price: Int64) -> Bool? {
    guard prices.count >= 20 else { return nil }
    return Int64(prices.filter { $0 < price }.count) * 100 > percent * Int64(prices.count)
  }
}
