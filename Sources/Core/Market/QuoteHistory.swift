package import Placement
import Units

/// A shape by the names of pools and by times, so that it can be asked of rounds with other pools
/// and other grids.
package struct AskedShape: Sendable, Equatable {
  package var kind: Instance.Kind
  package var parts: [Part]
  package var earliest: Int64
  package var latestEnd: Int64

  /// One alternative on one pool.
  package struct Part: Sendable, Equatable {
    package var pool: String
    package var alternative: Int
    /// mHKD per GPU-hour.
    package var value: Int64
    package var gpus: Int64
    package var least: Int64
    package var unit: Int64
    package var quarters: Int64
    /// What an award pays of the asks there.
    package var share: Share?
  }

  /// Terms of an award at one round's rates, mHKD per GPU-hour.
  package struct Share: Sendable, Equatable {
    package var permille: Int64
    package var ceiling: Int64
    package var cap: Int64

    /// Of asks of that pool.
    func subsidy(_ pool: Int, _ asks: ArraySlice<Int64>) -> Instance.Subsidy {
      Instance.Subsidy(
        pool: pool,
        amount: asks.map {
          SubsidyTerms.share(of: $0, permille: permille, ceiling: ceiling, cap: cap)
        })
    }
  }

  var isSubsidised: Bool { parts.contains { $0.share != nil } }
}

extension FrozenRound {
  /// The bid of that index, as it could be asked of another round.
  package func shape(of index: Int) -> AskedShape {
    let bid = instance.bids[index]
    let first = bid.options.map(\.earliest).min() ?? 0
    let last = bid.options.map(\.latestEnd).max() ?? 0
    return AskedShape(
      kind: bid.kind,
      parts: bid.options.map { option in
        AskedShape.Part(
          pool: pools[option.pool].id, alternative: option.alternative, value: option.value,
          gpus: option.gpus, least: option.least, unit: option.unit, quarters: option.quarters,
          share: option.subsidy.flatMap { _ in share(bids[index], pools[option.pool].chip) })
      },
      earliest: grid.edges[min(first, grid.count)], latestEnd: grid.edges[min(last, grid.count)])
  }

  private func share(_ bid: Bid, _ chip: String) -> AskedShape.Share? {
    guard let terms = bid.subsidy, let rate = rates[bid.currency] else { return nil }
    return AskedShape.Share(
      permille: terms.permille, ceiling: Conversion.shareDown(terms.ceiling(chip), rate),
      cap: Conversion.shareDown(terms.cap, rate))
  }
}

/// What is kept of a round that ended, for quotes.
package struct PastRound: Sendable {
  package let round: Int64
  package let closedAt: Int64
  let standing: Standing
  private let grid: Grid
  private let places: [String: Int]
  /// Whether subsidised bids got what all others had left.
  private let spare: Bool
  /// Of the bids looked at that the round before would have let in by exchange with the limits that
  /// they had: how many there were, and how many this round filled.
  package private(set) var atTake = 0
  package private(set) var filled = 0

  /// A place where the round would have had a shape.
  package struct Place: Sendable, Equatable {
    /// Index in the shape's parts.
    package var part: Int
    package var start: Int64
    package var end: Int64
    /// How much more per GPU-hour than the part is worth, mHKD.
    package var raise: Int64
  }

  /// Nil when the clearing is none of the round.
  package init?(_ frozen: FrozenRound, _ clearing: Clearing) {
    guard let standing = Standing(frozen.instance, clearing) else { return nil }
    round = frozen.round
    closedAt = frozen.closedAt
    self.standing = standing
    grid = frozen.grid
    var places: [String: Int] = [:]
    for (index, pool) in frozen.pools.enumerated() { places[pool.id] = index }
    self.places = places
    spare = frozen.instance.spare
  }

  /// A shape in the terms of this round.
  private struct Asked {
    var bid: Instance.Bid
    var subsidies: [Instance.Subsidy]
    /// By option: the index in the shape's parts.
    var parts: [Int]
    /// Nobody gives way to it.
    var spare: Bool
  }

  /// The shape as a bid of this round; parts on pools that it did not have are left out.
  private func asked(_ shape: AskedShape) -> Asked {
    var asked = Asked(
      bid: Instance.Bid(seq: 0, kind: shape.kind, options: []), subsidies: [], parts: [],
      spare: spare && shape.isSubsidised)
    let earliest = grid.slot(notBefore: shape.earliest)
    let latestEnd = grid.slotsEnded(by: shape.latestEnd)
    for (index, part) in shape.parts.enumerated() {
      guard let pool = places[part.pool] else { continue }
      asked.parts.append(index)
      var option = Instance.Option(
        alternative: part.alternative, pool: pool, value: part.value, gpus: part.gpus,
        least: part.least, unit: part.unit, quarters: part.quarters, earliest: earliest,
        latestEnd: latestEnd)
      if let share = part.share {
        option.subsidy = asked.subsidies.count
        asked.subsidies.append(share.subsidy(pool, standing.asks(pool)))
      }
      asked.bid.options.append(option)
    }
    return asked
  }

  /// Whether an exchange would have let the shape in with what its parts are worth.
  package func admits(_ shape: AskedShape) -> Bool {
    let asked = asked(shape)
    guard !asked.bid.options.isEmpty else { return false }
    return asked.spare
      ? standing.spares(asked.bid, asked.subsidies) : standing.admits(asked.bid, asked.subsidies)
  }

  /// The best place of each part, the least raise first.
  package func places(_ shape: AskedShape) -> [Place] {
    let asked = asked(shape)
    guard !asked.spare else { return [] }
    return standing.places(of: asked.bid, asked.subsidies).map { place($0, asked.parts) }
  }

  /// What one start of one part would have taken; nil when this round did not have it.
  package func take(_ shape: AskedShape, part: Int, start: Int64) -> Place? {
    let asked = asked(shape)
    let slot = grid.slot(notBefore: start)
    guard !asked.spare, slot < grid.count, grid.edges[slot] == start,
      let option = asked.parts.firstIndex(of: part)
    else { return nil }
    return standing.take(asked.bid, asked.subsidies, option: option, start: slot)
      .map { place($0, asked.parts) }
  }

  private func place(_ take: Explanation.Take, _ parts: [Int]) -> Place {
    Place(
      part: parts[take.place.option], start: grid.edges[take.place.start],
      end: grid.edges[take.place.end], raise: take.raise)
  }

  /// How many of the bids of a round are looked at.
  private static let sample = 200

  /// Compares the bids of this round with what the round before would have taken.
  mutating func compare(
    _ frozen: FrozenRound, _ clearing: Clearing, with before: PastRound
  ) {
    var won = [Bool](repeating: false, count: frozen.bids.count)
    for fill in clearing.fills where won.indices.contains(fill.bid) { won[fill.bid] = true }
    let step = max(1, frozen.bids.count / Self.sample)
    for index in stride(from: 0, to: frozen.bids.count, by: step)
    where before.admits(frozen.shape(of: index)) {
      atTake += 1
      if won[index] { filled += 1 }
    }
  }
}

