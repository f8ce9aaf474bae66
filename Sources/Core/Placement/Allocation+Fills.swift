/// From an allocation to what is published, and back.
extension Allocation {
  /// The extras that the rule sells, of bids and of running leases, each ascending by slot.
  func extras() -> (bids: [[Fill.Extra]], leases: [[Fill.Extra]]) {
    let count = field.ranges.count
    var bids = [[Fill.Extra]](repeating: [], count: count)
    var leases = [[Fill.Extra]](repeating: [], count: field.instance.running.count)
    for pool in 0..<field.pools {
      for slot in 0..<field.extrasEnd {
        let cell = pool * field.slots + slot
        for (tenant, gpus) in soft.sold(cell, free: free[cell]) {
          guard tenant >= count else {
            bids[tenant].append(Fill.Extra(slot: slot, gpus: gpus))
            continue
          }
          // The held part and the rest of a lease are two tenants of one slot.
          let lease = field.tenants[tenant - count].lease
          if let last = leases[lease].indices.last, leases[lease][last].slot == slot {
            leases[lease][last].gpus += gpus
          } else {
            leases[lease].append(Fill.Extra(slot: slot, gpus: gpus))
          }
        }
      }
    }
    return (bids, leases.allSatisfy(\.isEmpty) ? [] : leases)
  }

  /// The fills of this allocation, with these extras.
  func fills(_ extras: [[Fill.Extra]]) -> [Fill] {
    (0..<stands.count).compactMap { bid in
      let stand = stands[bid]
      guard stand.stands else { return nil }
      return Fill(
        bid: bid, start: Int(stand.start),
        parts: chunks(bid).map {
          Fill.Part(option: field.choices[Int($0.choice)].option, gpus: Int64($0.gpus))
        },
        extras: extras[bid])
    }
  }

  /// The allocation that some fills describe; nil when one names a placement that the instance does
  /// not have. They must be feasible.
  static func made(_ field: Field, fills: [Fill]) -> Allocation? {
    var allocation = Allocation(field)
    guard allocation.insert(fills) else { return nil }
    return allocation
  }

  /// Places some feasible fills; false when one names a placement that the instance does not have.
  mutating func insert(_ fills: [Fill]) -> Bool {
    for fill in fills {
      guard let (stand, chunks) = Allocation.stand(field, fill) else { return false }
      insert(fill.bid, stand, chunks)
    }
    return true
  }

  private static func stand(_ field: Field, _ fill: Fill) -> (Stand, [Part])? {
    var chunks: [Part] = []
    for part in fill.parts {
      guard
        let choice = field.ranges[fill.bid].first(where: {
          field.choices[$0].option == part.option
        })
      else { return nil }
      chunks.append(
        Part(choice: Int32(choice), gpus: Int32(truncatingIfNeeded: part.gpus)))
    }
    guard let first = fill.parts.first else { return nil }
    let bid = field.instance.bids[fill.bid]
    let option = bid.options[first.option]
    guard let end = field.placements.end(of: option, from: fill.start) else { return nil }
    let stand = Stand(
      choice: chunks[0].choice, start: Int32(fill.start), end: Int32(end),
      parts: bid.kind == .split ? Int32(truncatingIfNeeded: chunks.count) : 0)
    return (stand, chunks)
  }
}
