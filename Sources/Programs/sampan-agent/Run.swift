import ArgumentParser
import BrokerClient
import Foundation
import SiteRuntime
import Transport

/// Runs the agent until it is told to stop. Leases stand when it stops.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the agent until SIGTERM or SIGINT; leases stand when it stops.",
    discussion: "Example: sampan-agent run --config agent.yaml")

  @OptionGroup var settings: SettingsOption

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    guard let port = agent.port() else {
      throw Failure(
        description: "broker.tokenFile is not named in \(settings.config); run: sampan-agent join")
    }
    let clock = SharedClock(wall: Clock.wall)
    let spool = try Spool(directory: agent.spool, site: agent.site)
    await Self.learnTime(port, clock)
    let site = agent.site
    let note: @Sendable (String) -> Void = { line in
      FileHandle.standardError.write(Data("\(site)  \(line)\n".utf8))
    }
    let runtime = SiteAgent(
      adapter: try agent.makeAdapter(clock, note: note), broker: port, spool: spool, clock: clock,
      terms: agent.terms, people: agent.people, mode: agent.mode, rules: agent.rules,
      seed: UInt64.random(in: .min ... .max), note: note)
    let stop = Signals.onStop()
    let work = Task { try await runtime.run() }
    for await _ in stop {
      work.cancel()
      break
    }
    try await work.value
  }

  /// The adapter meters by the market's clock, so the broker's word on it is worth a short wait.
  static func learnTime(_ port: HTTPBrokerPort, _ clock: SharedClock) async {
    for _ in 0..<50 where clock.clock == nil {
      if let time = try? await port.clock() {
        clock.set(
          MarketClock(anchorMarketMs: time.market, anchorWallMs: Clock.wall(), scale: time.scale))
        return
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}

extension AgentSettings {
  /// The broker as this agent reaches it; nil when it has not joined.
  func client() -> BrokerClient? {
    guard let tokenFile else { return nil }
    return BrokerClient(
      baseURL: broker,
      token: {
        FileManager.default.contents(atPath: tokenFile).map {
          String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
      }, transport: HTTPTransport())
  }

  func port() -> HTTPBrokerPort? {
    client().map { HTTPBrokerPort($0, site: site) }
  }
}

/// SIGTERM and SIGINT as a stream, for as long as the process lives.
enum Signals {
  private final class Sources: @unchecked Sendable {
    // Set once, before any signal can arrive, and never changed.
    let kept: [any DispatchSourceSignal]
    init(_ kept: [any DispatchSourceSignal]) { self.kept = kept }
  }

  static func onStop() -> AsyncStream<Int32> {
    AsyncStream { continuation in
      let sources = Sources(
        [SIGTERM, SIGINT].map { number in
          signal(number, SIG_IGN)
          let source = DispatchSource.makeSignalSource(signal: number)
          source.setEventHandler { continuation.yield(number) }
          source.resume()
          return source
        })
      continuation.onTermination = { _ in withExtendedLifetime(sources) {} }
    }
  }
}
