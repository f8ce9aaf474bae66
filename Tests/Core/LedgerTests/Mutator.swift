import Ledger
import LedgerFixture
import Seeded
import Units

/// Spoils encoded entries in the ways that bytes get spoiled, and in those that somebody would try.
struct Mutator {
  var source: Source
  /// Encoded entries to start from and to take pieces of.
  let corpus: [[UInt8]]
  private let numbers: [[UInt8]] = [
    "0", "1", "-1", "7", "8", "64", "900000", "3600000", "1000000", "10000000", "70080",
    "1000000000000", "1000000000000000", "7258118400000", "9223372036854775807",
    "-9223372036854775808", "9223372036854775808", "99999999999999999999", "-0", "00", "",
  ].map { Array($0.utf8) }

  init(_ seed: UInt64, corpus: [[UInt8]]) {
    source = Source(seed)
    self.corpus = corpus
  }

  private mutating func below(_ count: Int) -> Int { Int(source.next() % UInt64(max(1, count))) }

  mutating func next() -> [UInt8] {
    var bytes = corpus[below(corpus.count)]
    for _ in 0...below(3) {
      guard !bytes.isEmpty else { return bytes }
      switch source.next() % 16 {
      case 0: bytes[below(bytes.count)] ^= 1 << UInt8(below(8))
      case 1: bytes.removeLast(below(bytes.count))
      case 2: splice(&bytes)
      case 3: bytes.insert(UInt8(below(256)), at: below(bytes.count))
      case 4, 5: swap(&bytes, isString)
      default: swap(&bytes, isDigit)
      }
    }
    return bytes
  }

  /// The beginning of one entry and the end of another, joined at the same punctuation.
  private mutating func splice(_ bytes: inout [UInt8]) {
    let other = corpus[below(corpus.count)]
    let mark = [UInt8(0x2C), 0x7B, 0x5B][below(3)]
    guard let cut = bytes[below(bytes.count)...].firstIndex(of: mark),
      let from = other[below(other.count)...].firstIndex(of: mark)
    else { return }
    bytes = Array(bytes[..<cut] + other[from...])
  }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private func isString(_ byte: UInt8) -> Bool { byte != 0x22 && byte != 0x2C && byte != 0x3A }

  /// Replaces a number by one at an edge, or a string by one that stands elsewhere in the corpus.
  private mutating func swap(_ bytes: inout [UInt8], _ belongs: (UInt8) -> Bool) {
    let digits = belongs(0x30) && !belongs(0x61)
    var at = below(bytes.count)
    while at < bytes.count, !(belongs(bytes[at]) && (!digits || isValue(bytes, at))) { at += 1 }
    guard at < bytes.count else { return }
    var end = at
    while end < bytes.count, belongs(bytes[end]) { end += 1 }
    if digits {
      bytes.replaceSubrange(at..<end, with: numbers[below(numbers.count)])
      return
    }
    let other = corpus[below(corpus.count)]
    guard let open = other[below(other.count)...].firstIndex(of: 0x22),
      let close = other[(open + 1)...].firstIndex(of: 0x22)
    else { return }
    bytes.replaceSubrange(at..<end, with: other[(open + 1)..<close])
  }

  /// A digit that is part of a number, not of a string.
  private func isValue(_ bytes: [UInt8], _ at: Int) -> Bool {
    at > 0 && [0x3A, 0x2C, 0x5B, 0x2D].contains(bytes[at - 1])
  }
}
