import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Synchronization
import Testing

/// The broker is killed with SIGKILL while clients send commands: what was acknowledged stays, once.
@Suite(.serialized) struct KillTests {
  /// What clients wrote down before they sent it, and what they heard.
  private final class Notes: Sendable {
    struct Note {
      var bid: Wire.PlaceBid
      var answer: Wire.Accepted?
    }
    private let notes = Mutex<[CommandID: Note]>([:])

    func sending(_ bid: Wire.PlaceBid, _ key: CommandID) {
      notes.withLock { $0[key] = Note(bid: bid) }
    }

    func heard(_ answer: Wire.Accepted, _ key: CommandID) {
      notes.withLock { $0[key]?.answer = answer }
    }

    var all: [(CommandID, Note)] { notes.withLock { $0.map { ($0, $1) } } }
  }

  private static var kills: Int {
    3 + (Int(ProcessInfo.processInfo.environment["SAMPAN_COUNT"] ?? "") ?? 0)
  }

  private static let market =
    BrokerProcess.market.replacingOccurrences(
      of: "rules: {", with: "rules: {openBidsPerParty: 1000000, ")

  @Test("After a kill -9 at any moment every acknowledged command is there, once, with its answer")
  func killed() async throws {
    let broker = try BrokerProcess(market: Self.market)
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let bid = try await market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
    let notes = Notes()
    var (acknowledged, unheard) = (0, 0)
    for _ in 0..<Self.kills {
      try await trade(market, bid, notes)
      if Bool.random() { try await interruptStart(of: broker) }
      try broker.start()
      let trader = market.trader("hku-nlp")
      for (key, note) in notes.all {
        // Until it has read its log the broker asks to come back; that is safe with the same key.
        let again = try await SampleMarket.until("the answer to \(key)") {
          try? await trader.placeBid(note.bid, key: key)
        }
        if let answer = note.answer {
          acknowledged += 1
          #expect(again == answer)
        } else {
          unheard += 1
          notes.heard(again, key)
        }
      }
    }
    #expect(acknowledged > 20)
    #expect(unheard > 0, "no command was ever under way when the broker was killed")
    try await check(market, notes)
  }

  /// Eight clients send bids until the broker is gone, which is soon.
  private func trade(
    _ market: SampleMarket, _ bid: Wire.PlaceBid, _ notes: Notes
  ) async throws {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let trader = market.trader("hku-nlp")
          while true {
            let key = CommandID.random()
            notes.sending(bid, key)
            guard let answer = try? await trader.placeBid(bid, key: key) else { return }
            notes.heard(answer, key)
          }
        }
      }
      group.addTask {
        try? await Task.sleep(for: .milliseconds(Int.random(in: 150...1_500)))
        market.broker.kill()
      }
    }
  }

  /// A start that is killed, too, somewhere between its first instruction and its first answer.
  private func interruptStart(of broker: BrokerProcess) async throws {
    let process = try broker.launch("sampand", ["run", "--config", "sampand.yaml"])
    try await Task.sleep(for: .milliseconds(Int.random(in: 1...400)))
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Nothing is doubled, nothing is missing, and the file holds in every respect.
  private func check(_ market: SampleMarket, _ notes: Notes) async throws {
    let broker = market.broker
    let expected = Set(notes.all.compactMap { $0.1.answer?.id })
    #expect(expected.count == notes.all.count)
    let found = try await market.trader("hku-nlp").listBids().all().map(\.bid)
    #expect(found.count == expected.count)
    #expect(Set(found) == expected)
    let account = try await market.trader("hku-nlp").showAccount("hku-nlp:hkd")
    #expect(account.held.minor == Int64(expected.count))
    broker.kill()
    let report = try broker.run("sampand", ["check", "--ledger", "data/ledger.sqlite"])
    #expect(report.status == 0, "\(report.output)")
    #expect(report.output.contains("checks hold"))
  }

  @Test("A second broker on the same folder is refused and says why; the first goes on")
  func secondWriter() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let second = try broker.run("sampand", ["run", "--config", "sampand.yaml"])
    #expect(second.status != 0)
    #expect(second.output.contains("held by another sampand"))
    #expect(try await broker.maker.whoami().principal == "p-0-1")
  }

  @Test(
    "One connection of one process can write to the ledger, and one to its log, whatever is asked")
  func oneWriter() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    let bid = try await market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
    let pid = try #require(broker.pid)
    let rounds = cases(3)
    var (writers, readers) = (0, 0)
    for _ in 0..<rounds {
      // Many readers at once make the broker open all its connections.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            _ = try await market.trader("hku-nlp").placeBid(bid)
            _ = try await market.trader("hku-nlp").listBids().all()
          }
        }
        try await group.waitForAll()
      }
      for (name, most) in [("ledger.sqlite", 1), ("ledger.sqlite-log", 1)] {
        let modes = Self.modes(
          of: broker.folder.resolvingSymlinksInPath().path + "/data/" + name, in: pid)
        #expect(modes.count { $0 != O_RDONLY } == most, "\(name): \(modes)")
        writers += modes.count { $0 != O_RDONLY }
        readers += modes.count { $0 == O_RDONLY }
      }
    }
    #expect(readers > 0)
    for arguments in [
      ["run", "--config", "sampand.yaml"],
      ["init", "--config", "sampand.yaml", "--market", "market.yaml"],
    ] {
      #expect(try broker.run("sampand", arguments).status != 0, "\(arguments[0])")
    }
    let copy = try broker.run(
      "sampan", ["broker", "backup", "b.sqlite"],
      environment: ["SAMPAN_ADMIN_SOCKET": "data/admin.sock"])
    #expect(copy.status == 0, "\(copy.output)")
    let restored = try broker.run(
      "sampan", ["broker", "restore", "b.sqlite", "--data", "data", "--replace"])
    #expect(restored.status != 0, "\(restored.output)")
    #expect(try await broker.maker.whoami().principal == "p-0-1")
    figure("T21", "looks at a broker under load: one writer of the ledger, one of its log", rounds)
  }

  /// How a process has opened a file: the access mode of each descriptor.
  private static func modes(of path: String, in pid: Int32) -> [Int32] {
    let files = FileManager.default
    let numbers = (try? files.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? []
    return numbers.compactMap { number in
      guard (try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/fd/\(number)")) == path,
        let info = try? String(contentsOfFile: "/proc/\(pid)/fdinfo/\(number)", encoding: .utf8),
        let line = info.split(separator: "\n").first(where: { $0.hasPrefix("flags:") }),
        let flags = Int32(line.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8)
      else { return nil }
      return flags & O_ACCMODE
    }
  }
}
