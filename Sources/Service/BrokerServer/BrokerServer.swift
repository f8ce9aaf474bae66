package import Access
import BrokerAPI
import Hummingbird
import HummingbirdCore
package import LedgerStore
package import Logging
import NIOCore
package import Replica
import ServiceLifecycle
package import Witnessing

/// The broker's door to the world: the API of `Route.all` over HTTP.
package final class BrokerServer: Service {
  private let broker: Broker
  private let options: BrokerServerOptions
  private let logger: Logger

  package init(
    replica: Replica, store: LedgerStore, access: AccessDoor, directory: Directory,
    reads: ReadBook, publication: Publication? = nil, options: BrokerServerOptions, logger: Logger
  ) {
    broker = Broker(
      replica: replica, store: store, access: access, directory: directory, reads: reads,
      publication: publication, options: options, logger: logger)
    self.options = options
    self.logger = logger
  }

  /// What the table of routes and the handlers do not have in common; empty when all is well. The
  /// handlers are a `switch` over `OperationID`, so only the table can lack something.
  package static func differences() -> [String] {
    var found: [String] = []
    for id in OperationID.allCases {
      let count = Route.all.count { $0.id == id }
      if count != 1 { found.append("\(id.rawValue) has \(count) routes") }
    }
    for (index, route) in Route.all.enumerated() {
      let doubled = Route.all[..<index].contains {
        $0.method == route.method && RouteTable.collide($0.path, route.path)
      }
      if doubled { found.append("\(route.method.rawValue) \(route.path) stands twice") }
    }
    return found
  }

  /// Listens until the service group stops it; streams end at once, requests are answered.
  package func run() async throws {
    guard options.host == "127.0.0.1" else {
      throw BrokerServerError.notLoopback(host: options.host)
    }
    let differences = Self.differences()
    guard differences.isEmpty else { throw BrokerServerError.routesUnbound(differences) }
    let application = application()
    let feed = broker.feed
    try await withGracefulShutdownHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await feed.follow(self.broker.replica) }
        group.addTask { await feed.keepTime() }
        group.addTask { await self.broker.rememberRounds() }
        try await application.run()
        feed.stop()
        group.cancelAll()
      }
    } onGracefulShutdown: {
      feed.stop()
    }
  }

  private func application() -> some ApplicationProtocol {
    let limits = HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: 8 * 1_024, maxHeaderListSize: 32 * 1_024, maxHeaderFieldCount: 100)
    let onRunning = options.onRunning
    var quiet = logger
    quiet.logLevel = max(.notice, logger.logLevel)
    return Application(
      responder: Door(broker: broker, options: options),
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          idleTimeout: .seconds(60), httpDecoderConfiguration: limits)),
      configuration: ApplicationConfiguration(
        address: .hostname(options.host, port: options.port),
        availableConnectionsDelegate: MaximumAvailableConnections(options.connections)),
      onServerRunning: { channel in
        if let port = channel.localAddress?.port { onRunning(port) }
      },
      logger: quiet)
  }
}
