/// Small random numbers out of a seed (SplitMix64): jitter and keys, repeatable in a test.
struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// 32 lower hex digits.
  mutating func key() -> String { digits(next()) + digits(next()) }

  private func digits(_ number: UInt64) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}

/// How long to wait before the next try of one thing: twice as long each time up to a most, and a
/// random half less, so that a thousand agents do not come back at once.
struct Backoff: Sendable, Hashable {
  private(set) var failures = 0
  /// The next try may be made from here on; 0 at first.
  private(set) var notBefore: Int64 = 0

  mutating func fail(
    at now: Int64, first: Int64, most: Int64, random: inout SeededRandom
  ) {
    let whole = min(most, first << Int64(min(failures, 20)))
    failures += 1
    notBefore = now + whole / 2 + Int64(random.next() % UInt64(max(1, whole / 2 + 1)))
  }

  mutating func succeed() { self = Backoff() }
}
