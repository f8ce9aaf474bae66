/// The last pass of the engine: what an explanation would tell a refused bid to offer, the engine
/// has tried with what it offers now.
extension Exchange {
  /// What an allocation holds; winners keep the numbers of their bids.
  /// - Parameters:
  ///   - bonuses: whether moving a lease or its extras has its cost.
  ///   - winnersOnly: winners are numbered among themselves, in the same order.
  init(_ allocation: borrowing Allocation, bonuses: Bool = true, winnersOnly: Bool = false) {
    let field = allocation.field
    let instance = field.instance
    let rows = field.rowPools.count
    var standing = Standing(
      widths: instance.widths, windowEnd: field.windowEnd,
      asks: (0..<rows).map { row in
        (0..<field.slots).map { field.ask[row * field.slots + $0] }
      },
      capacity: instance.pools.map(\.capacity), holdings: [],
      tenants: Array(repeating: [], count: field.pools))
    for tenant in field.tenants {
      standing.tenants[tenant.pool].append(
        Tenant(
          holding: -1 - tenant.lease, row: tenant.row, value: tenant.value,
          bonus: bonuses ? tenant.worth - tenant.value : 0, room: tenant.room,
          start: tenant.start, end: tenant.end))
    }
    for bid in field.ranges.indices {
      let stand = allocation.stands[bid]
      guard stand.stands else {
        if !winnersOnly { standing.holdings.append(.none) }
        continue
      }
      let chunks = allocation.chunks(bid).map { (choice: Int($0.choice), gpus: Int64($0.gpus)) }
      let start = Int(stand.start)
      let end = Int(stand.end)
      standing.holdings.append(
        Exchange.holding(field, chunks, start, end, bonuses: bonuses))
      let number = standing.holdings.count - 1
      if let tenant = Exchange.tenant(field, number, Int(stand.choice), start, end) {
        standing.tenants[field.choices[Int(stand.choice)].pool].append(tenant)
      }
    }
    self.init(standing)
  }

  static func holding(
    _ field: Field, _ chunks: [(choice: Int, gpus: Int64)], _ start: Int, _ end: Int,
    bonuses: Bool = true
  ) -> Holding {
    var surplus: Int128 = 0
    for chunk in chunks {
      let choice = field.choices[chunk.choice]
      let margin =
        bonuses ? field.margin(choice, start, end) : field.budget(choice, start, end)
      surplus &+= Int128(margin) &* Int128(chunk.gpus)
    }
    let uses = chunks.map { Use(pool: field.choices[$0.choice].pool, gpus: $0.gpus) }
    return Holding(
      start: start, end: end, quarters: field.choices[chunks[0].choice].quarters, use: uses[0],
      more: Array(uses.dropFirst()), surplus: Int64(clamping: surplus))
  }

  static func tenant(
    _ field: Field, _ holding: Int, _ index: Int, _ start: Int, _ end: Int
  ) -> Tenant? {
    let choice = field.choices[index]
    guard choice.room > 0, start < field.windowEnd else { return nil }
    return Tenant(
      holding: holding, row: choice.row, value: choice.value, room: choice.room, start: start,
      end: min(end, field.windowEnd))
  }

  /// Lets refused bids in by exchange, in order of arrival, until none gains: then `take` is at
  /// least 1 for every one of them. Stops at `effort` cells looked at.
  /// - Returns: whether none is left that gains.
  static func settle(_ allocation: inout Allocation, effort: Int) -> Bool {
    let field = allocation.field
    var exchange = Exchange(allocation)
    var work = Workings()
    // By bid: the changes of its pools when it was last looked at.
    var seen = [Int](repeating: -1, count: field.ranges.count)
    var again = true
    while again {
      again = false
      // Who keeps more from others than it is worth makes room for nobody in particular.
      for bid in field.ranges.indices
      where allocation.stands[bid].stands && exchange.holdings[bid].loss < 0 {
        allocation.remove(bid)
        exchange.dismiss(bid)
        again = true
      }
      for bid in field.ranges.indices where !allocation.stands[bid].stands {
        let changes = field.ranges[bid].reduce(0) {
          $0 + exchange.versions[field.choices[$1].pool]
        }
        if seen[bid] == changes { continue }
        seen[bid] = changes
        guard work.effort < effort else { return false }
        guard let offer = exchange.best(field, bid, &work) else { continue }
        for other in offer.evicted {
          allocation.remove(other)
          seen[other] = -1
        }
        let chunks =
          offer.chunks.isEmpty
          ? [(offer.choice, field.choices[offer.choice].firm)]
          : offer.chunks
        exchange.admit(
          bid, Exchange.holding(field, chunks, offer.start, offer.end),
          tenant: Exchange.tenant(field, bid, offer.choice, offer.start, offer.end),
          evicting: offer.evicted)
        work.effort += 16 * exchange.slots
        allocation.insert(
          bid,
          Allocation.Stand(
            choice: Int32(offer.choice), start: Int32(offer.start), end: Int32(offer.end),
            parts: Int32(offer.chunks.count)),
          offer.chunks.map {
            Allocation.Part(
              choice: Int32($0.choice), gpus: Int32(truncatingIfNeeded: $0.gpus))
          })
        again = true
      }
    }
    return true
  }
}

extension Exchange.Holding {
  /// A number that nobody holds.
  static var none: Exchange.Holding {
    var none = Exchange.Holding(
      start: 0, end: 0, quarters: 0, use: Exchange.Use(pool: 0, gpus: 0), surplus: 0)
    none.stands = false
    return none
  }
}
