import CommandLog
import Foundation
import LedgerStore
import Replica
import Seeded
import Testing

/// Bits that change in the files of a replica after they were written, as disks let them.
@Suite(.serialized)
struct RotTests {
  private static let names = ["", "-wal", "-log", "-log-wal"]

  /// The files of a replica that died while it had answered so many bids.
  private struct Remains {
    var files: [(name: String, bytes: [UInt8])] = []
    /// Everything that was answered.
    var entries: [[UInt8]] = []

    init(answered: Int) async throws {
      let file = try LedgerFile.written()
      let running = try ReplicaTests.Running(file, start: ReplicaTests.start)
      try await running.waitUntilServing()
      for number in 0..<answered { _ = try await running.replica.submit(ReplicaTests.bid(number)) }
      let store = running.replica.store
      entries = try store.entries(from: 0, limit: 1 << 20).map(\.1)
      // What the files are without any farewell.
      files = try RotTests.names.map { name in
        (name, [UInt8](try Data(contentsOf: URL(fileURLWithPath: file.path + name))))
      }
      running.stop()
    }

    func placed(_ changed: Int?, _ bytes: [UInt8]) throws -> LedgerFile {
      let file = try LedgerFile()
      for (index, one) in files.enumerated() {
        try Data(index == changed ? bytes : one.bytes).write(
          to: URL(fileURLWithPath: file.path + one.name))
      }
      return file
    }
  }

  private enum Found { case start, scrub, said, harmless, silent }

  /// What a start and a scrub make of such files.
  private func look(_ file: LedgerFile, _ remains: Remains) async throws -> Found {
    let log = LocalCommandLog.path(of: file.path)
    let tail = (try? WriteAheadLog(of: log)) ?? WriteAheadLog.none
    do { try await LogFileTests.run(file) } catch { return .start }
    guard (try? LedgerVerifier.verify(path: file.path).ok) == true else { return .scrub }
    let store = try LedgerStore(path: file.path)
    defer { try? store.close() }
    let entries = try store.entries(from: 0, limit: remains.entries.count).map(\.1)
    if entries == remains.entries { return .harmless }
    return tail.lostFrames > 0 ? .said : .silent
  }

  @Test(
    "A bit that changes in a ledger, its log or what lies before them is found, or changes nothing")
  func flips() async throws {
    let remains = try await Remains(answered: 40)
    #expect(try await look(remains.placed(nil, []), remains) == .harmless, "as they were")
    let count = cases(24)
    var source = Source(31)
    var found: [Found: Int] = [:]
    for number in 0..<count {
      let index = number % remains.files.count
      var bytes = remains.files[index].bytes
      guard !bytes.isEmpty else { continue }
      let place = Int(source.number(0...Int64(bytes.count - 1)))
      let bit = UInt8(source.number(0...7))
      bytes[place] ^= 1 << bit
      let file = try remains.placed(index, bytes)
      let what = try await look(file, remains)
      found[what, default: 0] += 1
      #expect(
        what != .silent, "bit \(bit) of byte \(place) of ledger.sqlite\(remains.files[index].name)")
    }
    let (start, scrub) = (found[.start] ?? 0, found[.scrub] ?? 0)
    #expect(start + scrub > 0)
    figure(
      "T31",
      "bits flipped in ledger, log and their WALs: \(start) found at start, \(scrub) by check, "
        + "\(found[.said] ?? 0) said to be cut off, the rest changed nothing", count)
  }

  @Test("An entry that is changed in the log beside a ledger is not applied, however well it reads")
  func changedEntry() async throws {
    for bytes in [#"replace(bytes, '"limit":100', '"limit":900')"#, "bytes || ''", "digest"] {
      let file = try LedgerFile.written()
      let running = try ReplicaTests.Running(file, start: ReplicaTests.start)
      try await running.waitUntilServing()
      _ = try await running.replica.submit(ReplicaTests.bid(1))
      let log = LocalCommandLog.path(of: file.path)
      let bench = try Workbench(path: log)
      try bench.run("UPDATE batches SET bytes = \(bytes)")
      try bench.close()
      let other = try LocalCommandLog(path: log)
      let floor = try await other.head().floor
      if bytes.hasPrefix("bytes") {
        #expect(try await !other.batches(from: floor).isEmpty)
      } else {
        await #expect { try await other.batches(from: floor) } throws: {
          if case LogFailure.damaged = $0 { true } else { false }
        }
      }
      try other.close()
      running.stop()
    }
  }

  @Test("A log that lost more than its last append is refused; one that lost that alone says so")
  func cutOff() async throws {
    let remains = try await Remains(answered: 10)
    let wal = try #require(remains.files.firstIndex { $0.name == "-log-wal" })
    let whole = remains.files[wal].bytes
    let frame = 24 + 4_096
    let frames = (whole.count - 32) / frame
    func opened(_ bytes: [UInt8]) throws -> Bool {
      let file = try remains.placed(wal, bytes)
      let log = try LocalCommandLog(path: LocalCommandLog.path(of: file.path))
      defer { try? log.close() }
      return log.isCutOff
    }
    #expect(try !opened(whole))
    var last = whole
    last[32 + (frames - 1) * frame + 100] ^= 1
    #expect(try opened(last))
    for place in [20, 32 + 3, 32 + 9, 32 + 2 * frame + 500] {
      var early = whole
      early[place] ^= 1
      #expect(throws: LogFailure.self, "byte \(place)") { try opened(early) }
    }
  }
}
