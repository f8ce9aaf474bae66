import BrokerAPI
import CommandLog
import Foundation
import Ledger
import LedgerFixture
import Market
import Peers
import Replica
import Testing
import Units

/// A follower's side of the log, from files.
@Suite(.timeLimit(.minutes(15))) struct FollowedLogTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
    "sampan-bundles-\(UUID().uuidString)")

  /// Ten entries that are canonical; the first is a genesis.
  private static let entries: [[UInt8]] = (0..<10).map { number in
    let command: Command =
      number == 0 ? .genesis(Exchange.genesis(rules: Rules())) : .lead(Numbered(Int64(number)))
    return FieldCodec.encode(
      Entry(
        position: Int64(number), time: 5, epoch: 0, id: String(repeating: "\(number)", count: 32),
        by: "leader", role: .leader, command: command))
  }

  private static var pin: LedgerPin {
    let digest = try? output(of: entries[0])
    return LedgerPin(origin: "test.example", genesis: digest ?? "")
  }

  /// SHA-256 by another program than ours.
  private static func output(of bytes: [UInt8]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    input.fileHandleForWriting.write(Data(bytes))
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return String(text.prefix(64))
  }

  private func write(_ range: Range<Int>) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let bytes = Self.entries[range].joined(separator: [0x0A]) + [0x0A]
    try Data(bytes).write(
      to: folder.appendingPathComponent(BundleName.of(Int64(range.lowerBound))))
  }

  private func log(_ pin: LedgerPin = Self.pin) -> FollowedLog {
    FollowedLog(source: BundleSource(folder: folder.path), pin: pin)
  }

  @Test("From any position on the entries come byte for byte, also those of files that come later")
  func reads() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(0..<4)
    try write(4..<6)
    let log = log()
    for from in 0..<6 {
      var (next, got): (Int64, [[UInt8]]) = (Int64(from), [])
      while true {
        let batches = try await log.batches(from: next)
        guard let last = batches.last else { break }
        #expect(batches[0].first == next)
        got += batches.flatMap(\.entries)
        next = last.next
      }
      #expect(got == Array(Self.entries[from..<6]))
    }
    #expect(try await log.head().next == 6)
    #expect(try await log.batches(from: 6).isEmpty)
    async let woken: Void = log.wait(after: 6)
    try write(6..<10)
    await woken
    #expect(try await log.batches(from: 6).flatMap(\.entries) == Array(Self.entries[6...]))
  }

  @Test("A bundle that is missing is named, and a folder that begins later sends for a backup")
  func gaps() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(2..<4)
    try write(6..<8)
    let log = log()
    await #expect(throws: LogFailure.behind(floor: 2)) { try await log.batches(from: 0) }
    await #expect(
      throws: LogFailure.damaged(
        "\(folder.path) has no entries from 4 to 5: a bundle is missing")
    ) { try await log.batches(from: 4) }
  }

  @Test("Another ledger than the one that is pinned is not followed")
  func pins() async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try write(0..<2)
    let pin = Self.pin
    let others = [
      LedgerPin(origin: pin.origin, genesis: String(repeating: "0", count: 64)),
      LedgerPin(origin: "else.example", genesis: pin.genesis),
    ]
    for other in others.map({ log($0) }) {
      await #expect(throws: LogFailure.self) { try await other.batches(from: 0) }
    }
    #expect(try await log().batches(from: 0).count == 1)
  }

  @Test("A follower cannot lead and appends nothing")
  func writesNothing() async throws {
    let log = log()
    #expect(try await log.campaign(Candidate(name: "f", url: "")) == nil)
    let term = Term(revision: 1, lease: 1)
    #expect(try await !log.keepAlive(term))
    await #expect(throws: LogFailure.self) {
      try await log.append(LogBatch(first: 0, entries: [Self.entries[0]]), term: term)
    }
    await #expect(throws: LogFailure.self) { try await log.truncate(before: 1, term: term) }
  }
}
