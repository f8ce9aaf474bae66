import AdapterKit
import Foundation
import Loopback
import Synchronization
import Testing

@testable import SiteRuntime

/// A broker in this process on a market clock that runs 1,200 times as fast as the wall.
final class FastBroker: BrokerPort {
  static let scale: Int64 = 1_200
  private let state = Mutex(RehearsedBroker())
  private let began = ContinuousClock().now

  var market: Int64 {
    let passed = (ContinuousClock().now - began) / .milliseconds(1)
    return Rehearsal.midnight + Int64(passed * Double(Self.scale))
  }

  func change(_ body: (inout RehearsedBroker) -> Void) {
    state.withLock {
      body(&$0)
      $0.position += 1
    }
  }

  var book: RehearsedBroker { state.withLock { $0 } }

  func clock() async throws(BrokerError) -> BrokerTime {
    if book.isDown { throw .again("down") }
    return BrokerTime(market: market, scale: Self.scale)
  }

  func wanted(after: Int64?, waitSeconds: Int64) async throws(BrokerError) -> WantedAnswer {
    for _ in 0..<500 {
      let book = book
      if book.isDown { throw .again("down") }
      if book.position > after ?? -1 {
        return WantedAnswer(
          set: WantedSet(position: book.position, asOf: market, leases: book.leases),
          time: BrokerTime(market: market, scale: Self.scale))
      }
      do { try await Task.sleep(for: .milliseconds(5)) } catch { throw .again("cancelled") }
    }
    throw .again("slow")
  }

  func report(_ report: LeaseReport) async throws(BrokerError) {
    if let error = state.withLock({ $0.report(report) }) { throw error }
  }

  func post(_ batch: ReadingBatch) async throws(BrokerError) {
    if let error = state.withLock({ $0.post(batch) }) { throw error }
  }

  func withdraw(_ end: OfferEnd) async throws(BrokerError) {
    if let error = state.withLock({ $0.withdraw(end) }) { throw error }
  }

  func publish(_ offer: SiteOffer) async throws(BrokerError) {
    if let error = state.withLock({ $0.publish(offer) }) { throw error }
  }
}

@Suite(.timeLimit(.minutes(15))) struct SiteAgentTests {
  private let terms = OfferTerms(
    currency: "HKD", pools: [OfferTerms.Pool(pool: "h800", asks: [.init(price: 1_800)])])

  /// Starts an agent on a loopback site; cancel the task to stop it.
  private func start(
    _ broker: FastBroker, in folder: Scratch, seed: UInt64
  ) throws -> (Task<Void, any Error>, LoopbackSite) {
    let spool = try Spool(directory: folder.path + "/spool", site: "s")
    let clock = SharedClock(wall: { Int64(Date().timeIntervalSince1970 * 1_000) })
    let site = try LoopbackSite(
      .sample(in: folder.path + "/leases", slack: 200 * FastBroker.scale), now: { clock.now })
    let agent = SiteAgent(
      adapter: site, broker: broker, spool: spool, clock: clock, terms: terms, seed: seed,
      note: { _ in })
    return (Task { try await agent.run() }, site)
  }

  private func wait(_ seconds: Int = 60, until done: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<(seconds * 100) {
      if try await done() { return true }
      try await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  private func lease(_ name: String, _ broker: FastBroker, hours: Int64) -> WantedLease {
    let start = (broker.market / 900_000 + 2) * 900_000
    return WantedLease(
      lease: name, pool: "h800", chip: "h800-80g", tenant: "hku", start: start,
      end: start + hours * 3_600_000,
      steps: [WantedStep(from: start, to: start + hours * 3_600_000, gpus: 8)])
  }

  @Test("a lease becomes a process and is gone after it, through a broker's and an agent's restart")
  func wholeLife() async throws {
    let folder = try Scratch()
    let broker = FastBroker()
    var (task, site) = try start(broker, in: folder, seed: 1)
    // Long enough for a busy machine: it is ended when the test has seen what it wants.
    let lease = lease("l-1", broker, hours: 5_000)
    broker.change { $0.leases = [lease] }
    #expect(try await wait { broker.book.states("l-1").contains(.open) })
    #expect(try await wait { !broker.book.offers.isEmpty })
    let see = try #require(try await site.allocations().first?.access["see"])
    let pid = try #require(see.split(separator: " ").last.flatMap { pid_t($0) })
    #expect(kill(pid, 0) == 0)

    broker.change { $0.isDown = true }
    task.cancel()
    _ = try? await task.value
    #expect(kill(pid, 0) == 0, "the lease goes on without an agent")
    broker.change { $0.isDown = false }
    (task, site) = try start(broker, in: folder, seed: 2)
    // A busy machine may open late; what counts is what follows.
    #expect(try await wait { broker.book.readings.count { $0.delivered == 900_000 * 8 } > 6 })
    let end = broker.market
    broker.change { $0.leases[0].endedAt = end }

    #expect(try await wait { broker.book.states("l-1").last == .closed })
    #expect(kill(pid, 0) == -1)
    #expect(try await site.allocations() == [])
    task.cancel()
    _ = try? await task.value
    expectWhole(broker.book.readings.sorted { $0.from < $1.from }, from: lease.start, to: end)
    #expect(broker.book.overlaps == 0)
  }

  /// No gap, no overlap; and from the first full reading on every one is full, over both restarts.
  private func expectWhole(_ readings: [Reading], from start: Int64, to end: Int64) {
    #expect(readings.first?.from == start && readings.last?.to == end)
    for (reading, next) in zip(readings, readings.dropFirst()) { #expect(reading.to == next.from) }
    let full = readings.drop { $0.delivered < ($0.to - $0.from) * 8 }
    let parts = readings.map { "\(($0.to - $0.from) / 1_000) s: \($0.delivered / 8_000)" }
    #expect(full.count > 3, "\(parts)")
    #expect(full.allSatisfy { $0.delivered == ($0.to - $0.from) * 8 })
  }

  @Test("an agent that cannot write its spool stops and says so")
  func fullDisk() async throws {
    let folder = try Scratch()
    let broker = FastBroker()
    let (task, _) = try start(broker, in: folder, seed: 1)
    try FileManager.default.createDirectory(
      atPath: folder.path + "/spool/spool.json.new", withIntermediateDirectories: true)
    let lease = lease("l-1", broker, hours: 2)
    broker.change { $0.leases = [lease] }
    let error = await #expect(throws: SpoolError.self) { try await task.value }
    #expect(error?.description.contains("spool.json.new") == true)
  }
}
