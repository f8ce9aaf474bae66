import Foundation
import Testing

@testable import SiteRuntime

@Suite struct SpoolTests {
  private var memory: SiteMemory {
    var memory = SiteMemory(site: "s")
    memory.wanted = WantedSet(
      position: 7, asOf: 5, leases: [Rehearsal.lease("a", hours: 0..<2)])
    memory.metered = ["a": 900_000]
    memory.reported = ["a": .open]
    memory.outbox = [
      ReadingBatch(
        key: String(repeating: "a", count: 32),
        readings: [Reading(lease: "a", from: 0, to: 900_000, delivered: 7, used: 6)])
    ]
    memory.generation = 9
    return memory
  }

  @Test("what was saved is there in the next life, readable by its owner alone")
  func survives() throws {
    let folder = try Scratch()
    try Spool(directory: folder.path + "/spool", site: "s").save(memory)
    let next = try Spool(directory: folder.path + "/spool", site: "s")
    #expect(next.memory == memory)
    let mode = try FileManager.default.attributesOfItem(
      atPath: folder.path + "/spool/spool.json")[.posixPermissions]
    #expect(mode as? Int == 0o600)
  }

  @Test("half a file beside it, as a crash leaves one, does no harm")
  func halfWritten() throws {
    let folder = try Scratch()
    try Spool(directory: folder.path, site: "s").save(memory)
    try Data("{\"gen".utf8).write(to: URL(fileURLWithPath: folder.path + "/spool.json.new"))
    let next = try Spool(directory: folder.path, site: "s")
    #expect(next.memory == memory)
    try next.save(SiteMemory(site: "s"))
  }

  @Test("a spool that cannot be read, or is another site's, is refused and says what to do")
  func refused() throws {
    let folder = try Scratch()
    try Spool(directory: folder.path, site: "s").save(memory)
    let other = #expect(throws: SpoolError.self) {
      _ = try Spool(directory: folder.path, site: "t")
    }
    #expect(other?.description.contains("site s") == true)
    try Data("{".utf8).write(to: URL(fileURLWithPath: folder.path + "/spool.json"))
    let broken = #expect(throws: SpoolError.self) {
      _ = try Spool(directory: folder.path, site: "s")
    }
    #expect(broken?.description.contains("restore it") == true)
  }

  @Test("a second agent on the same spool is refused while the first one lives")
  func locked() throws {
    let folder = try Scratch()
    do {
      let first = try Spool(directory: folder.path, site: "s")
      let error = #expect(throws: SpoolError.self) {
        _ = try Spool(directory: folder.path, site: "s")
      }
      #expect(error?.description.contains("another agent") == true)
      try first.save(memory)
    }
    #expect(try Spool(directory: folder.path, site: "s").memory == memory)
  }

  @Test("market time runs at its scale, and never back when the anchor is corrected")
  func clock() {
    let hand = HandClock(1_000)
    let clock = SharedClock(wall: { hand.now })
    clock.set(MarketClock(anchorMarketMs: 50_000, anchorWallMs: 1_000, scale: 1_200))
    #expect(clock.now == 50_000)
    hand.pass(10)
    #expect(clock.now == 62_000)
    clock.set(MarketClock(anchorMarketMs: 60_000, anchorWallMs: 1_010, scale: 1_200))
    #expect(clock.now == 62_000)
    hand.pass(10)
    #expect(clock.now == 72_000)
    #expect(clock.clock?.wallLength(of: 1_201) == 2)
    #expect(
      MarketClock(anchorMarketMs: .max - 5, anchorWallMs: 0, scale: 1_000).market(at: .max) == .max)
  }
}
