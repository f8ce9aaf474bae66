/// A small generator of numbers that are the same on every machine for the same seed (SplitMix64,
/// Steele, Lea and Flood, OOPSLA 2014). For traces and tests, never for secrets.
package struct SplitMix64: RandomNumberGenerator, Sendable, Codable {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  /// A stream of its own for one purpose and one object: adding a draw elsewhere moves nothing
  /// here.
  package init(seed: UInt64, stream: UInt64, index: UInt64) {
    var mixer = SplitMix64(seed: seed)
    state = mixer.next() ^ (stream &* 0x9E37_79B9_7F4A_7C15)
    state = next() ^ (index &* 0xD1B5_4A32_D192_ED03)
    state = next()
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// One of the integers of the range, each as likely as any other (to one part in 2^40 here).
  package mutating func draw(_ range: ClosedRange<Int64>) -> Int64 {
    let width = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int64(next() % width)
  }

  /// The index of a weight, drawn in proportion; 0 when all weights are 0.
  package mutating func index(weights: [Int64]) -> Int {
    let total = weights.reduce(0, +)
    guard total > 0 else { return 0 }
    var ticket = draw(0...(total - 1))
    for (index, weight) in weights.enumerated() {
      if ticket < weight { return index }
      ticket -= weight
    }
    return weights.count - 1
  }
}
