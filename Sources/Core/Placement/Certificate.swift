import Units

/// The proof that goes with an outcome: from dual prices anybody computes in one pass what no
/// clearing can exceed (clearing.md, 5, plain form: one leaf a pool, each bid's utility being its
/// best surplus at the prices).
package enum Certificate {
  /// The bound, in the unit of `Clearing.welfare`; nil when the duals have another shape, are
  /// negative or out of bounds, or the bound leaves 64 bits.
  ///
  /// Any integers prove something; better duals prove more.
  package static func bound(_ instance: Instance, duals: [[Int64]]) -> Int64? {
    guard let field = Field(instance), let cells = flattened(duals, field) else { return nil }
    return bound(field, duals: cells)
  }

  /// The lesser of what the duals and what the proof prove; nil also when the proof proves nothing.
  package static func bound(_ instance: Instance, duals: [[Int64]], proof: Proof) -> Int64? {
    guard let field = Field(instance), let cells = flattened(duals, field) else { return nil }
    return bound(field, duals: cells, proof: proof)
  }

  static func bound(_ field: Field, duals: [Int64], proof: Proof?) -> Int64? {
    guard let proof else { return bound(field, duals: duals) }
    guard let proven = ProofCheck.bound(field, duals: duals, proof: proof),
      let lower = Int64(exactly: dividedUp(proven, by: 64))
    else { return nil }
    return min(lower, bound(field, duals: duals) ?? lower)
  }

  static func bound(_ field: Field, duals: [Int64]) -> Int64? {
    var pricer = Pricer(field, duals: duals)
    var total = pricer.rent() &+ pricer.leases()
    for bid in field.ranges.indices { total &+= Int128(pricer.answer(bid).surplus) }
    return Int64(exactly: dividedUp(total, by: 64))
  }

  /// One array by cell; nil when the shape or a value is out of bounds.
  static func flattened(_ duals: [[Int64]], _ field: Field) -> [Int64]? {
    guard duals.count == field.pools else { return nil }
    var cells: [Int64] = []
    cells.reserveCapacity(field.pools * field.slots)
    for row in duals {
      guard row.count == field.slots, row.allSatisfy({ (0...Field.dualLimit).contains($0) }) else {
        return nil
      }
      cells += row
    }
    return cells
  }

  /// The same by pool and slot.
  static func rows(_ cells: [Int64], _ field: Field) -> [[Int64]] {
    (0..<field.pools).map { Array(cells[($0 * field.slots)..<(($0 + 1) * field.slots)]) }
  }
}
