/// How the broker listens and what it bears.
package struct BrokerServerOptions: Sendable {
  /// Loopback only: there is no TLS here, a proxy on the same machine brings it.
  package var host = "127.0.0.1"
  /// 0: a free one; `onRunning` tells which.
  package var port = 0
  /// Bytes of a body, at most.
  package var requestBody = 64 * 1_024
  /// Requests of one principal in a minute, at most.
  package var requestsPerMinute = 600
  /// Quotes of one principal in a minute, at most.
  package var quotesPerMinute = 60
  /// Streams of events, at most.
  package var openStreams = 200
  /// Connections, at most.
  package var connections = 2_000
  /// Stands in the API document.
  package var version = "1"
  /// Told the port once the broker listens.
  package var onRunning: @Sendable (Int) -> Void = { _ in }

  /// The other replicas; nil for one that is alone.
  package var others: OtherReplicas?

  package init() {}
}

/// What the broker asks of the other replicas beside the log.
package struct OtherReplicas: Sendable {
  /// Whether this replica alone may use the invitation of a digest; nil when too few answer to say.
  package var leave: @Sendable (_ digest: String) async throws -> Bool?
  /// How to get into a lease, as far as one of them knows.
  package var access: @Sendable (_ lease: String) async -> [String: String]

  package init(
    leave: @escaping @Sendable (_ digest: String) async throws -> Bool?,
    access: @escaping @Sendable (_ lease: String) async -> [String: String]
  ) {
    self.leave = leave
    self.access = access
  }
}

/// Why the broker does not start.
package enum BrokerServerError: Error, CustomStringConvertible {
  case notLoopback(host: String)
  case routesUnbound([String])

  package var description: String {
    switch self {
    case .notLoopback(let host):
      "listen.host is \(host); the broker speaks no TLS and listens on 127.0.0.1 only: "
        + "write 127.0.0.1 and put a proxy with TLS before it"
    case .routesUnbound(let which):
      "the table of routes and the handlers differ: \(which.joined(separator: ", "))"
    }
  }
}
