import Placement
package import Units

extension Offer {
  /// How much of a pool its centre lets one tenant have, and for how long. What it lets everybody
  /// have together is the schedule itself.
  package struct Limits: Sendable, Equatable, Record {
    /// Longest lease, quarter hours; nil: any.
    package var longest: Int64?
    /// GPUs that one tenant may have at one time, all its leases together; nil: any.
    package var most: Int64?
    /// Shortest lease, quarter hours; nil: any.
    package var shortest: Int64?

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("longest", optional: &longest, Bound.quarters)
      try codec.int("most", optional: &most, Bound.gpus)
      try codec.int("shortest", optional: &shortest, Bound.quarters)
    }

    /// Why an alternative is no lease that the centre sells, or nil. An elastic one counts with all
    /// that it may get, a split one as if all of it came here.
    package func fault(of alternative: BidTerms.Alternative) -> Inadmissible? {
      if let shortest, alternative.quarters < shortest { return .tooShort }
      if let longest, alternative.quarters > longest { return .tooLong }
      if let most, alternative.gpus > most { return .tooMany }
      return nil
    }
  }
}

/// GPUs that a tenant has at a pool for a time, or may still get by what was sold to it.
package struct Holding: Sendable {
  package var party: String
  package var pool: String
  package var from: Int64
  package var to: Int64
  package var gpus: Int64

  package init(party: String, pool: String, from: Int64, to: Int64, gpus: Int64) {
    self.party = party
    self.pool = pool
    self.from = from
    self.to = to
    self.gpus = gpus
  }
}

extension FrozenRound {
  /// Takes from bids the places at which their tenant could come to have more than the centre lets
  /// one tenant have. It is decided before the round is solved, as if each bid that is left would
  /// have all that it may get in all of its window: so every outcome that passes the check fits, and
  /// check and search know nothing of it. First come the bids that are worth most; ties by position.
  package mutating func keepTenantLimits(_ holdings: [Holding]) {
    for index in pools.indices {
      guard let most = pools[index].most else { continue }
      var taken = OrderedMap<String, [Int64]>()
      let none = [Int64](repeating: 0, count: grid.count)
      for holding in holdings where holding.pool == pools[index].id {
        var slot = max(0, grid.slotsEnded(by: holding.from))
        while slot < grid.count, grid.edges[slot] < holding.to {
          taken[holding.party, default: none][slot] += holding.gpus
          slot += 1
        }
      }
      for wish in wishes(at: index).sorted() {
        let party = bids[wish.bid].party
        let busiest = taken[party]?[wish.first..<wish.end].max() ?? 0
        if busiest <= most - wish.gpus {
          for slot in wish.first..<wish.end { taken[party, default: none][slot] += wish.gpus }
          continue
        }
        instance.bids[wish.bid].options.removeAll { $0.pool == index }
        overMost[bids[wish.bid].seq, default: []].append(pools[index].id)
      }
    }
  }

  /// What each bid may get at a pool at most, and in which slots.
  private func wishes(at pool: Int) -> [TenantWish] {
    instance.bids.indices.compactMap { index in
      var wish: TenantWish?
      for option in instance.bids[index].options where option.pool == pool {
        let next = TenantWish(
          bid: index, seq: bids[index].seq, value: option.value, gpus: option.gpus,
          first: option.earliest, end: option.latestEnd)
        wish = wish?.joined(next) ?? next
      }
      return wish.flatMap { $0.first < $0.end ? $0 : nil }
    }
  }
}

/// What one bid may get at one pool.
private struct TenantWish: Comparable {
  var bid: Int
  var seq: Int64
  var value: Int64
  var gpus: Int64
  var first: Int
  var end: Int

  func joined(_ other: TenantWish) -> TenantWish {
    TenantWish(
      bid: bid, seq: seq, value: max(value, other.value), gpus: max(gpus, other.gpus),
      first: min(first, other.first), end: max(end, other.end))
  }

  static func < (left: TenantWish, right: TenantWish) -> Bool {
    left.value != right.value ? left.value > right.value : left.seq < right.seq
  }
}
