package import Units

extension BidTerms {
  /// How the rest of a lease that lost its place may differ from what was lost (clearing.md, 10.2).
  package struct Displacement: Sendable, Equatable, Record {
    /// It may begin so much later, ms, at its full length.
    package var maxGap: Int64 = 0
    /// Whether it may go to another site; nil: not if it is exclusive or works on a class of data
    /// (decisions.md, 36).
    package var move: Moving?
    /// It may have fewer GPUs.
    package var shrinkable = false

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("maxGap", &maxGap, 0...Span.week)
      try codec.choice("move", optional: &move)
      try codec.flag("shrinkable", &shrinkable)
    }
  }

  /// A tenant's word on other sites.
  package enum Moving: String, Sendable, CaseIterable { case allowed, never }

  /// Whether the rest of its lease may go to another site than the one that lost it.
  package var mayLeaveSite: Bool {
    guard let move = ifDisplaced?.move else { return !exclusive && dataClass == nil }
    return move == .allowed
  }

  /// The shapes in which what was lost may be placed again: the whole first, and where it may shrink up
  /// to seven with fewer firm GPUs. Those are multiples of `together` times a power of two, so that they
  /// suit the units of most pools.
  package func shapes(for whole: Alternative) -> [Alternative] {
    guard ifDisplaced?.shrinkable == true else { return [whole] }
    var step = max(1, together)
    while step * 8 < whole.least { step *= 2 }
    let steps = max(0, (whole.least - 1) / step)
    return [whole]
      + (0..<steps).map { number in
        var shape = whole
        shape.least = (steps - number) * step
        shape.gpus -= whole.least - shape.least
        return shape
      }
  }
}

extension Bid {
  /// Firm GPUs x quarter hours of the lease that it is what is left of: its first shape is the whole.
  package var lostGPUQuarters: Int64 {
    terms.alternatives.first.map { $0.least * $0.quarters } ?? 0
  }

  /// The firm GPUs of a shape, and of the whole that was lost.
  package func firmGPUs(_ alternative: Int) -> (part: Int64, whole: Int64) {
    let shapes = terms.alternatives
    let whole = shapes.first?.least ?? 0
    return (shapes.indices.contains(alternative) ? shapes[alternative].least : whole, whole)
  }
}

extension Move {
  /// The same of a part of the GPUs that were lost, rounded down.
  package func share(_ part: Int64, of whole: Int64) -> Move {
    guard part < whole else { return self }
    var share = self
    share.billed = Int64(clamping: Int128(billed) * Int128(part) / Int128(whole))
    return share
  }
}
