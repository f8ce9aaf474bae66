import Units

/// What is wrong with a clearing: the first that applies, in this order.
package enum ClearingFault: String, Sendable, CaseIterable {
  /// The instance itself is out of bounds: no clearing of it is valid.
  case instance
  /// An index out of range, fills or extras not ascending or twice, a vector of another size.
  case shape
  /// Parts that do not make up the bid: options, alternative, pools, GPUs or units.
  case option
  /// A part may not start in that slot.
  case start
  /// More GPUs than the pool has in a slot.
  case capacity
  /// The firm parts of a fill are worth less than the asks.
  case surplus
  /// Extras outside the slots in which they are sold, beyond the bid's most, or below the ask.
  case extras
  /// Extras that do not go by margin, then `seq`.
  case extrasOrder
  /// The welfare is not what the fills add up to.
  case welfare
  /// Less welfare than the greedy filling that every replica makes (rounds of up to 5,000 bids).
  case floor
  /// A refused bid could be put in with gain.
  case maximal
  /// Duals of another shape, negative or out of bounds.
  case duals
  /// A proof that is misshapen, out of bounds or too much work to check.
  case proof
  /// The bound is not what duals and proof prove.
  case bound
  /// The congestion is not what the rule makes of fills and duals.
  case congestion
  /// A winner pays more than its value.
  case payment
  /// A negative number of iterations; in the ledger also more than the rules allow.
  case iterations
  /// Where subsidised bids get what is left: not what the rule gives them.
  case spare
}

/// The outcome check that every replica runs before it accepts a clearing. The search is not
/// repeated: what the leader found must be feasible, priced by the rule, at least as good as the
/// simple filling, and carry its proof. It never traps, whatever the clearing holds.
package enum ClearingCheck {
  /// Above so many bids the greedy filling is not repeated.
  package static let floorBids = 5_000

  /// The first fault; nil when the clearing is valid.
  package static func fault(_ instance: Instance, _ clearing: Clearing) -> ClearingFault? {
    if instance.spare { return Spare.fault(instance, clearing) }
    guard let field = Field(instance) else { return .instance }
    guard shaped(field, clearing) else { return .shape }
    for fill in clearing.fills where !composed(instance, fill) { return .option }
    guard let winners = Winner.all(field, clearing.fills), aligned(winners) else { return .start }
    guard let sold = Winner.sold(field, clearing.extras) else { return .shape }
    guard Pricing.leftover(field, winners, sold).allSatisfy({ $0 >= 0 }) else { return .capacity }
    for winner in winners where winner.budget < 0 { return .surplus }
    for (winner, fill) in zip(winners, clearing.fills) {
      guard extrasAllowed(field, winner, fill) else { return .extras }
    }
    for extra in sold where extra.margin < 0 { return .extras }
    guard var allocation = Allocation.made(field, fills: clearing.fills) else { return .surplus }
    let extras = allocation.extras()
    if extras.bids != rows(field, clearing.fills) || extras.leases != clearing.extras {
      return .extrasOrder
    }
    guard allocation.welfare == Int128(clearing.welfare) else { return .welfare }
    if instance.bids.count <= floorBids, Greedy.byDensity(field).welfare > allocation.welfare {
      return .floor
    }
    guard maximal(&allocation) else { return .maximal }
    guard let duals = Certificate.flattened(clearing.duals, field) else { return .duals }
    let bound = Certificate.bound(field, duals: duals, proof: clearing.proof)
    guard bound != nil || clearing.proof == nil else { return .proof }
    guard bound == clearing.bound else { return .bound }
    let congestion = Pricing.congestion(
      field, clearing.fills, extras: clearing.extras, duals)
    guard congestion == clearing.congestion else { return .congestion }
    guard paid(field, winners, sold, clearing.congestion.flatMap { $0 }) else { return .payment }
    return clearing.iterations < 0 ? .iterations : nil
  }

  static func shaped(_ field: Field, _ clearing: Clearing) -> Bool {
    let bids = field.instance.bids
    var last = -1
    for fill in clearing.fills {
      guard fill.bid > last, bids.indices.contains(fill.bid),
        (0..<field.slots).contains(fill.start), !fill.parts.isEmpty,
        fill.parts.allSatisfy({ bids[fill.bid].options.indices.contains($0.option) })
      else { return false }
      last = fill.bid
      var slot = -1
      for extra in fill.extras {
        guard extra.slot > slot, extra.slot < field.slots, extra.gpus > 0 else { return false }
        slot = extra.slot
      }
    }
    return clearing.congestion.count == field.pools
      && clearing.congestion.allSatisfy { $0.count == field.slots }
  }

  static func composed(_ instance: Instance, _ fill: Fill) -> Bool {
    let bid = instance.bids[fill.bid]
    guard let first = fill.parts.first else { return false }
    let lead = bid.options[first.option]
    guard
      fill.parts.allSatisfy({
        Field.sound(bid.options[$0.option], instance)
      })
    else { return false }
    switch bid.kind {
    case .block: return fill.parts.count == 1 && first.gpus == lead.gpus && fill.extras.isEmpty
    case .elastic: return fill.parts.count == 1 && first.gpus == lead.least
    case .split:
      var left = lead.gpus
      var pool = -1
      for part in fill.parts {
        let option = bid.options[part.option]
        guard option.alternative == lead.alternative, option.gpus == lead.gpus,
          option.unit == lead.unit, option.quarters == lead.quarters, option.pool > pool,
          part.gpus > 0, part.gpus <= left, part.gpus % lead.unit == 0
        else { return false }
        pool = option.pool
        left -= part.gpus
      }
      return left == 0 && fill.extras.isEmpty
    }
  }

  /// `Winner` found an end for every part; this holds the extras to the stretch.
  static func aligned(_ winners: [Winner]) -> Bool {
    winners.allSatisfy { !$0.uses.isEmpty }
  }

  private static func extrasAllowed(_ field: Field, _ winner: Winner, _ fill: Fill) -> Bool {
    guard !fill.extras.isEmpty, let part = fill.parts.first, let use = winner.uses.first else {
      return true
    }
    let option = field.instance.bids[fill.bid].options[part.option]
    return zip(fill.extras, winner.extras).allSatisfy { extra, sold in
      extra.slot < field.extrasEnd && use.cells.contains(sold.cell)
        && extra.gpus <= option.gpus - option.least && sold.margin >= 0
    }
  }

  private static func rows(_ field: Field, _ fills: [Fill]) -> [[Fill.Extra]] {
    var rows = [[Fill.Extra]](repeating: [], count: field.ranges.count)
    for fill in fills { rows[fill.bid] = fill.extras }
    return rows
  }

  private static func maximal(_ allocation: inout Allocation) -> Bool {
    let field = allocation.field
    let tolls = Tolls(field)
    for bid in field.ranges.indices where !allocation.stands[bid].stands {
      if allocation.addition(bid, tolls) != nil { return false }
    }
    return true
  }

  private static func paid(
    _ field: Field, _ winners: [Winner], _ sold: [Winner.Sold], _ prices: [Int64]
  ) -> Bool {
    sold.allSatisfy { prices[$0.cell] <= $0.margin }
      && winners.allSatisfy { winner in
        winner.charge(prices, field) <= winner.budget
          && winner.extras.allSatisfy { prices[$0.cell] <= $0.margin }
      }
  }
}
