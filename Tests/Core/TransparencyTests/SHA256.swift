import Testing
import Transparency
import Units

/// SHA-256 (FIPS 180-4) for tests alone: the core has no hash function, and these tests no package.
struct SHA256Hasher: TreeHasher {
  var empty: Digest { Self.hash([]) }
  func leaf(_ entry: [UInt8]) -> Digest { Self.hash([0] + entry) }
  func node(_ left: Digest, _ right: Digest) -> Digest { Self.hash([1] + left.bytes + right.bytes) }
  func plain(_ bytes: [UInt8]) -> Digest { Self.hash(bytes) }

  static func hash(_ message: [UInt8]) -> Digest {
    let zeros = (119 - message.count % 64) % 64
    let bits = UInt64(message.count) * 8
    let padded =
      message + [0x80] + [UInt8](repeating: 0, count: zeros)
      + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt64($0)) }
    var state = initial
    var schedule = [UInt32](repeating: 0, count: 64)
    padded.withUnsafeBufferPointer { padded in
      schedule.withUnsafeMutableBufferPointer { w in
        state.withUnsafeMutableBufferPointer { state in
          rounds.withUnsafeBufferPointer { rounds in
            var start = 0
            while start < padded.count {
              compress(UnsafeBufferPointer(rebasing: padded[start..<start + 64]), w, state, rounds)
              start += 64
            }
          }
        }
      }
    }
    return Digest(
      state.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } })!
  }

  private static func compress(
    _ block: UnsafeBufferPointer<UInt8>, _ w: UnsafeMutableBufferPointer<UInt32>,
    _ state: UnsafeMutableBufferPointer<UInt32>, _ rounds: UnsafeBufferPointer<UInt32>
  ) {
    func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
      word &>> count | word &<< (32 &- count)
    }
    var t = 0
    while t < 16 {
      w[t] =
        UInt32(block[4 &* t]) &<< 24 | UInt32(block[4 &* t &+ 1]) &<< 16
        | UInt32(block[4 &* t &+ 2]) &<< 8 | UInt32(block[4 &* t &+ 3])
      t &+= 1
    }
    while t < 64 {
      let (x, y) = (w[t &- 15], w[t &- 2])
      let small0 = rotated(x, 7) ^ rotated(x, 18) ^ x &>> 3
      let small1 = rotated(y, 17) ^ rotated(y, 19) ^ y &>> 10
      w[t] = w[t &- 16] &+ small0 &+ w[t &- 7] &+ small1
      t &+= 1
    }
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    t = 0
    while t < 64 {
      let big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let first = h &+ big1 &+ (e & f ^ ~e & g) &+ rounds[t] &+ w[t]
      let big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let second = big0 &+ (a & b ^ a & c ^ b & c)
      (h, g, f, e) = (g, f, e, d &+ first)
      (d, c, b, a) = (c, b, a, first &+ second)
      t &+= 1
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() {
      state[index] = state[index] &+ word
    }
  }

  private static let primes: [UInt32] = (2...311).filter { n in
    !(2..<n).contains { n % $0 == 0 }
  }

  /// The first 32 bits after the point of the square roots of the first 8 primes.
  private static let initial: [UInt32] = primes.prefix(8).map { prime in
    UInt32(truncatingIfNeeded: largest { $0 * $0 <= UInt128(prime) << 64 })
  }

  /// The same of the cube roots of the first 64 primes.
  private static let rounds: [UInt32] = primes.prefix(64).map { prime in
    UInt32(truncatingIfNeeded: largest { $0 * $0 * $0 <= UInt128(prime) << 96 })
  }

  /// The largest number below 2^38 with the property, which holds up to some number.
  private static func largest(with holds: (UInt128) -> Bool) -> UInt128 {
    var result: UInt128 = 0
    for bit in (0..<38).reversed() where holds(result | 1 << UInt128(bit)) {
      result |= 1 << UInt128(bit)
    }
    return result
  }
}

@Suite("The SHA-256 of these tests")
struct SHA256Tests {
  @Test(
    "it gives the published values",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func published(text: String, expected: String) {
    #expect(SHA256Hasher.hash(Array(text.utf8)).hex == expected)
  }
}

/// A small generator of pseudo-random numbers (SplitMix64), the same for the same seed.
struct Dice {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func roll(_ sides: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ z >> 31) % UInt64(sides))
  }
}

extension Digest {
  func flipped(bit: Int) -> Digest {
    var bytes = bytes
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    return Digest(bytes)!
  }
}
