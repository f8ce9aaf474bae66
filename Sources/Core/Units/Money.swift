/// The currencies that accounts are kept in. Amounts are whole minor units (cent, fen, avo), prices
/// whole minor units per GPU-hour.
package enum Currency: String, Sendable, CaseIterable, Comparable {
  case cny = "CNY"
  case hkd = "HKD"
  case mop = "MOP"

  package static func < (left: Currency, right: Currency) -> Bool { left.rawValue < right.rawValue }

  /// As it stands in the id of an account.
  package var suffix: String {
    switch self {
    case .cny: "cny"
    case .hkd: "hkd"
    case .mop: "mop"
    }
  }
}

/// Bounds of what a command may say. They are chosen so that no product or sum of the rules leaves
/// `Int128`, and so that totals of live state stay inside `Int64`.
package enum Bound {
  /// Milliseconds since 1970 UTC, up to the year 2200.
  package static let time: ClosedRange<Int64> = 0...7_258_118_400_000
  /// Minor units of one transfer, account limit or hold: 10^15, that is ten thousand billion dollars.
  package static let amount: ClosedRange<Int64> = 1...1_000_000_000_000_000
  /// Minor units per GPU-hour: up to 100,000 dollars.
  package static let price: ClosedRange<Int64> = 0...10_000_000
  /// Minor units that one bid may hold: ten billion dollars. With `rate` it keeps every surplus of
  /// one bid, in 1/64 mHKD per quarter GPU-hour, inside `Int64`.
  package static let hold: ClosedRange<Int64> = 1...1_000_000_000_000
  /// How far a rate may be from one, either way.
  package static let rateFactor: Int64 = 100
  /// GPUs of one offer, bid or cell.
  package static let gpus: ClosedRange<Int64> = 1...1_000_000
  /// Quarter hours: up to two years.
  package static let quarters: ClosedRange<Int64> = 1...70_080
  /// Positions, rounds, generations.
  package static let position: ClosedRange<Int64> = 0...1_000_000_000_000
  /// Round-trip time, ms.
  package static let roundTrip: ClosedRange<Int64> = 0...10_000
  /// GPU-milliseconds of one lease.
  package static let gpuTime: ClosedRange<Int64> = 0...100_000_000_000_000_000
}

/// `a * b / c` rounded down, for a, b not negative and c positive, in 128 bits; nil when the result
/// leaves 64 bits.
package func scaledDown(_ a: Int64, _ b: Int64, over c: Int64) -> Int64? {
  Int64(exactly: Int128(a) * Int128(b) / Int128(c))
}

/// `a * b / c` rounded up, under the same terms.
package func scaledUp(_ a: Int64, _ b: Int64, over c: Int64) -> Int64? {
  Int64(exactly: (Int128(a) * Int128(b) + Int128(c) - 1) / Int128(c))
}

/// `a / c` rounded up, for c positive.
package func dividedUp(_ a: Int128, by c: Int128) -> Int128 {
  let (quotient, remainder) = a.quotientAndRemainder(dividingBy: c)
  return remainder > 0 ? quotient + 1 : quotient
}

/// `a / c` rounded down (towards minus infinity), for c positive.
package func dividedDown(_ a: Int128, by c: Int128) -> Int128 {
  let (quotient, remainder) = a.quotientAndRemainder(dividingBy: c)
  return remainder < 0 ? quotient - 1 : quotient
}

/// How many HKD one unit of a foreign currency is worth: `numerator / denominator` (clearing.md, 2).
package struct Rate: Sendable, Equatable, Record {
  package var denominator: Int64 = 1
  package var numerator: Int64 = 1

  package init() {}

  package init(numerator: Int64, denominator: Int64) {
    self.numerator = numerator
    self.denominator = denominator
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("denominator", &denominator, 1...1_000_000_000)
    try codec.int("numerator", &numerator, 1...1_000_000_000)
  }
}
