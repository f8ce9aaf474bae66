import Federation
import Foundation
import Ledger
import Market
import Testing
import Units

@Suite("A large market for some rounds")
struct ScaleTests {
  /// What a second state makes of the entries that the run showed.
  private final class Second {
    var state = LedgerState()
    var bytes = 0
    var entries = 0
    var kinds: [String: Int] = [:]

    func take(_ entry: [UInt8]) throws {
      bytes += entry.count
      entries += 1
      let decoded = try Entry.decode(entry)
      kinds[decoded.command.kind.rawValue, default: 0] += 1
      _ = try state.apply(decoded)
    }
  }

  @Test("every figure is that of the run")
  func figures() throws {
    let second = Second()
    var failure: (any Error)?
    var run = try ScaleRun(
      ScaleRun.Size(sites: 3, poolsPerSite: 2, bidsPerDay: 960)
    ) { bytes in
      do { try second.take(bytes) } catch { failure = error }
    }
    for _ in 0..<36 { try run.round() }
    #expect(failure == nil)
    let mark = try #require(run.marks.last)
    let state = FieldCodec.encode(second.state)
    #expect(run.marks.map(\.rounds) == [12, 24, 36])
    #expect(mark.logBytes == second.bytes)
    #expect(mark.stateBytes == state.count)
    #expect(mark.leases == second.state.leases.count)
    #expect(mark.bids == second.state.book.bids.count)
    #expect(mark.leases > 0)
    #expect(mark.restingBytes > mark.stateBytes && mark.clearingBytes > mark.stateBytes)
    for share in run.shares where !share.what.hasPrefix("(") {
      #expect(share.count == second.kinds[share.what], "\(share.what)")
    }
    #expect(run.shares.first { $0.what == "place-bid" }?.count == 36 * 10)
    #expect(run.shares.first { $0.what == "(clearing)" }?.count == 36)
    // Names, colons and commas are the rest of the object.
    #expect(mark.parts.reduce(0) { $0 + $1.bytes + 1 } == state.count - 1)
    #expect(mark.parts.contains { $0.name == "leases" })
  }

  @Test("a run kept in a file goes on as if it had never stopped; another market's is refused")
  func kept() throws {
    let path = FileManager.default.temporaryDirectory.path + "/scale-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let size = ScaleRun.Size(sites: 3, poolsPerSite: 2, bidsPerDay: 960)
    #expect(try ScaleRun.read(from: path, size: size) == nil)
    var whole = try ScaleRun(size)
    for _ in 0..<15 { try whole.round() }
    try whole.write(to: path)
    var second = try #require(try ScaleRun.read(from: path, size: size))
    #expect(second.rounds == 15)
    for _ in 0..<9 {
      try whole.round()
      try second.round()
    }
    #expect(second.marks.map(\.logBytes) == whole.marks.map(\.logBytes))
    #expect(second.marks.map(\.parts) == whole.marks.map(\.parts))
    #expect(second.shares.map(\.count) == whole.shares.map(\.count))
    let other = ScaleRun.Size(sites: 3, poolsPerSite: 2, bidsPerDay: 960, seed: 2)
    #expect(throws: ScaleRun.FileFault.self) { try ScaleRun.read(from: path, size: other) }
    try Data("{}\n{}".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: ScaleRun.FileFault.self) { try ScaleRun.read(from: path, size: size) }
  }

  @Test("the power of a figure's growth is found, of even growth and of worse")
  func powers() throws {
    let rounds = Array(stride(from: 12, through: 120, by: 12))
    let even = try #require(ScaleRun.Growth("even", rounds.map { ($0, Double($0) * 7) }))
    #expect((0.99...1.01).contains(even.power))
    #expect((6.99...7.01).contains(even.perRound))
    let square = try #require(ScaleRun.Growth("square", rounds.map { ($0, Double($0 * $0)) }))
    #expect((1.99...2.01).contains(square.power))
    #expect(ScaleRun.Growth("short", [(12, 1), (24, 2)]) == nil)
  }
}
