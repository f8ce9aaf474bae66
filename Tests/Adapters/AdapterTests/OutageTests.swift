import AdapterKit
import Foundation
import Testing

@testable import SiteRuntime

/// Three days without a broker: what the agent remembers is enough for leases and readings.
@Suite struct OutageTests {
  private static let hour = Rehearsal.hour
  private static let midnight = Rehearsal.midnight
  /// So long readings are kept for a broker that is away, hours.
  private static let spooled: Int64 = 72
  /// Ends in the outage, begins and ends in it, begins in it, outlives it.
  private static let schedule: [String: Range<Int64>] = [
    "ends": 0..<10, "within": 20..<30, "begins": 60..<80, "outlives": 0..<78,
  ]

  private func leases(at time: Int64) -> Set<String> {
    Set(
      Self.schedule.filter { _, hours in
        Self.midnight + hours.lowerBound * Self.hour <= time
          && time < Self.midnight + hours.upperBound * Self.hour
      }.keys)
  }

  @Test(
    "Without a broker for 72 h leases begin and end by schedule; their readings come after it, each once"
  )
  func threeDays() throws {
    let folder = try Scratch()
    var show = Rehearsal()
    show.broker.leases = Self.schedule.map { Rehearsal.lease($0.key, hours: $0.value, gpus: 4) }
      .sorted { $0.lease < $1.lease }
    show.tell()
    let (cut, back) = (Self.midnight + Self.hour, Self.midnight + (1 + Self.spooled) * Self.hour)
    show.advance(to: cut)
    show.broker.isDown = true
    let before = show.broker.readings.count
    let reports = show.broker.reports.count
    for half in 1..<2 * Self.spooled {
      show.advance(to: cut + half * Self.hour / 2)
      // It is killed and has its spool alone: the broker tells it nothing.
      if half % 9 == 0 { show.restart(seed: UInt64(half)) }
      // Between two boundaries: some time before a start a lease is prepared.
      guard half % 2 == 1 else { continue }
      let there = try show.adapter.allocations().filter { $0.state == .open }.map(\.lease)
      #expect(Set(there) == leases(at: show.now), "after \(half) half hours")
    }
    show.advance(to: back)
    #expect(show.broker.readings.count == before && show.broker.reports.count == reports)

    // All of it is in the file that outlives the agent, and no more than a reading a quarter hour.
    try Spool(directory: folder.path, site: "s").save(show.saved)
    show.saved = try Spool(directory: folder.path, site: "s").memory
    let kept = show.saved.outbox.flatMap(\.readings)
    let due = Self.schedule.values.map { 4 * ($0.clamped(to: 1..<1 + Self.spooled)).count }
    #expect((due.reduce(0, +) - 4...due.reduce(0, +) + 4).contains(kept.count), "\(kept.count)")
    let bytes = try #require(
      FileManager.default.attributesOfItem(atPath: folder.path + "/spool.json")[.size] as? Int)
    #expect(bytes < kept.count * 400 + 10_000, "\(bytes) bytes")

    show.broker.isDown = false
    show.broker.lostAnswers = 5
    show.restart(seed: 1_000)
    show.advance(to: Self.midnight + 84 * Self.hour)
    #expect(show.broker.overlaps == 0 && show.saved.outbox.isEmpty)
    for (lease, hours) in Self.schedule {
      let readings = show.broker.readings.filter { $0.lease == lease }.sorted { $0.from < $1.from }
      #expect(readings.count == 4 * hours.count, "\(lease)")
      #expect(zip(readings, readings.dropFirst()).allSatisfy { $0.to == $1.from }, "\(lease)")
      #expect(show.delivered(lease) == Int64(hours.count) * Self.hour * 4, "\(lease)")
      #expect(show.broker.states(lease).last == .closed, "\(lease)")
    }
  }
}