/// The last rounds that ended with an outcome: for how often a shape would have been filled at a
/// price, and how far `take` can be relied on.
package struct QuoteHistory: Sendable {
  package static let mostRounds = 96
  /// Of larger rounds fewer are kept.
  package static let mostBytes = 64 << 20
  /// Ascending.
  package private(set) var rounds: [PastRound] = []
  private var bytes = 0

  package init() {}

  package var last: PastRound? { rounds.last }

  /// Adds the round after the last; one that is not later is left out.
  package mutating func add(_ frozen: FrozenRound, _ clearing: Clearing) {
    guard frozen.round > rounds.last?.round ?? -1, var past = PastRound(frozen, clearing) else {
      return
    }
    if let before = rounds.last { past.compare(frozen, clearing, with: before) }
    rounds.append(past)
    bytes += past.standing.size
    while rounds.count > Self.mostRounds || (bytes > Self.mostBytes && rounds.count > 1) {
      bytes -= rounds.removeFirst().standing.size
    }
  }

  /// In how many of the known rounds the shape would have been filled with what its parts are worth.
  package func filled(_ shape: AskedShape) -> Int {
    rounds.reduce(0) { $0 + ($1.admits(shape) ? 1 : 0) }
  }

  /// Bids that the round before would have let in, and how many of them were filled.
  package var calibration: (atTake: Int, filled: Int) {
    rounds.reduce((0, 0)) { ($0.0 + $1.atTake, $0.1 + $1.filled) }
  }
}

/// A shape at a price in the rounds that are known.
package struct QuoteRecord: Sendable, Equatable {
  /// Per GPU-hour, fee included, minor units; nil: the limits that were asked with.
  package var limit: Int64?
  package var filled: Int
  package var rounds: Int

  package init(limit: Int64?, filled: Int, rounds: Int) {
    self.limit = limit
    self.filled = filled
    self.rounds = rounds
  }
}

extension QuoteBasis {
  /// In how many of the known rounds the shape would have been filled: with the limits of the terms,
  /// where 0 stands for none; without any, with that of the first place. Nil when nothing is known.
  package func record(
    _ terms: BidTerms, _ first: Quotation?, _ history: QuoteHistory
  ) -> QuoteRecord? {
    guard !history.rounds.isEmpty, let bid = frozen.bids.first,
      let rate = frozen.rates[bid.currency]
    else { return nil }
    let value = Conversion.Value(rate: rate, feePermille: frozen.feePermille)
    var limits = terms.alternatives.map(\.limit)
    let asked = limits.contains { $0 > 0 }
    if !asked {
      guard let first else { return nil }
      limits[first.alternative] = first.limit
    }
    var shape = frozen.shape(of: 0)
    shape.parts = shape.parts.compactMap { part in
      guard limits[part.alternative] > 0 else { return nil }
      var part = part
      part.value += value.perGPUHour(
        limit: limits[part.alternative], latencyPrice: 0, roundTrip: 0)
      return part
    }
    return QuoteRecord(
      limit: asked ? nil : first?.limit, filled: history.filled(shape),
      rounds: history.rounds.count)
  }
}
