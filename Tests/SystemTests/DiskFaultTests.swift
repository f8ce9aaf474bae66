import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Synchronization
import Testing

/// A broker whose disk fails: it ends or goes on, and what it acknowledged is there after it.
@Suite(.serialized) struct DiskFaultTests {
  /// Clients that send bids, and what they heard.
  private final class Bidders: Sendable {
    struct Note {
      var answer: Wire.Accepted?
    }
    let market: SampleMarket
    let bid: Wire.PlaceBid
    private let notes = Mutex<[CommandID: Note]>([:])
    /// What all bids that are known to be there are called.
    private let known = Mutex<Set<String>>([])

    init(_ market: SampleMarket) async throws {
      self.market = market
      bid = try await market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
    }

    /// Sends until the broker gives no receipt, or so many times.
    func send(_ most: Int) async {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask { [self] in
            let trader = market.trader("hku-nlp")
            for _ in 0..<most / 4 {
              let key = CommandID.random()
              notes.withLock { $0[key] = Note() }
              guard let answer = try? await trader.placeBid(bid, key: key) else { return }
              notes.withLock { $0[key]?.answer = answer }
            }
          }
        }
      }
    }

    /// Asks again for everything since the last time: what was answered is answered the same.
    /// - Returns: how many were acknowledged before.
    func compare(_ remark: String) async throws -> Int {
      let all = notes.withLock { notes in
        defer { notes = [:] }
        return notes
      }
      let trader = market.trader("hku-nlp")
      for (key, note) in all {
        let again = try await SampleMarket.until("the answer to \(key)") { [bid] in
          try? await trader.placeBid(bid, key: key)
        }
        if let answer = note.answer { #expect(again == answer, "\(remark)") }
        if let id = again.id {
          #expect(known.withLock { $0.insert(id).inserted }, "\(id) is there twice: \(remark)")
        }
      }
      return all.values.count { $0.answer != nil }
    }

    /// Every bid is there once, with its money, and the file holds in every respect.
    func finish() async throws {
      let ids = known.withLock { $0 }
      let found = try await market.trader("hku-nlp").listBids().all().map(\.bid)
      #expect(found.count == ids.count && Set(found) == ids)
      let account = try await market.trader("hku-nlp").showAccount("hku-nlp:hkd")
      #expect(account.held.minor == Int64(ids.count))
      market.broker.kill()
      let report = try market.broker.run("sampand", ["check", "--ledger", "data/ledger.sqlite"])
      #expect(report.status == 0, "\(report.output)")
    }
  }

  private static let market = BrokerProcess.market.replacingOccurrences(
    of: "rules: {", with: "rules: {openBidsPerParty: 1000000, ")

  @Test(
    "Whichever write or synchronisation fails, nothing that was acknowledged is lost or doubled",
    .enabled(
      if: DiskFaults.isCompilerThere, "clang builds what makes a disk fail: apt-get install clang"))
  func faults() async throws {
    let broker = try BrokerProcess(market: Self.market)
    defer { broker.remove() }
    let faults = try #require(try DiskFaults(in: broker.folder))
    let bidders = try await Bidders(SampleMarket(broker))
    let count = cases(0)
    var source = Source(30)
    // At small counts two calls of each kind, one of the start and one after it; at full counts every call, and each fourth of the other kinds.
    let plan: [(DiskFaults.Kind, Int)] =
      count == 0
      ? DiskFaults.Kind.allCases.flatMap { kind in
        [(kind, Int(source.number(1...12))), (kind, Int(source.number(60...200)))]
      }
      : (1...count).flatMap { call in
        call % 4 == 0 ? DiskFaults.Kind.allCases.map { ($0, call) } : [(.once, call)]
      }
    var (ended, acknowledged) = (0, 0)
    for (kind, call) in plan {
      broker.kill()
      broker.environment = faults.environment(kind, at: call)
      // Some calls are those of the start, which then fails.
      if (try? broker.start()) != nil { await bidders.send(20 + call) }
      if !broker.isRunning { ended += 1 }
      broker.kill()
      broker.environment = [:]
      try broker.start()
      acknowledged += try await bidders.compare("\(kind) at \(call)")
    }
    #expect(ended * 4 > plan.count && acknowledged > 0, "\(ended), \(acknowledged)")
    try await bidders.finish()
    figure(
      "T30",
      "calls to the disk that failed (\(ended) ended the broker, \(acknowledged) receipts kept)",
      plan.count)
  }

  @Test("A disk that is full ends the broker with a reason; with room it goes on where it was")
  func full() async throws {
    guard geteuid() == 0 else { try Test.cancel("only root may mount a small disk") }
    let broker = try BrokerProcess(market: Self.market)
    defer { broker.remove() }
    let bidders = try await Bidders(SampleMarket(broker))
    #expect(try await bidders.compare("before") == 0)
    broker.stop()
    let data = broker.folder.appendingPathComponent("data").path
    try FileManager.default.moveItem(atPath: data, toPath: data + "-before")
    try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: false)
    guard try Self.run("mount", "-t", "tmpfs", "-o", "size=12m,mode=0700", "tmpfs", data) == 0
    else {
      try Test.cancel("this machine lets nobody mount a small disk")
    }
    defer { _ = try? Self.run("umount", "-l", data) }
    #expect(try Self.run("cp", "-a", data + "-before/.", data) == 0)
    try broker.start()
    await bidders.send(20_000)
    // Clients hear of it first, then the process ends.
    _ = try await SampleMarket.until("the end of the broker") { !broker.isRunning ? true : nil }
    #expect(
      broker.text("sampand.log").contains("full"), "\(broker.text("sampand.log").suffix(400))")
    #expect(try Self.run("mount", "-o", "remount,size=96m", data) == 0)
    try broker.start()
    let acknowledged = try await bidders.compare("full")
    #expect(acknowledged > 20)
    try await bidders.finish()
    figure("T30", "receipts from before a disk was full, all kept", acknowledged)
  }

  private static func run(_ program: String, _ arguments: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
