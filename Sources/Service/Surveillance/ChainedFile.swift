import Foundation
import LedgerStore

/// A file of JSON lines, each of which carries a digest over itself and all before it: it is only ever added to,
/// and whoever noted the last digest sees whether anything before was changed. One process at a time has it.
package final class ChainedFile {
  /// No file grows beyond this.
  package static let byteLimit = 256 << 20

  package let path: String
  /// What stands in it, the oldest first.
  package private(set) var lines: [[UInt8]] = []
  /// Over all lines, hexadecimal; of none of them it is 64 zeros.
  package private(set) var chain = String(repeating: "0", count: 64)
  private let file: Int32
  private var size = 0

  /// Opens or makes the file, for its owner alone, and checks every line. What a process that was killed left
  /// half written at the end, and nobody was told of, is taken away.
  /// - Parameter isReading: nothing is made or taken away, and nothing can be added.
  package init(_ path: String, isReading: Bool = false) throws {
    self.path = path
    let way = isReading ? O_RDONLY : O_RDWR | O_CREAT | O_APPEND
    file = open(path, way | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw ChainFault.file(path, String(cString: strerror(errno))) }
    guard flock(file, (isReading ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 else {
      close(file)
      throw ChainFault.held(path)
    }
    do { try load(isReading: isReading) } catch {
      close(file)
      throw error
    }
  }

  deinit { close(file) }

  private func load(isReading: Bool) throws {
    guard let data = FileManager.default.contents(atPath: path), data.count <= Self.byteLimit else {
      throw ChainFault.file(
        path, "it is larger than \(Self.byteLimit >> 20) MiB, or cannot be read")
    }
    let bytes = Array(data)
    let end = (bytes.lastIndex(of: 0x0A) ?? -1) + 1
    let whole = bytes[..<end].dropLast()
    let split = end == 0 ? [] : whole.split(separator: 0x0A, omittingEmptySubsequences: false)
    for (number, line) in split.enumerated() {
      guard let body = Self.body(line), Self.line(body, after: chain).dropLast().elementsEqual(line)
      else { throw ChainFault.broken(path, number + 1) }
      take(body)
    }
    size = end
    guard end < bytes.count else { return }
    // A last line that lacks nothing but its end is one all the same.
    if let body = Self.body(bytes[end...]),
      Self.line(body, after: chain).dropLast().elementsEqual(bytes[end...])
    {
      take(body)
      size = bytes.count + 1
      if !isReading, write(file, "\n", 1) != 1 {
        throw ChainFault.file(path, String(cString: strerror(errno)))
      }
    } else if !isReading {
      ftruncate(file, off_t(end))
    }
  }

  /// Adds a line; after it, it is there even if the power fails.
  /// - Parameter body: one JSON object without a line break.
  package func append(_ body: [UInt8]) throws {
    let line = Self.line(body, after: chain)
    guard size + line.count <= Self.byteLimit else {
      throw ChainFault.file(path, "it is full; begin another")
    }
    let written = line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard written == line.count, fdatasync(file) == 0 else {
      let why = String(cString: strerror(errno))
      ftruncate(file, off_t(size))
      throw ChainFault.file(path, why)
    }
    size += line.count
    take(body)
  }

  private func take(_ body: [UInt8]) {
    chain = Self.digest(body, after: chain)
    lines.append(body)
  }

  private static func digest(_ body: [UInt8], after chain: String) -> String {
    SHA256Hasher.hex(Array("\(chain)\n".utf8) + body)
  }

  private static let head = Array(#"{"chain":""#.utf8)
  private static let middle = Array(#"","entry":"#.utf8)

  private static func line(_ body: [UInt8], after chain: String) -> [UInt8] {
    head + Array(digest(body, after: chain).utf8) + middle + body + Array("}\n".utf8)
  }

  private static func body(_ line: ArraySlice<UInt8>) -> [UInt8]? {
    let start = head.count + 64 + middle.count
    guard line.count > start, line.last == UInt8(ascii: "}") else { return nil }
    return Array(line.dropFirst(start).dropLast())
  }
}

/// Why a chained file is not used.
package enum ChainFault: Error, Equatable, CustomStringConvertible {
  case file(String, String)
  case held(String)
  /// Counts lines from 1.
  case broken(String, Int)

  package var description: String {
    switch self {
    case .file(let path, let why): "\(path): \(why)"
    case .held(let path): "another process has \(path); wait for it, or end it"
    case .broken(let path, let line):
      "\(path), line \(line): it does not follow from the lines before it, so that something was changed; "
        + "keep the file as it is, and restore a copy"
    }
  }
}
