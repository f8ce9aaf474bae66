import Accounts
import Leases
import Market
import Placement
package import Units

// How much a round may convert (clearing.md, 2). It is decided before the round is solved, from what
// each bid may cost at most: so every outcome that passes the check fits, and check and search know
// nothing of it. Obligations that stand already are never refused for it.
extension LedgerState {
  /// What the market may still owe in a currency, pending included; minor units.
  package func headroom(_ currency: Currency) -> Int64 {
    max(0, accounts.accounts[Account.id(SystemAccount.fx.rawValue, currency)]?.available ?? 0)
  }

  /// The elastic leases whose extras the exchange accounts can pay for, in order of their keys. The
  /// others keep what they have and are asked again in the next round.
  func convertible(_ leases: [ElasticLease], at time: Int64) -> [ElasticLease] {
    var left = headrooms()
    return leases.filter { admit($0, &left) }
  }

  private func admit(_ elastic: ElasticLease, _ left: inout OrderedMap<Currency, Int64>) -> Bool {
    guard let key = LeaseKey(elastic.lease), let lease = leases[key], lease.converts else {
      return true
    }
    let most = Self.most(
      lease.flexible?.held ?? 0, from: lease.tenantRate, to: lease.siteRate)
    guard let room = left[lease.siteCurrency], most <= Int128(room) else { return false }
    left[lease.siteCurrency] = room - Int64(most)
    return true
  }

  private func headrooms() -> OrderedMap<Currency, Int64> {
    var left = OrderedMap<Currency, Int64>()
    for currency in currencies { left[currency] = headroom(currency) }
    return left
  }

  /// Takes the places in a foreign currency from bids that the exchange accounts could not pay for.
  /// First come those that gain most for what they convert; ties by position.
  mutating func limitConversions() {
    guard let frozen else { return }
    var left = headrooms()
    for running in frozen.running {
      guard let key = LeaseKey(running.lease), let lease = leases[key], lease.converts else {
        continue
      }
      let most = Self.most(
        lease.flexible?.held ?? 0, from: lease.tenantRate, to: lease.siteRate)
      left[lease.siteCurrency, default: 0] -= Int64(clamping: most)
    }
    admitCovers(frozen, &left)
    var wishes: [Conversion.Wish] = []
    for index in frozen.bids.indices { wishes += self.wishes(index, frozen) }
    for wish in wishes.sorted() {
      if let room = left[wish.currency], wish.most <= Int128(room) {
        left[wish.currency] = room - Int64(wish.most)
        continue
      }
      let options = frozen.instance.bids[wish.bid].options.filter {
        frozen.pools[$0.pool].currency != wish.currency
      }
      self.frozen?.instance.bids[wish.bid].options = options
      self.frozen?.barred.insert(frozen.bids[wish.bid].seq)
    }
  }

  /// What a centre at fault pays for a dearer place is converted too; what is not fits nowhere.
  private mutating func admitCovers(
    _ frozen: FrozenRound, _ left: inout OrderedMap<Currency, Int64>
  ) {
    for (index, bid) in frozen.bids.enumerated() {
      guard let move = bid.moved, move.siteCurrency != bid.currency else { continue }
      let most = move.covered(bid.currency, frozen.rates)
      guard most > 0 else { continue }
      let room = left[bid.currency] ?? 0
      guard most <= room else {
        self.frozen?.instance.bids[index].options = []
        self.frozen?.barred.insert(bid.seq)
        continue
      }
      left[bid.currency] = room - most
    }
  }

  /// What one bid may convert into each foreign currency.
  private func wishes(_ index: Int, _ frozen: FrozenRound) -> [Conversion.Wish] {
    let bid = frozen.bids[index]
    guard let rate = frozen.rates[bid.currency] else { return [] }
    var best = OrderedMap<Currency, Int64>()
    for option in frozen.instance.bids[index].options {
      let pool = frozen.pools[option.pool]
      guard pool.currency != bid.currency, option.earliest < option.latestEnd else { continue }
      let asks = frozen.instance.pools[option.pool].ask[option.earliest..<option.latestEnd]
      let ask = asks.min() ?? 0
      // Whoever is worth less than every ask converts nothing.
      guard option.value >= ask else { continue }
      let gain = Int64(clamping: (Int128(option.value - ask) << 20) / Int128(max(1, ask)))
      best[pool.currency] = max(best[pool.currency] ?? 0, gain)
    }
    let held =
      (accounts.pendings[bid.hold]?.amount ?? 0) + (bid.subsidy?.most(bid.terms) ?? 0)
      + (bid.moved?.covered(bid.currency, frozen.rates) ?? 0)
    return best.keys.compactMap { currency in
      guard let site = frozen.rates[currency], let gain = best[currency] else { return nil }
      return Conversion.Wish(
        bid: index, seq: bid.seq, currency: currency, gain: gain,
        most: Self.most(held, from: rate, to: site))
    }
  }

  /// What an amount buys at most: each part of a split is rounded up.
  private static func most(_ amount: Int64, from: Rate, to: Rate) -> Int128 {
    guard amount > 0 else { return 0 }
    let (whole, unit) = Conversion.converted(Int128(amount), from: from, to: to)
    return dividedUp(whole, by: unit) + 64
  }
}

extension Conversion {
  /// What one bid may convert into a currency at most, and what it gains by that.
  struct Wish: Comparable {
    var bid: Int
    var seq: Int64
    var currency: Currency
    var gain: Int64
    var most: Int128

    static func < (left: Wish, right: Wish) -> Bool {
      left.gain != right.gain
        ? left.gain > right.gain : (left.seq, left.currency) < (right.seq, right.currency)
    }
  }
}
