import Units

/// The rule by which subsidised bids get only what all others leave (`Instance.spare`, clearing.md,
/// 4). The others' outcome, its prices and its proof are made without them and are the same as if
/// they were not there; then they take what is left, at the ask, in order of what a GPU-hour is worth
/// to the tenant's own money, then of arrival, each at its best place. The second part leaves no
/// choice, so it is checked by making it again.
package enum Spare {
  /// The round without subsidised bids and leases. Numbers stay as they are: what is left out has
  /// no option and no room.
  package static func others(_ instance: Instance) -> Instance { kept(instance, subsidised: false) }

  /// The clearing of the whole round, from that of the others.
  package static func completed(_ instance: Instance, _ others: Clearing) -> Clearing {
    var clearing = others
    guard let field = Field(kept(instance, subsidised: false)),
      let winners = Winner.all(field, others.fills), let sold = Winner.sold(field, others.extras)
    else { return clearing }
    var second = kept(instance, subsidised: true)
    let left = Pricing.leftover(field, winners, sold)
    for pool in second.pools.indices {
      for slot in 0..<field.slots {
        second.pools[pool].capacity[slot] = max(0, left[pool * field.slots + slot])
      }
    }
    guard let rest = Field(second) else { return clearing }
    let filled = Greedy.filled(rest, order: order(second), tolls: Tolls(rest))
    let extras = filled.extras()
    clearing.fills += filled.fills(extras.bids)
    clearing.fills.sort { $0.bid < $1.bid }
    if !extras.leases.isEmpty {
      if clearing.extras.isEmpty {
        clearing.extras = extras.leases
      } else {
        for (lease, row) in extras.leases.enumerated() where !row.isEmpty {
          clearing.extras[lease] = row
        }
      }
    }
    return clearing
  }

  /// The first fault of a clearing of such a round; nil when it is valid.
  static func fault(_ instance: Instance, _ clearing: Clearing) -> ClearingFault? {
    guard Field(instance) != nil else { return .instance }
    guard clearing.extras.isEmpty || clearing.extras.count == instance.running.count else {
      return .shape
    }
    var others = clearing
    others.fills.removeAll { fill in
      instance.bids.indices.contains(fill.bid) && isSubsidised(instance.bids[fill.bid])
    }
    for (lease, row) in zip(instance.running.indices, clearing.extras)
    where instance.running[lease].subsidy != nil && !row.isEmpty {
      others.extras[lease] = []
    }
    if others.extras.allSatisfy(\.isEmpty) { others.extras = [] }
    if let fault = ClearingCheck.fault(kept(instance, subsidised: false), others) { return fault }
    return completed(instance, others) == clearing ? nil : .spare
  }

  /// Whether a fund pays for any place of the bid.
  package static func isSubsidised(_ bid: Instance.Bid) -> Bool {
    bid.options.contains { $0.subsidy != nil }
  }

  private static func kept(_ instance: Instance, subsidised: Bool) -> Instance {
    var kept = instance
    kept.spare = false
    for bid in kept.bids.indices where isSubsidised(kept.bids[bid]) != subsidised {
      kept.bids[bid].options = []
    }
    for lease in kept.running.indices where (kept.running[lease].subsidy != nil) != subsidised {
      kept.running[lease].room = 0
      kept.running[lease].held = 0
    }
    return kept
  }

  /// Who offers most of its own for a GPU-hour comes first, then who came first.
  private static func order(_ instance: Instance) -> [Int] {
    Greedy.order(instance.bids.map { $0.options.map(\.value).max() })
  }
}
