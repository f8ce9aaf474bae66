/// What one round left and who holds it, without the bids that lost: what quotes are computed from,
/// so that a shape can be asked of many past rounds.
package struct Standing: Sendable {
  private let exchange: Exchange

  /// Nil when the clearing is none of the instance.
  package init?(_ instance: Instance, _ clearing: Clearing) {
    guard let allocation = Explanations.decided(instance, clearing) else { return nil }
    exchange = Exchange(allocation, winnersOnly: true)
  }

  /// About how many bytes it takes.
  package var size: Int {
    exchange.capacity.count * 16 + exchange.ask.count * 8
      + exchange.extras.count * 24 + exchange.holdings.count * 160
  }

  /// What the round asked for in a pool, mHKD per GPU-hour by slot.
  package func asks(_ pool: Int) -> ArraySlice<Int64> {
    exchange.ask[(pool * exchange.slots)..<((pool + 1) * exchange.slots)]
  }

  /// The places of a bid that was not in the round, the best of each option (of a split one in all):
  /// how much more per GPU-hour than its options are worth would have brought it in. Best first.
  /// - Parameter subsidies: what its options name; those of the round are of no matter.
  package func places(
    of bid: Instance.Bid, _ subsidies: [Instance.Subsidy]
  ) -> [Explanation.Take] {
    guard let field = field(bid, subsidies) else { return [] }
    var work = Exchange.Workings()
    var offers: [Exchange.Offer] = []
    if bid.kind == .split {
      if let offer = exchange.nearestSplit(field, 0, &work) { offers.append(offer) }
    } else {
      for choice in field.ranges[0] {
        if let offer = exchange.nearest(field, among: choice..<(choice + 1), &work) {
          offers.append(offer)
        }
      }
    }
    return offers.map { take($0, field) }
      .sorted { ($0.raise, $0.place.option) < ($1.raise, $1.place.option) }
  }

  /// The same at one start of one option of a block or elastic bid; nil when it may not start there.
  package func take(
    _ bid: Instance.Bid, _ subsidies: [Instance.Subsidy], option: Int, start: Int
  ) -> Explanation.Take? {
    var only = bid
    only.options = only.options.indices.contains(option) ? [only.options[option]] : []
    guard bid.kind != .split, let field = field(only, subsidies), let choice = field.ranges[0].first
    else {
      return nil
    }
    var work = Exchange.Workings()
    var found: Exchange.Spot?
    exchange.eachSpot(field, choice, &work) { if $0.start == start { found = $0 } }
    guard let found, field.choices[choice].firm > 0 else { return nil }
    var take = take(exchange.offer(field, found, floor: .min / 2, &work), field)
    take.place.option = option
    return take
  }

  /// Whether an exchange would have let the bid in with what its options are worth.
  package func admits(_ bid: Instance.Bid, _ subsidies: [Instance.Subsidy]) -> Bool {
    guard let field = field(bid, subsidies) else { return false }
    var work = Exchange.Workings()
    return exchange.best(field, 0, &work) != nil
  }

  /// Whether what all others left would have been enough, at asks below what its options are worth.
  package func spares(_ bid: Instance.Bid, _ subsidies: [Instance.Subsidy]) -> Bool {
    guard let field = field(bid, subsidies) else { return false }
    var work = Exchange.Workings()
    func isFree(_ offer: Exchange.Offer) -> Bool {
      guard offer.budget > 0, offer.evicted.isEmpty else { return false }
      let toll = exchange.toll(field, offer)
      return toll.slots == 0 && toll.extras == 0
    }
    for choice in field.ranges[0] {
      var spots: [Exchange.Spot] = []
      exchange.eachSpot(field, choice, &work) { spots.append($0) }
      for spot in spots where isFree(exchange.offer(field, spot, floor: .min / 2, &work)) {
        return true
      }
    }
    for start in field.splitRanges[0]
    where exchange.offers(field, field.splitStarts[start], &work).contains(where: isFree) {
      return true
    }
    return false
  }

  private func take(_ offer: Exchange.Offer, _ field: Field) -> Explanation.Take {
    let toll = exchange.toll(field, offer)
    return Explanation.Take(
      place: Explanation.Place(
        option: field.choices[offer.choice].option, start: offer.start, end: offer.end),
      raise: offer.raise, winners: toll.winners, firm: toll.firm, squeezed: toll.squeezed,
      extras: toll.extras)
  }

  /// The round with this bid alone.
  private func field(_ bid: Instance.Bid, _ subsidies: [Instance.Subsidy]) -> Field? {
    var instance = Instance()
    instance.widths = exchange.widths
    instance.windowEnd = exchange.windowEnd
    let slots = exchange.slots
    instance.pools = (0..<exchange.pools).map { pool in
      Instance.Pool(
        capacity: Array(exchange.capacity[(pool * slots)..<((pool + 1) * slots)]),
        ask: Array(asks(pool)))
    }
    instance.subsidies = subsidies
    instance.bids = [bid]
    return Field(instance, losing: true)
  }
}
