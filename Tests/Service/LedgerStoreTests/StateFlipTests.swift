import CommandLog
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Seeded
import Testing
import Units

@testable import Replica

/// One field of one replica's live state has another value than it should.
@Suite struct StateFlipTests {
  /// What became of a flip.
  private enum Fate {
    /// The replica knows, or cannot go on.
    case found
    /// What was flipped was written again before the close.
    case overwritten
    case undetected
  }

  @Test(
    "a replica whose live state has one flipped field knows it by the seal after the next close")
  func flips() throws {
    let entries = try Self.entries()
    let empty = try LedgerFile()
    var source = Source(18)
    let count = cases(40)
    var (found, overwritten) = (0, 0)
    var core = try ReplicaCore(
      store: try LedgerStore(path: empty.path), logger: LedgerFile.silent, principal: "leader")
    // From the beginning to the end, as often as it takes.
    let start = core
    let stride = max(1, entries.count / max(1, count))
    while found < count {
      for (position, bytes) in entries.enumerated() {
        _ = try core.apply(LogBatch(first: Int64(position), entries: [bytes]))
        #expect(core.difference == nil)
        guard source.number(0...Int64(stride)) == 0, found < count,
          let flipped = Self.flipped(core.state, &source)
        else { continue }
        switch try Self.fate(of: flipped, core, entries[(position + 1)...]) {
        case .found: found += 1
        case .overwritten: overwritten += 1
        case .undetected: Issue.record("a flip after entry \(position) was not found")
        case nil: break
        }
      }
      core = start
    }
    figure(
      "T18", "flips of a field of the live state (\(overwritten) more were overwritten)", found)
  }

  @Test(
    "a replica that refuses the leader's seals themselves knows by that",
    arguments: ["epoch", "unsealed"])
  func refusedSeals(field: String) throws {
    let entries = try Self.entries()
    let empty = try LedgerFile()
    var core = try ReplicaCore(
      store: try LedgerStore(path: empty.path), logger: LedgerFile.silent, principal: "leader")
    let middle = entries.count / 2
    for (position, bytes) in entries[..<middle].enumerated() {
      _ = try core.apply(LogBatch(first: Int64(position), entries: [bytes]))
    }
    let text = String(decoding: FieldCodec.encode(core.state), as: UTF8.self)
    let value = field == "epoch" ? core.state.epoch : core.state.unsealed
    let other = text.replacingOccurrences(
      of: "\"\(field)\":\(value)", with: "\"\(field)\":\(value + 1)")
    #expect(other != text)
    let flipped = try FieldCodec.decode(LedgerState.self, from: Array(other.utf8))
    #expect(try Self.fate(of: flipped, core, entries[middle...]) == .found)
  }

  /// The whole script, with seals that hold.
  private static func entries() throws -> [[UInt8]] {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    defer { try? store.close() }
    return try store.entries(from: 0, limit: 1 << 20).map(\.1)
  }

  /// The same state but for one byte of its canonical form that a state can have.
  private static func flipped(
    _ state: borrowing LedgerState, _ source: inout Source
  ) -> LedgerState? {
    let bytes = FieldCodec.encode(state)
    for _ in 0..<200 {
      let place = Int(source.number(0...Int64(bytes.count - 1)))
      var other = bytes
      switch bytes[place] {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        other[place] = UInt8(ascii: "0") + UInt8(source.number(0...9))
      case UInt8(ascii: "a")...UInt8(ascii: "z"):
        other[place] = UInt8(ascii: "a") + UInt8(source.number(0...25))
      default: continue
      }
      guard other != bytes, let flipped = try? FieldCodec.decode(LedgerState.self, from: other),
        FieldCodec.encode(flipped) == other
      else { continue }
      return flipped
    }
    return nil
  }

  /// What happens until the first seal after the next close; nil: there is none any more.
  private static func fate(
    of flipped: LedgerState, _ right: ReplicaCore, _ entries: ArraySlice<[UInt8]>
  ) throws -> Fate? {
    var (right, wrong) = (right, right)
    wrong.state = flipped
    var closed: Int64?
    for (position, bytes) in zip(entries.indices, entries) {
      let batch = LogBatch(first: Int64(position), entries: [bytes])
      let applied = try right.apply(batch)
      do { _ = try wrong.apply(batch) } catch { return .found }
      if wrong.difference != nil { return .found }
      guard wrong.state.position == right.state.position else { return .found }
      let events = applied.entries.flatMap(\.events)
      for event in events {
        if case .roundClosed = event { closed = closed ?? Int64(position) }
        guard case .sealed(let seal) = event, let closed, seal.to >= closed else { continue }
        return FieldCodec.encode(wrong.state) == FieldCodec.encode(right.state)
          ? .overwritten : .undetected
      }
    }
    return nil
  }
}
