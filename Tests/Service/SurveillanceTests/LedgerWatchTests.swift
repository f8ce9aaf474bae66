import BrokerFixture
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Surveillance
import Testing
import Units

@Suite("Surveillance over a ledger file")
struct LedgerWatchTests {
  /// A tenant buys of a centre that it belongs to, which two persons have stated, among two others.
  static func market(after before: Exchange? = nil) throws -> Exchange {
    var exchange = try before ?? Exchange()
    let until = exchange.time + 30 * Span.day
    let agent = try exchange.site("hk", .hk, .hkd, centre: "centre")
    let trader = try exchange.tenant("tenant", .hkd, money: 100_000_000)
    _ = try Exchange.accepted(
      try exchange.send(
        .publishOffer(.flat("hk", gpus: 64, ask: 1_000, until: until)), by: agent, as: .agent))
    var relation = Relation()
    relation.from = exchange.time
    relation.one = "centre"
    relation.other = "tenant"
    relation.source = String(repeating: "a", count: 64)
    _ = try Exchange.accepted(try exchange.decree(.scheme(.stateRelation(relation))))
    let bid = BidTerms.block(
      8, quarters: 4, limit: 1_500, from: exchange.time + Span.hour,
      until: exchange.time + 6 * Span.hour)
    _ = try Exchange.accepted(try exchange.send(.placeBid(bid), by: trader, as: .trader))
    try exchange.round()
    return exchange
  }

  static func file(_ exchange: Exchange, entries: Int = .max) throws -> String {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("surveillance-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let path = folder.appendingPathComponent("LEDGER.sqlite").path
    let store = try LedgerStore(path: path)
    var tree = try store.progress().tree
    let batch = zip(exchange.log, exchange.results).map {
      AppliedEntry(entry: $0, bytes: FieldCodec.encode($0), events: $1)
    }
    try store.append(Array(batch.prefix(entries)), tree: &tree)
    try store.close()
    return path
  }

  @Test("terms are as the log says from that entry on, but for those that were asked for")
  func logged() throws {
    var exchange = try Exchange()
    while exchange.state.version < LedgerState.newestVersion {
      _ = try Exchange.accepted(
        try exchange.decree(.activate(Numbered(exchange.state.version + 1))))
    }
    var oversight = Oversight()
    oversight.terms = [
      ("wash-hours", 48), ("late-rounds", 2), ("late-rounds-of", 3), ("amber-hhi", 0),
    ]
    .map {
      var term = SurveillanceTerm()
      (term.term, term.value) = ($0.0, Int64($0.1))
      return term
    }
    _ = try Exchange.accepted(try exchange.decree(.setOversight(oversight)))
    let set = exchange.state.position - 1
    var asked = WatchTerms()
    let isSet = asked.set(.lateRounds, to: 7)
    #expect(isSet)
    var watch = Watch(asked)
    for (entry, events) in zip(exchange.log, exchange.results) {
      #expect(watch.terms == asked)
      _ = watch.take(entry, events)
    }
    #expect(watch.terms[.washHours] == 48 && watch.terms[.lateRounds] == 7)
    #expect(watch.terms[.amberHHI] == WatchTerms.Term.amberHHI.standard)
    #expect(watch.strange.map(\.term) == ["late-rounds-of", "amber-hhi"])
    #expect(watch.strange.allSatisfy { $0.position == set })

    let path = try Self.file(try Self.market(after: exchange))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let report = try LedgerWatch.read(path: path, WatchTerms())
    #expect(report.strange == watch.strange)
    #expect(!report.alerts.isEmpty && report.alerts.allSatisfy { $0.terms == set })
  }

  @Test("real trades between parties that belong together are found, as by who follows the log")
  func found() throws {
    let exchange = try Self.market()
    let path = try Self.file(exchange)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let report = try LedgerWatch.read(path: path, WatchTerms())
    #expect(report.entries == Int64(exchange.log.count))
    #expect(report.leases == 1)
    let wash = try #require(report.alerts.first { $0.pattern == .washTrade })
    #expect(wash.parties == ["centre", "tenant"])
    #expect(wash.level == .red)
    var watch = Watch()
    var alerts: [Alert] = []
    for (entry, events) in zip(exchange.log, exchange.results) {
      alerts += watch.take(entry, events)
    }
    #expect(report.alerts == alerts)
    // The relation, the offer, the bid and the trade.
    let kinds = try LedgerWatch.evidence(path: path, wash).map(\.kind)
    #expect(kinds == ["publish-offer", "approve", "place-bid", "commit-outcome"])
    let cut = try LedgerWatch.read(path: path, WatchTerms(), through: wash.position - 1)
    #expect(cut.alerts.isEmpty)
    #expect(cut.entries == wash.position)
  }

  @Test("the command lists an alert and shows it again, with its entries")
  func command() throws {
    let path = try Self.file(try Self.market())
    defer { try? FileManager.default.removeItem(atPath: path) }
    let (list, code) = try Self.run(["alert", "list", "--file", path, "-o", "json"])
    #expect(code == 0)
    let tree = try #require(
      try JSONSerialization.jsonObject(with: list) as? [String: Any])
    let items = try #require(tree["items"] as? [[String: Any]])
    let wash = try #require(items.first { $0["pattern"] as? String == "wash-trade" })
    let id = try #require(wash["id"] as? String)
    let (shown, second) = try Self.run(["alert", "show", id, "--file", path])
    #expect(second == 0)
    let text = String(decoding: shown, as: UTF8.self)
    #expect(text.contains("wash-trade") && text.contains("\"kind\":\"commit-outcome\""))
    #expect(try Self.run(["alert", "show", "alert-1-0", "--file", path]).1 == 6)
    #expect(try Self.run(["alert", "show", "nothing", "--file", path]).1 == 2)
    #expect(try Self.run(["alert", "list", "--file", path, "--set", "late-rounds=0"]).1 == 2)
    #expect(try Self.run(["alert", "list", "--file", "/dev/null"]).1 == 2)
  }

  static func run(_ arguments: [String]) throws -> (Data, Int32) {
    let process = Process()
    process.executableURL = BrokerProcess.programs.appendingPathComponent("sampan")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (data, process.terminationStatus)
  }
}
