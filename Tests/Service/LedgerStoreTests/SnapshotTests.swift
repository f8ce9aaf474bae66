import Backup
import CommandLog
import Foundation
import Ledger
import LedgerStore
import Market
import Replica
import Seeded
import Testing
import Transparency

/// A replica that begins with a copy of another's ledger, made at any moment, and the rest of the log.
@Suite(.serialized)
struct SnapshotTests {
  /// Every entry of the whole market, as its ledger file has it.
  private static let log: [[UInt8]] = {
    guard let file = try? LedgerFile.written(), let store = try? LedgerStore(path: file.path) else {
      return []
    }
    defer { try? store.close() }
    return ((try? store.entries(from: 0, limit: 100_000)) ?? []).map(\.1)
  }()

  /// Follows the log from where a file ends, as a replica does that does not lead.
  private func follow(
    _ file: LedgerFile, to end: Int
  ) throws -> (digest: String, root: String, differs: Bool) {
    let store = try LedgerStore(path: file.path)
    defer { try? store.close() }
    var core = try ReplicaCore(store: store, logger: LedgerFile.silent, principal: "leader")
    var tree = try store.progress().tree
    var piece: [AppliedEntry] = []
    for position in Int(core.state.position)..<end {
      let applied = try core.apply(
        LogBatch(first: Int64(position), entries: [Self.log[position]]))
      piece += applied.entries
      if applied.snapshot != nil || position == end - 1 {
        try store.append(piece, tree: &tree, snapshot: applied.snapshot)
        piece = []
      }
    }
    return (core.digest, tree.root(hasher: SHA256Hasher()).hex, core.difference != nil)
  }

  /// A copy of a ledger that ends at a position, with its digest beside it.
  private func copy(of file: LedgerFile) throws -> LedgerFile {
    let store = try LedgerStore(path: file.path)
    let copy = try LedgerFile()
    _ = try store.publish(to: copy.path)
    try store.close()
    return copy
  }

  @Test("A copy of any moment and the rest of the log give the state and the root of the whole")
  func restored() throws {
    let original = try LedgerFile.written()
    let whole = try LedgerVerifier.verify(path: original.path)
    var source = Source(20)
    var snapshots = 0
    for _ in 0..<cases(6) {
      let position = Int(source.number(1...Int64(Self.log.count - 1)))
      let file = try LedgerFile()
      _ = try follow(file, to: position)
      let backup = try copy(of: file)
      #expect(try LedgerProof(of: backup.path).entries == Int64(position))
      let store = try LedgerStore(path: backup.path)
      if try !store.sealedSnapshots().isEmpty { snapshots += 1 }
      try store.close()
      let end = try follow(backup, to: Self.log.count)
      #expect(end.root == whole.root, "at \(position)")
      #expect(end.digest == whole.state, "at \(position)")
      #expect(!end.differs, "at \(position)")
    }
    #expect(snapshots > 0)
    figure(
      "T20", "copies of any moment that end like the whole; \(snapshots) began at a snapshot",
      cases(6))
  }

  @Test("A copy in which one bit is changed is refused, wherever that is")
  func tampered() throws {
    let backup = try copy(of: LedgerFile.written())
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: backup.path)))
    var source = Source(21)
    for _ in 0..<cases(6) {
      let place = Int(source.number(0...Int64(bytes.count - 1)))
      var changed = bytes
      changed[place] ^= 1 << UInt8(source.number(0...7))
      try Data(changed).write(to: URL(fileURLWithPath: backup.path))
      #expect(throws: (any Error).self, "byte \(place)") { try LedgerProof(of: backup.path) }
    }
    figure("T20", "copies with one changed bit, all refused", cases(6))
  }

  @Test("A copy of a ledger with another past is found by the seals of the rest of the log")
  func wrong() throws {
    let entries = Script.whole.entries
    let money = try #require(
      entries.firstIndex { if case .deposit = $0.command { true } else { false } })
    let last = try #require(
      try Self.log.map { try Entry.decode($0) }.lastIndex {
        if case .seal(let seal) = $0.command { seal.state != nil } else { false }
      })
    var source = Source(22)
    for _ in 0..<cases(4) {
      // Between the deposit's approval and the last close that a seal vouches for.
      let position = Int(source.number(Int64(money + 2)...Int64(last - 30)))
      var other = Array(entries[..<position])
      guard case .deposit(var terms) = other[money].command else { return }
      terms.amount += source.number(1...100)
      other[money].command = .deposit(terms)
      let file = try LedgerFile()
      try file.open { core in try core.send(other.dropFirst(2)) }
      #expect(try LedgerVerifier.verify(path: file.path).ok, "it is a ledger, though not this one")
      #expect(try follow(file, to: Self.log.count).differs, "at \(position)")
    }
    figure("T20", "copies of another past, all found by a seal", cases(4))
  }

  @Test("A copy that ends before the log begins is refused, and stays as it is")
  func old() async throws {
    var source = Source(23)
    for _ in 0..<cases(3) {
      let position = Int(source.number(1...Int64(Self.log.count - 2)))
      let floor = Int(source.number(Int64(position + 1)...Int64(Self.log.count - 1)))
      let file = try LedgerFile()
      _ = try follow(file, to: position)
      let log = try LocalCommandLog(
        path: LocalCommandLog.path(of: file.path), emptyAt: Int64(floor))
      let term = try #require(try await log.campaign(Candidate(name: "", url: "")))
      let rest = LogBatch(first: Int64(floor), entries: [Self.log[floor]])
      #expect(try await log.append(rest, term: term) == .done)
      try log.close()
      await #expect {
        try await LogFileTests.run(file)
      } throws: { error in
        "\(error)".contains("begins at position \(floor), this ledger ends at \(position)")
      }
    }
    figure("T20", "copies older than the log, all refused", cases(3))
  }
}
