import AdapterKit
import Foundation
import Testing

@testable import Loopback

@Suite struct LoopbackTests {
  let minute: Int64 = 60_000

  private func order(
    _ lease: String, _ state: AllocationOrder.State = .open, gpus: Int64 = 8, at clock: HandClock,
    due: Int64? = nil
  ) -> AllocationOrder {
    AllocationOrder(
      lease: lease, tenant: "hku", pool: "h800", chip: "h800-80g", state: state, gpus: gpus,
      start: clock.now - 3_600_000, end: clock.now + 10 * 3_600_000, due: due ?? clock.now)
  }

  /// The pid that the access facts name; asked of the system, not of the adapter.
  private func pid(_ allocation: Allocation) throws -> pid_t {
    let words = try #require(allocation.access["see"]).split(separator: " ")
    return try #require(words.last.flatMap { pid_t($0) })
  }

  private func delivered(_ site: LoopbackSite, _ from: Int64, _ to: Int64) async throws -> Int64 {
    try await site.usage(Interval(from: from, to: to)).map(\.delivered).reduce(0, +)
  }

  @Test(
    "an open lease is a real process under its name, a prepared one is none, a removed one is gone")
  func process() async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let site = try LoopbackSite(.sample(in: folder.path), now: { clock.now })
    let prepared = try await site.apply(order("l-1", .prepared, at: clock))
    #expect(prepared.access["see"] == nil)
    let pid = try pid(try await site.apply(order("l-1", at: clock)))
    #expect(kill(pid, 0) == 0)
    #if os(Linux)
      let name = try String(contentsOfFile: "/proc/\(pid)/cmdline", encoding: .utf8)
      #expect(name.hasPrefix("sampan:l-1"))
      #expect(getpgid(pid) == pid, "in a process group of its own")
    #endif
    try await site.remove("l-1")
    #expect(try await dies(pid))
    #expect(try await site.allocations() == [])
  }

  /// Whether a process that was killed is gone within a minute, or dead and not yet buried.
  private func dies(_ pid: pid_t) async throws -> Bool {
    for _ in 0..<6_000 {
      let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
      if kill(pid, 0) == -1 || stat?.contains(") Z ") == true { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  @Test("a restarted site finds its processes again and goes on counting")
  func restart() async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let begin = clock.now
    var site = try LoopbackSite(.sample(in: folder.path), now: { clock.now })
    let first = try pid(try await site.apply(order("l-1", gpus: 16, at: clock)))
    clock.pass(30 * minute)
    site = try LoopbackSite(.sample(in: folder.path), now: { clock.now })
    let found = try #require(try await site.allocations().first)
    #expect(try pid(found) == first && found.state == .open && found.gpus == 16)
    #expect(try await delivered(site, begin, clock.now) == 30 * minute * 16)
    try await site.stopAll()
    #expect(try await dies(first))
  }

  @Test("while its process is dead a lease is not delivered; a new process is started")
  func killed() async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let begin = clock.now
    let site = try LoopbackSite(.sample(in: folder.path), now: { clock.now })
    let first = try pid(try await site.apply(order("l-1", at: clock)))
    clock.pass(10 * minute)
    _ = try await site.allocations()
    kill(first, SIGKILL)
    #expect(try await dies(first))
    clock.pass(5 * minute)
    let second = try pid(try #require(try await site.allocations().first))
    #expect(second != first && kill(second, 0) == 0)
    clock.pass(10 * minute)
    #expect(try await delivered(site, begin, clock.now) == 20 * minute * 8)
    let usage = try #require(try await site.usage(Interval(from: begin, to: clock.now)).first)
    #expect(usage.used <= usage.delivered && usage.used * 10 >= usage.delivered * 8)
    try await site.stopAll()
  }

  @Test("a process that died while no agent ran ends the delivery when it was last seen")
  func killedUnseen() async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let begin = clock.now
    var site = try LoopbackSite(.sample(in: folder.path), now: { clock.now })
    let first = try pid(try await site.apply(order("l-1", at: clock)))
    clock.pass(15 * minute)
    #expect(try await delivered(site, begin, clock.now) == 15 * minute * 8)
    kill(first, SIGKILL)
    #expect(try await dies(first))
    clock.pass(60 * minute)
    site = try LoopbackSite(.sample(in: folder.path), now: { clock.now })
    _ = try await site.allocations()
    clock.pass(minute)
    #expect(try await delivered(site, begin, clock.now) == 16 * minute * 8)
    try await site.stopAll()
  }

  @Test("an order that comes a hair late is on time, one that comes later is not")
  func slack() async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let begin = clock.now
    let site = try LoopbackSite(
      .sample(in: folder.path, processes: .none, slack: minute), now: { clock.now })
    clock.pass(minute)
    _ = try await site.apply(order("on-time", at: clock, due: begin))
    clock.pass(minute)
    _ = try await site.apply(order("late", at: clock, due: begin))
    clock.pass(minute)
    // A size that was due a minute ago takes that minute back from the old size, and only that.
    _ = try await site.apply(order("on-time", gpus: 16, at: clock, due: clock.now - minute))
    clock.pass(minute)
    let usage = try await site.usage(Interval(from: begin, to: clock.now))
    #expect(usage.first { $0.lease == "on-time" }?.delivered == 2 * minute * 8 + 2 * minute * 16)
    #expect(usage.first { $0.lease == "late" }?.delivered == 2 * minute * 8)
  }

  @Test("a lease closes by itself when its end has come")
  func ownEnd() async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let site = try LoopbackSite(.sample(in: folder.path), now: { clock.now })
    let pid = try pid(try await site.apply(order("l-1", at: clock)))
    clock.pass(11 * 3_600_000)
    #expect(try await site.allocations().first?.state == .prepared)
    #expect(try await dies(pid))
    try await site.stopAll()
  }

  @Test("two open leases never hold more than the pool; the second is asked to come again")
  func full() async throws {
    let folder = try Scratch()
    let clock = HandClock()
    let site = try LoopbackSite(.sample(in: folder.path, processes: .none), now: { clock.now })
    _ = try await site.apply(order("a", gpus: 24, at: clock))
    _ = try await site.apply(order("b", .prepared, gpus: 16, at: clock))
    await #expect(throws: AdapterError.self) {
      _ = try await site.apply(order("b", gpus: 16, at: clock))
    }
    #expect(try await site.allocations().first { $0.lease == "b" }?.state == .prepared)
    try await site.remove("a")
    #expect(try await site.apply(order("b", gpus: 16, at: clock)).state == .open)
  }

  @Test("beyond 64 processes a lease runs without one and says so")
  func most() async throws {
    let folder = try Scratch()
    let clock = HandClock()
    var configuration = LoopbackConfiguration.sample(in: folder.path)
    configuration.pools[0].gpus = 800
    let site = try LoopbackSite(configuration, now: { clock.now })
    for index in 0..<66 { _ = try await site.apply(order("l-\(index)", at: clock)) }
    let all = try await site.allocations()
    #expect(all.count { $0.access["see"] != nil } == 64)
    #expect(all.count { $0.note?.contains("64") == true } == 2)
    let begin = clock.now
    clock.pass(minute)
    #expect(try await delivered(site, begin, clock.now) == 66 * minute * 8)
    let pids = try all.filter { $0.access["see"] != nil }.map(pid)
    try await site.stopAll()
    for pid in pids { #expect(try await dies(pid)) }
  }

  @Test("a daily schedule goes over midnight at +08:00")
  func daily() async throws {
    let folder = try Scratch()
    let clock = HandClock(Rehearsal.midnight + 60 * minute)
    var configuration = LoopbackConfiguration.sample(in: folder.path, processes: .none)
    configuration.horizonDays = 1
    configuration.pools[0].daily = [
      .init(fromMinute: 22 * 60, toMinute: 8 * 60, gpus: 24),
      .init(fromMinute: 8 * 60, toMinute: 22 * 60, gpus: 8),
    ]
    let site = try LoopbackSite(configuration, now: { clock.now })
    let runs = try #require(try await site.capacity().first).runs
    let midnight = Rehearsal.midnight
    let hour = Rehearsal.hour
    #expect(runs[0] == CapacityRun(from: midnight + hour, to: midnight + 8 * hour, gpus: 24))
    #expect(runs[1] == CapacityRun(from: midnight + 8 * hour, to: midnight + 22 * hour, gpus: 8))
    #expect(runs[2] == CapacityRun(from: midnight + 22 * hour, to: midnight + 32 * hour, gpus: 24))
  }

  @Test("a lease file that cannot be read stops the site and names the file")
  func badFile() throws {
    let folder = try Scratch()
    try Data("{".utf8).write(to: URL(fileURLWithPath: folder.path + "/l-9.json"))
    let error = #expect(throws: AdapterError.self) {
      _ = try LoopbackSite(.sample(in: folder.path), now: { 0 })
    }
    #expect(error?.reason.contains("l-9.json") == true)
  }
}
