import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Synchronization
import Testing

/// A broker at half of what it can take, for as long as one likes: what it holds does not creep.
@Suite(.serialized) struct SoakTests {
  /// What a process holds at one moment.
  private struct Holding {
    /// Resident memory, KiB.
    var memory = 0
    var descriptors = 0
    /// The longest write-ahead log, bytes.
    var log = 0

    init(_ broker: BrokerProcess) throws {
      let pid = try #require(broker.pid)
      let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
      let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
      memory = try #require(Int(line.filter(\.isNumber)))
      let files = FileManager.default
      descriptors = try files.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
      for name in ["ledger.sqlite-wal", "ledger.sqlite-log-wal"] {
        let path = broker.folder.appendingPathComponent("data/\(name)").path
        let size = try? files.attributesOfItem(atPath: path)[.size] as? Int
        log = max(log, size ?? 0)
      }
    }
  }

  /// Ids of a day are remembered: so many KiB of memory each command may take besides.
  private static let kibibytesPerCommand = 2

  /// Four clients that place bids and cancel them, at a rate or as fast as it goes, each at least once.
  /// - Parameter rate: pairs a second of all; nil: no limit.
  /// - Returns: how many pairs there were.
  private func trade(
    _ market: SampleMarket, _ bid: Wire.PlaceBid, seconds: Int, rate: Double?
  ) async throws -> Int {
    let end = ContinuousClock.now + .seconds(seconds)
    return try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let trader = market.trader("hku-nlp")
          let begun = ContinuousClock.now
          var count = 0
          repeat {
            let placed = try await trader.placeBid(bid)
            if let id = placed.id { _ = try await trader.cancelBid(id) }
            count += 1
            guard let rate else { continue }
            let due = begun + .seconds(Double(count) * 4 / rate)
            try await Task.sleep(until: min(due, end), clock: .continuous)
          } while ContinuousClock.now < end
          return count
        }
      }
      return try await group.reduce(0, +)
    }
  }

  @Test("At half of its peak a broker's memory, descriptors and write-ahead logs stay as they are")
  func soak() async throws {
    let seconds = cases(20)
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let bid = try await market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
    let short = max(3, seconds / 20)
    let peak = Double(try await trade(market, bid, seconds: short, rate: nil)) / Double(short)
    // Long enough at half of that for caches to be filled; the second half is what counts.
    _ = try await trade(market, bid, seconds: seconds / 2, rate: peak / 2)
    let before = try Holding(broker)
    var pairs = 0
    var most = before
    for _ in 0..<10 {
      pairs += try await trade(market, bid, seconds: max(1, seconds / 20), rate: peak / 2)
      let now = try Holding(broker)
      most.memory = max(most.memory, now.memory)
      most.descriptors = max(most.descriptors, now.descriptors)
      most.log = max(most.log, now.log)
    }
    let allowed = before.memory + before.memory / 20 + 2 * pairs * Self.kibibytesPerCommand
    #expect(most.memory <= allowed, "\(before.memory) KiB grew to \(most.memory) in \(pairs) pairs")
    // A reader of the file and a connection may have been opened late.
    #expect(
      most.descriptors <= before.descriptors + 6, "\(before.descriptors), \(most.descriptors)")
    #expect(most.log <= 64 << 20, "\(most.log) bytes")
    #expect(pairs > 10)
    broker.stop()
    #expect(try broker.run("sampand", ["check", "--ledger", "data/ledger.sqlite"]).status == 0)
    let grown = (most.memory - before.memory) * 1_000 / max(1, before.memory)
    figure(
      "T34",
      "seconds at half of \(Int(2 * peak)) commands/s: memory +\(Double(grown) / 10) %, WAL "
        + "\(most.log >> 20) MiB, \(most.descriptors - before.descriptors) descriptors more",
      seconds)
  }
}
