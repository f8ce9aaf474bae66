import Access
import ArgumentParser
import CommandLog
import Foundation
import Ledger
import LedgerStore
import Logging
import Replica

/// Makes the ledger of a new market: entry 0 and the tokens of the platform's persons.
struct Init: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make the ledger of a new market, and a token file for each person of the platform.",
    discussion: "Example: sampand init --config config/sampand.yaml --market config/market.yaml")

  @OptionGroup var settings: SettingsOption

  @Option(name: .shortAndLong, help: "The genesis of the market.")
  var market = "config/market.yaml"

  @Flag(
    help: "Make an empty ledger, which takes everything from the log of a market that is there.")
  var join = false

  func run() async throws {
    let broker = try BrokerSettings(file: settings.config)
    let files = FileManager.default
    guard !files.fileExists(atPath: broker.ledger) else {
      throw Failure(
        description: "\(broker.ledger) is there already; a market has one genesis. "
          + "Choose another dataDirectory.")
    }
    let log = broker.etcd.map { EtcdLog($0) }
    if join || log != nil { try await check(log) }
    try files.createDirectory(
      atPath: broker.data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
    )
    do {
      if join {
        try LedgerStore(path: broker.ledger).close()
        print("ledger: \(broker.ledger), empty until it runs")
        print("tokens: those of the other replicas, once it runs")
        print("Next: sampand run --config \(settings.config)")
      } else {
        try await found(broker, log)
      }
    } catch {
      // Half a market is none: the same command can be given again.
      for suffix in ["", "-wal", "-shm"] { try? files.removeItem(atPath: broker.ledger + suffix) }
      throw error
    }
  }

  /// Whether the log of several replicas is what this command takes it for.
  private func check(_ log: EtcdLog?) async throws {
    guard let log else {
      throw Failure(description: "--join is for log.engine etcd: one replica has nothing to join")
    }
    let isEmpty = try await log.head().next == 0
    if isEmpty && join {
      throw Failure(
        description: "the log is empty; make the market on one replica first, without --join")
    }
    if !isEmpty && !join {
      throw Failure(description: "the log holds a market already; to take part in it add --join")
    }
  }

  private func found(_ broker: BrokerSettings, _ log: EtcdLog?) async throws {
    let genesis = try MarketSettings.genesis(file: market)
    let files = FileManager.default
    let store = try LedgerStore(path: broker.ledger)
    var core = try ReplicaCore(
      store: store, logger: Logger(label: "sampand"), principal: MarketSettings.leader)
    let clock = try Run.clock(broker, after: 0)
    try core.begin(genesis: genesis, clock: clock.market)
    let door = try AccessDoor(
      path: broker.tokens, store: store, author: broker.name)
    for principal in genesis.principals where principal.roles.contains(.platform) {
      let path = "\(broker.data)/\(principal.id).token"
      let token = try door.makeToken(principal: principal.id)
      guard
        files.createFile(
          atPath: path, contents: Data((token + "\n").utf8),
          attributes: [.posixPermissions: 0o600])
      else { throw Failure(description: "\(path) cannot be written") }
      print("token of \(principal.id): \(path)")
    }
    if let log { try await append(store, to: log, broker) }
    try store.close()
    print("ledger: \(broker.ledger)")
    print("Next: sampand run --config \(settings.config)")
  }

  /// Puts what the ledger begins with into the log, for all replicas.
  private func append(
    _ store: LedgerStore, to log: EtcdLog, _ broker: BrokerSettings
  ) async throws {
    let entries = try store.entries(from: 0, limit: LogBatch.mostEntries).map(\.1)
    let candidate = Candidate(name: broker.name, url: broker.peers?.url ?? "")
    guard let term = try await log.campaign(candidate),
      try await log.append(LogBatch(first: 0, entries: entries), term: term) == .done
    else { throw Failure(description: "somebody else is making a market on this log") }
    await log.resign(term)
  }
}
