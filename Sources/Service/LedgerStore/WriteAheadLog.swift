import Foundation

/// What lies in the write-ahead log of a SQLite file that nobody has open.
///
/// SQLite takes its frames up to the first whose checksum is wrong and says nothing of what follows. After
/// a loss of power that is right: of all appends only the last may be cut off. More behind it means that
/// bytes have rotted, and that what was answered would be gone in silence.
package struct WriteAheadLog: Sendable, Equatable {
  /// Commits that are there and that SQLite will not take.
  package private(set) var lostCommits = 0
  /// Frames with what they belong to, of which that is so.
  package private(set) var lostFrames = 0

  /// Nothing is lost.
  package static let none = WriteAheadLog()

  private init() {}

  private static let headerBytes = 32
  private static let frameHeader = 24

  /// - Parameter path: of the file that it belongs to.
  package init(of path: String) throws {
    let log = path + "-wal"
    guard FileManager.default.fileExists(atPath: log) else { return }
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: log)))
    guard bytes.count > Self.headerBytes else { return }
    let words = bytes.withUnsafeBytes { raw in
      (0..<8).map { UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self)) }
    }
    let page = try Self.pageBytes(path) ?? Int(words[2])
    guard (512...65_536).contains(page) else { return }
    let isBig = words[0] & 1 == 1
    var sum = Self.sum(bytes[..<24], (0, 0), isBig)
    var isTaken = words[0] & ~1 == 0x377F_0682 && sum == (words[6], words[7])
    for start in stride(from: Self.headerBytes, to: bytes.count, by: Self.frameHeader + page) {
      let end = start + Self.frameHeader + page
      guard end <= bytes.count else {
        lostFrames += 1
        break
      }
      let head = bytes.withUnsafeBytes { raw in
        (0..<6).map {
          UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: start + $0 * 4, as: UInt32.self))
        }
      }
      // Frames of an earlier round of the log have other salts, both of them.
      let isOfThis = head[2] == words[4] || head[3] == words[5]
      if isTaken {
        sum = Self.sum(bytes[start..<(start + 8)], sum, isBig)
        sum = Self.sum(bytes[(start + Self.frameHeader)..<end], sum, isBig)
        isTaken = head[2] == words[4] && head[3] == words[5] && sum == (head[4], head[5])
      }
      guard !isTaken, isOfThis else { continue }
      lostFrames += 1
      if head[1] != 0 { lostCommits += 1 }
    }
  }

  /// Bytes of a page, as the file itself says.
  private static func pageBytes(_ path: String) throws -> Int? {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    guard let head = try file.read(upToCount: 18).map([UInt8].init), head.count == 18 else {
      return nil
    }
    let size = Int(head[16]) << 8 | Int(head[17])
    return size == 1 ? 65_536 : size
  }

  /// SQLite's running checksum over pairs of words.
  private static func sum(
    _ bytes: ArraySlice<UInt8>, _ start: (UInt32, UInt32), _ isBig: Bool
  ) -> (UInt32, UInt32) {
    bytes.withUnsafeBytes { raw in
      var (one, two) = start
      for offset in stride(from: 0, to: raw.count - 7, by: 8) {
        let first = raw.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        let second = raw.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self)
        one &+= (isBig ? UInt32(bigEndian: first) : UInt32(littleEndian: first)) &+ two
        two &+= (isBig ? UInt32(bigEndian: second) : UInt32(littleEndian: second)) &+ one
      }
      return (one, two)
    }
  }
}
