import ArgumentParser
import BrokerAPI
import BrokerClient
import Foundation
import Transport

/// Feeds a stream of bids into a running market and shows what becomes of it.
struct Feed: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Feed bids into a running market, show each round, and report at the end.",
    discussion: """
      Example: sampan-sim feed --broker http://127.0.0.1:7440 --bids config/demo/bids.yaml \
      --tenant hku-nlp=hk=hku.token --platform p-0-1.token --rounds 20
      """)

  @Option(help: "Where the broker answers.")
  var broker: String

  @Option(help: "What to bid.")
  var bids = "config/demo/bids.yaml"

  @Option(help: "A tenant as PARTY=METRO=TOKENFILE; may be repeated.")
  var tenant: [String]

  @Option(help: "Token file of a person of the platform, for the report.")
  var platform: String

  @Option(help: "End after so many rounds, with a report; 0: run until interrupted.")
  var rounds = 0

  @Option(help: "Seed of the stream.")
  var seed: UInt64 = 1

  func run() async throws {
    let settings = try FeedSettings(file: bids)
    let transport = HTTPTransport()
    let tenants = try tenant.map { try Tenant($0, broker, transport) }
    guard !tenants.isEmpty else { throw Failure(description: "give at least one --tenant") }
    let desk = BrokerClient(
      baseURL: broker, token: try Tenant.token(platform), transport: transport)
    var feeder = Feeder(settings: settings, tenants: tenants, seed: seed)
    var table = RoundTable(client: desk)
    let stop = Interrupt()
    var clock = try await desk.clock()
    feeder.begin(at: clock.market.milliseconds)
    try await table.begin()
    while !stop.isSet, rounds == 0 || table.shown < rounds {
      do {
        clock = try await desk.clock()
        await feeder.feed(until: clock.market.milliseconds)
        try await table.update()
      } catch let error as BrokerClientError where error.isTransient {
        // A broker that is being restarted is no reason to end.
        try? await Task.sleep(for: .seconds(1))
      }
      try? await Task.sleep(for: .milliseconds(120))
    }
    try await MarketReport(client: desk, table: table, feeder: feeder).show()
  }
}

/// One tenant that bids.
struct Tenant: Sendable {
  var party: String
  var metro: String
  var client: BrokerClient

  init(_ text: String, _ broker: String, _ transport: HTTPTransport) throws {
    let parts = text.split(separator: "=", maxSplits: 2).map(String.init)
    guard parts.count == 3 else {
      throw Failure(description: "--tenant \(text): write PARTY=METRO=TOKENFILE")
    }
    party = parts[0]
    metro = parts[1]
    client = BrokerClient(baseURL: broker, token: try Self.token(parts[2]), transport: transport)
  }

  static func token(_ path: String) throws -> @Sendable () -> String? {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Failure(description: "\(path) cannot be read")
    }
    let token = String(decoding: data, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return { token }
  }
}

/// Set by the first SIGINT or SIGTERM, so that a report can still be made.
final class Interrupt: @unchecked Sendable {
  private let lock = NSLock()
  private var raised = false
  private var sources: [any DispatchSourceSignal] = []

  init() {
    sources = [SIGINT, SIGTERM].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { [weak self] in self?.raise() }
      source.resume()
      return source
    }
  }

  private func raise() {
    lock.withLock { raised = true }
  }

  var isSet: Bool { lock.withLock { raised } }
}
