import Access
import ArgumentParser
import Foundation
import Ledger
import LedgerStore
import Logging
import Replica

/// Makes the ledger of a new market: entry 0 and the tokens of the platform's persons.
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make the ledger of a new market, and a token file for each person of the platform.",
    discussion: "Example: sampand init --config config/sampand.yaml --market config/market.yaml")

  @OptionGroup var settings: SettingsOption

  @Option(name: .shortAndLong, help: "The genesis of the market.")
  var market = "config/market.yaml"

  func run() throws {
    let broker = try BrokerSettings(file: settings.config)
    let genesis = try MarketSettings.genesis(file: market)
    let files = FileManager.default
    guard !files.fileExists(atPath: broker.ledger) else {
      throw Failure(
        description: "\(broker.ledger) is there already; a market has one genesis. "
          + "Choose another dataDirectory.")
    }
    try files.createDirectory(
      atPath: broker.data, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700]
    )
    let store = try LedgerStore(path: broker.ledger)
    var core = try ReplicaCore(
      store: store, logger: Logger(label: "sampand"), principal: MarketSettings.leader)
    let clock = try Run.clock(broker, after: 0)
    try core.begin(genesis: genesis, clock: clock.market)
    let door = try AccessDoor(path: broker.tokens, store: store)
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
    try store.close()
    print("ledger: \(broker.ledger)")
    print("Next: sampand run --config \(settings.config)")
  }
}
