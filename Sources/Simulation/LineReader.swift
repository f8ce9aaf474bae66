import Foundation

/// Why a trace could not be read: the file, the line where it has one, and what to do about it.
package struct TraceError: Error, Equatable, CustomStringConvertible {
  package var file: String
  /// From 1, the header included; nil when the fault is not in a line.
  package var line: Int?
  package var reason: String

  package init(file: String, line: Int? = nil, reason: String) {
    self.file = file
    self.line = line
    self.reason = reason
  }

  package var description: String {
    if let line { return "\(file), line \(line): \(reason)" }
    return "\(file): \(reason)"
  }
}

/// The lines of a file, one at a time, with no more than one block in memory. A name that ends in
/// `.gz` is read through `gzip -dc`, which every Debian has.
final class LineReader {
  private let file: String
  private let handle: FileHandle
  private let child: Process?
  private var block: [UInt8] = []
  private var next = 0
  private var ended = false
  /// Of the line returned last, from 1.
  private(set) var line = 0

  /// No line of a trace is longer; a longer one is the sign of a file of another kind.
  private static let longest = 65_536

  init(_ file: String) throws(TraceError) {
    self.file = file
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else {
      throw TraceError(file: file, reason: "there is no such file; check the path")
    }
    guard !isFolder.boolValue, FileManager.default.isReadableFile(atPath: file) else {
      throw TraceError(file: file, reason: "is a folder, or you may not read it")
    }
    if file.hasSuffix(".gz") {
      let gzip = Process()
      let pipe = Pipe()
      gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      gzip.arguments = ["gzip", "-dc", "--", file]
      gzip.standardOutput = pipe
      gzip.standardError = FileHandle.nullDevice
      do { try gzip.run() } catch {
        throw TraceError(
          file: file, reason: "gzip could not be started (\(error)); unpack the file")
      }
      child = gzip
      handle = pipe.fileHandleForReading
    } else {
      guard let plain = FileHandle(forReadingAtPath: file) else {
        throw TraceError(file: file, reason: "could not be opened")
      }
      child = nil
      handle = plain
    }
  }

  deinit {
    if let child, child.isRunning { child.terminate() }
    try? handle.close()
  }

  /// The next line without its end (`\n` or `\r\n`), or nil at the end of the file.
  func read() throws(TraceError) -> String? {
    var bytes: [UInt8] = []
    while true {
      if next < block.count {
        if let end = block[next...].firstIndex(of: UInt8(ascii: "\n")) {
          bytes.append(contentsOf: block[next..<end])
          next = end + 1
          return try text(bytes)
        }
        bytes.append(contentsOf: block[next...])
        next = block.count
      }
      if bytes.count > Self.longest {
        throw TraceError(file: file, line: line + 1, reason: "the line is longer than 64 KiB")
      }
      let more = ended ? false : try fill()
      if !more {
        return bytes.isEmpty ? nil : try text(bytes)
      }
    }
  }

  private func text(_ bytes: [UInt8]) throws(TraceError) -> String {
    line += 1
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TraceError(file: file, line: line, reason: "is not UTF-8 text")
    }
    return text.hasSuffix("\r") ? String(text.dropLast()) : text
  }

  private func fill() throws(TraceError) -> Bool {
    let data: Data?
    do { data = try handle.read(upToCount: 262_144) } catch {
      throw TraceError(file: file, line: line + 1, reason: "could not be read: \(error)")
    }
    if let data, !data.isEmpty {
      block = [UInt8](data)
      next = 0
      return true
    }
    ended = true
    if let child {
      child.waitUntilExit()
      if child.terminationStatus != 0 {
        throw TraceError(
          file: file, line: line + 1,
          reason: "gzip stopped with status \(child.terminationStatus): the file is damaged")
      }
    }
    return false
  }
}
