import Foundation
import Ledger
import LedgerStore
import Logging
import Replica
import Units

/// What many transfers leave: the size of the file, the memory that it took, and how long a replica
/// needs to serve again from the last snapshot.
struct GrowthBench {
  /// `TRANSFERS` of the environment; 10,000,000 is the figure.
  static let transfers = number("TRANSFERS", 200_000)
  static let batch = 1_000
  /// Of the market: a hundred days, so that the day that `apply` remembers has a hundredth of all.
  static let time = 100 * Span.day
  /// Entries after the snapshot.
  static let tail = 10_000
  static let starts = 3

  static func run(_ scratch: Scratch) throws -> [Figure] {
    let path = scratch.file("growth.sqlite")
    defer { scratch.discard(path) }
    var purses = try Purses(path: path, seed: 5)
    let batches = max(1, transfers / batch)
    var took = 0.0
    for _ in 0..<batches {
      purses.time += time / Int64(batches)
      let mix = (0..<batch).map { _ in purses.transfer() }
      took += try seconds {
        try purses.commit(mix)
        try purses.lead()
      }
    }
    try purses.close(tail: tail)
    let entries = purses.core.state.position
    try purses.store.close()
    let size = ["", "-wal"].reduce(0) { sum, suffix in
      let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
      return sum + ((attributes?[.size] as? Int) ?? 0)
    }
    let memory = peak()
    // Each in a process of its own; the first one reads the file from where it was written.
    let starts = try (0..<Self.starts).map { _ in try start(path) }
    let slowest = starts.map(\.seconds).max() ?? 0
    let many = "\(batches * batch) transfers"
    return [
      Figure(
        name: "start after \(many)", target: "<= 5 s", measured: "\(text(slowest, 2)) s",
        met: slowest <= 5,
        detail: "from the snapshot and \(tail) transfers after it; "
          + "\(starts.map { text($0.seconds, 2) }.joined(separator: " ")) s, "
          + "at most \(starts.map(\.megabytes).max() ?? 0) MB of memory"),
      Figure(
        name: "file of \(many)", target: "published", measured: "\(text(Double(size) / 1e9, 2)) GB",
        met: true,
        detail: "\(entries) entries, \(size / max(1, Int(entries))) bytes an entry; written at "
          + "\(text(Double(batches * batch) / took, 0))/s in batches of \(batch); "
          + "\(memory) MB of memory at most"),
    ]
  }

  /// A replica that opens the file and begins to serve, in a process of its own.
  private static func start(_ path: String) throws -> (seconds: Double, megabytes: Int) {
    let (process, pipe) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["open", path]
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let parts = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard process.terminationStatus == 0, parts.count == 2, let seconds = Double(parts[0]),
      let megabytes = Int(parts[1])
    else { throw Fault("the file could not be opened again") }
    return (seconds, megabytes)
  }

  /// What `start` starts: prints the seconds and the megabytes.
  static func open(_ path: String) throws {
    var position: Int64 = 0
    let took = try seconds {
      let store = try LedgerStore(path: path)
      var core = try ReplicaCore(store: store, logger: Logger(label: "bench"), principal: "leader")
      try core.begin(genesis: nil, clock: core.state.time)
      position = core.state.position
      try store.close()
    }
    guard position > 0 else { throw Fault("\(path) is empty") }
    print("\(took) \(peak())")
  }

  /// The most memory that this process had, MB.
  private static func peak() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line.flatMap { Int($0.filter(\.isNumber)) } ?? 0) / 1_024
  }
}
