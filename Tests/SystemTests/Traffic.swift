import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Synchronization
import Testing

/// Tenants that send one cent after the other through whichever replica takes it, each under one key until
/// there is an answer, as a client does; what they sent and what they heard is written down here.
final class Traffic: Sendable {
  private struct Notes {
    /// Positions by key, once there is an answer.
    var heard: [String: Int64] = [:]
    var latest: Int64 = -1
    /// The last to be acknowledged of commands, by when they were sent first.
    var lastSent = ContinuousClock.now
    var isOver = false
    var refusals: [String] = []
  }

  private let notes = Mutex(Notes())
  let cluster: BrokerCluster
  private let token: String
  private let clients: Mutex<Task<Void, Never>?>

  /// - Parameter bids: one command in so many is a bid.
  private init(_ cluster: BrokerCluster, clients count: Int = 4, bids: Int = 50) throws {
    self.cluster = cluster
    token = try #require(cluster.market.traders["hku-nlp"])
    clients = Mutex(nil)
    let task = Task { [self] in
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<count { group.addTask { [self] in await work(bids) } }
      }
    }
    clients.withLock { $0 = task }
  }

  /// Traffic on a cluster for as long as something is done to it.
  static func during(
    _ cluster: BrokerCluster, clients: Int = 4, _ body: (Traffic) async throws -> Void
  ) async throws {
    let traffic = try Traffic(cluster, clients: clients)
    do { try await body(traffic) } catch {
      // Who has no answer yet gets none any more.
      traffic.clients.withLock { $0 }?.cancel()
      await traffic.stop()
      throw error
    }
    await traffic.stop()
  }

  /// Lets every client hear of its last command, and returns then.
  func stop() async {
    notes.withLock { $0.isOver = true }
    await clients.withLock { $0 }?.value
  }

  var acknowledged: Int { notes.withLock { $0.heard.count } }
  /// The highest position that was acknowledged.
  var latest: Int64 { notes.withLock { $0.latest } }
  private var isOver: Bool { notes.withLock { $0.isOver } }

  /// Waits until so many more are acknowledged.
  func more(_ count: Int) async throws {
    let goal = acknowledged + count
    _ = try await SampleMarket.until("\(count) more commands, \(refusals)") {
      acknowledged >= goal ? true : nil
    }
  }

  /// Waits for the first answer to a command that was sent after a moment.
  /// - Returns: how long after it.
  func recovery(since moment: ContinuousClock.Instant) async throws -> Duration {
    for _ in 0..<60_000 {
      if notes.withLock({ $0.lastSent > moment }) { return .now - moment }
      try await Task.sleep(for: .milliseconds(2))
    }
    throw BrokerProcess.Trouble("no command was taken any more, \(refusals)")
  }

  var refusals: [String] { notes.withLock { $0.refusals } }

  // MARK: A client

  private func work(_ bids: Int) async {
    var number = Int.random(in: 0..<1_000)
    while !isOver {
      number += 1
      let key = CommandID.random()
      let sent = ContinuousClock.now
      guard let position = await send(key, isBid: number % bids == 0) else { return }
      notes.withLock { notes in
        notes.heard[key.text] = position
        notes.latest = max(notes.latest, position)
        notes.lastSent = max(notes.lastSent, sent)
      }
    }
  }

  /// Until there is an answer.
  private func send(_ key: CommandID, isBid: Bool) async -> Int64? {
    let leg = Wire.TransferLeg(
      action: .pay, debit: "hku-nlp:hkd", credit: "cyberport:hkd",
      amount: WireMoney(.hkd, minor: 1))
    var bid: Wire.PlaceBid?
    while !Task.isCancelled {
      let replica = cluster.replicas[Int.random(in: cluster.replicas.indices)]
      var client = replica.client(token)
      client.timeout = .seconds(4)
      do {
        if isBid, bid == nil { bid = try await Self.bid(client) }
        if let bid { return try await client.placeBid(bid, key: key).position.value }
        return try await client.sendTransfer(Wire.SendTransfer(legs: [leg]), key: key).position
          .value
      } catch is CancellationError {
        return nil
      } catch let error as BrokerClientError {
        if case .refused(let problem) = error, (400..<500).contains(problem.status) {
          notes.withLock { $0.refusals.append("\(problem.code): \(problem.detail)") }
          Issue.record("a command was refused: \(error)")
          return nil
        }
      } catch {
        Issue.record("\(error)")
        return nil
      }
      try? await Task.sleep(for: .milliseconds(20))
    }
    return nil
  }

  /// One that asks for little at a low price, and is over soon.
  private static func bid(_ client: BrokerClient) async throws -> Wire.PlaceBid {
    let now = try await client.clock().market.milliseconds
    return Wire.PlaceBid(
      kind: .block,
      alternatives: [
        Wire.Alternative(
          chip: "h800-80g", gpus: 1, quarters: 4, limit: WireMoney(.hkd, minor: 1))
      ],
      earliest: WireTime(clamping: now), latestEnd: WireTime(clamping: now + 12 * 3_600_000),
      reclaim: .never)
  }

  // MARK: The end

  /// What came of it all: every command once, in the place that was said, in one log without a gap; the
  /// replicas have the same entries and the same states, and no round ended twice.
  func check() async throws {
    await stop()
    let heard = notes.withLock { $0.heard }
    try await settle()
    var entries: [String: Int64] = [:]
    var position: Int64 = 0
    var epoch: Int64 = 0
    while true {
      let lines = try await cluster.maker(0).ledgerLog(from: Position(clamping: position))
      guard !lines.isEmpty else { break }
      for line in lines {
        let entry = try #require(
          try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
        #expect(entry["n"] as? Int64 == position)
        let own = entry["e"] as? Int64 ?? -1
        #expect(own >= epoch, "the epoch falls at \(position)")
        epoch = own
        let id = try #require(entry["id"] as? String)
        #expect(entries.updateValue(position, forKey: id) == nil, "\(id) is there twice")
        position += 1
      }
    }
    for (key, place) in heard {
      #expect(entries[key] == place, "\(key) was acknowledged at \(place)")
    }
    #expect(!heard.isEmpty)
    try await rounds()
    try files()
  }

  /// Waits until all have applied the same.
  private func settle() async throws {
    _ = try await SampleMarket.until("the replicas to have the same log") { () -> Bool? in
      var found: Set<String> = []
      for number in cluster.replicas.indices {
        guard let head = try? await cluster.maker(number).ledgerHead() else { return nil }
        found.insert("\(head.size.text) \(head.root)")
      }
      return found.count == 1 ? true : nil
    }
  }

  private func rounds() async throws {
    var ends: [Int64: Int] = [:]
    for try await entry in cluster.maker(0).ledgerEntries() {
      for event in entry.events where event.contains("\"round-ended\"") {
        let event = try JSONSerialization.jsonObject(with: Data(event.utf8)) as? [String: Any]
        let what = try #require(event?["what"] as? [String: Any])
        ends[try #require(what["round"] as? Int64), default: 0] += 1
      }
    }
    #expect(!ends.isEmpty)
    #expect(
      ends.values.allSatisfy { $0 == 1 }, "rounds that ended twice: \(ends.filter { $1 > 1 })")
  }

  /// Every ledger file holds in every respect, and nobody found a difference.
  private func files() throws {
    for replica in cluster.replicas {
      replica.stop()
      let report = try replica.run("sampand", ["check", "--ledger", "data/ledger.sqlite"])
      #expect(report.status == 0, "\(report.output.suffix(2_000))")
      #expect(report.output.contains("checks hold"))
      let files = try FileManager.default.contentsOfDirectory(
        atPath: replica.folder.appendingPathComponent("data").path)
      #expect(!files.contains { $0.contains("-evidence-") })
    }
  }
}
