/// A fixed sequence of numbers from a seed (SplitMix64), the same on every machine: the search is
/// seeded by the round's number and so repeats.
struct Dice: Sendable {
  private var state: UInt64

  init(seed: Int64) { state = UInt64(bitPattern: seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, not including, `count`, which is below 2^32; 0 when there is none.
  @inline(__always)
  mutating func roll(_ count: Int) -> Int {
    count > 0 ? Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(count)) >> 32) : 0
  }

  /// How often a coin falls heads in a row, with parts of a throw: the logarithm of a chance drawn
  /// evenly, to base one half, in 1024th (between powers of two by a straight line).
  @inline(__always)
  mutating func halvings() -> Int64 {
    let drawn = UInt32(truncatingIfNeeded: next() >> 32) | 1
    let zeros = drawn.leadingZeroBitCount
    let mantissa = (drawn << zeros) >> 21
    return Int64(zeros + 1) * 1024 - Int64(mantissa & 1023)
  }
}
