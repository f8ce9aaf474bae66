import Foundation
import Ledger
import LedgerFixture
import Market
import Seeded
import Testing
import Units

@Suite struct ReplayTests {
  /// A log with some of everything, and the results of its entries.
  private static func story(_ seed: UInt64, _ count: Int = 3_000) throws -> Exchange {
    var fair = try Fair(seed: seed, remembers: true)
    while fair.count < count { try fair.step() }
    return fair.exchange
  }

  private static func bytes(_ events: [Event], at position: Int64) -> [[UInt8]] {
    events.enumerated().map { $1.encoded(position: position, index: $0) }
  }

  @Test("the same log gives the same events, byte for byte, and the same state", arguments: [1, 2])
  func deterministic(_ seed: UInt64) throws {
    let exchange = try Self.story(seed)
    var again = LedgerState()
    for (entry, events) in zip(exchange.log, exchange.results) {
      let read = try Entry.decode(FieldCodec.encode(entry))
      let repeated = try again.apply(read)
      let same =
        Self.bytes(repeated, at: entry.position) == Self.bytes(events, at: entry.position)
      #expect(same, "entry \(entry.position)")
      if !same { return }
    }
    let same = FieldCodec.encode(again) == FieldCodec.encode(exchange.state)
    #expect(same)
  }

  @Test("a snapshot of a close has the same bytes again and the same future", arguments: [3, 4])
  func snapshot(_ seed: UInt64) throws {
    let exchange = try Self.story(seed)
    var state = LedgerState()
    var snapshots: [(from: Int, state: LedgerState)] = []
    for (index, entry) in exchange.log.enumerated() {
      let events = try state.apply(entry)
      guard events.contains(where: { if case .roundClosed = $0 { true } else { false } }) else {
        continue
      }
      let bytes = FieldCodec.encode(state)
      let back = try FieldCodec.decode(LedgerState.self, from: bytes)
      let same = FieldCodec.encode(back) == bytes
      #expect(same, "at \(index)")
      let frozen = back.frozen?.instance == state.frozen?.instance
      #expect(frozen && back.frozen?.bids == state.frozen?.bids)
      if snapshots.count < 12 || index % 7 == 0 { snapshots.append((index + 1, back)) }
    }
    #expect(snapshots.count > 10)
    let end = FieldCodec.encode(state)
    for (from, restored) in snapshots.suffix(8) + snapshots.prefix(4) {
      var restored = restored
      for (entry, events) in zip(exchange.log[from...], exchange.results[from...]) {
        let repeated = try restored.apply(entry)
        let same =
          Self.bytes(repeated, at: entry.position) == Self.bytes(events, at: entry.position)
        #expect(same, "entry \(entry.position) after the snapshot at \(from)")
        if !same { return }
      }
      let same = FieldCodec.encode(restored) == end
      #expect(same)
    }
  }

  @Test("entries, events and states are what Python's json.dumps with sorted keys writes")
  func python() throws {
    let exchange = try Self.story(5, 1_700)
    var lines = exchange.log.map { String(decoding: FieldCodec.encode($0), as: UTF8.self) }
    for (entry, events) in zip(exchange.log, exchange.results) {
      lines += Self.bytes(events, at: entry.position).map { String(decoding: $0, as: UTF8.self) }
    }
    lines.append(String(decoding: FieldCodec.encode(exchange.state), as: UTF8.self))
    guard let echoed = try Seeded.python(lines) else { return }
    let different = zip(lines, echoed).filter { $0 != $1 }.count
    let first = zip(lines, echoed).first { $0 != $1 }.map { "\($0.0.prefix(2_000))" } ?? ""
    #expect(echoed.count == lines.count && different == 0, "\(first)")
    #expect(lines.count > 4_000)
  }

  @Test("a snapshot is read back however many metros a site has measured")
  func manyMetros() throws {
    var hall = try Hall()
    for part in 0..<3 {
      var report = LatencyReport()
      report.site = "hk"
      report.items = (0..<200).map { index in
        var item = Latency()
        item.metro = "m\(part)-\(index)"
        item.roundTrip = 5
        return item
      }
      try hall.exchange.send(.setLatencies(report), by: hall.hk, as: .agent)
    }
    let bytes = FieldCodec.encode(hall.exchange.state)
    let back = try FieldCodec.decode(LedgerState.self, from: bytes)
    #expect(back.book.latencies.count == 600)
  }

  @Test("an entry out of its place or its time stops the replica and changes nothing")
  func faults() throws {
    let hall = try Hall()
    var state = hall.exchange.state
    var entry = try #require(hall.exchange.log.last)
    let expected = state.position
    #expect(throws: LedgerFault.wrongPosition(expected: expected, found: entry.position)) {
      try state.apply(entry)
    }
    entry.position = expected
    entry.time = state.time - 1
    #expect(throws: LedgerFault.timeFell(last: state.time, found: entry.time)) {
      try state.apply(entry)
    }
    let same = FieldCodec.encode(state) == FieldCodec.encode(hall.exchange.state)
    #expect(same)
    var empty = LedgerState()
    entry.position = 0
    #expect(throws: LedgerFault.noGenesis) { try empty.apply(entry) }
  }
}
