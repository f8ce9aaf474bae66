import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import ServiceLifecycle
package import Transparency

/// A witness over HTTP (C2SP tlog-witness): `POST /add-checkpoint`, and `GET /<digest of the origin>/checkpoint`
/// for whoever compares. Loopback alone: a proxy brings TLS.
package struct WitnessServer: Service {
  /// A log that this machine has the entries of.
  package struct OwnLog: Sendable {
    let origin: String
    let root: @Sendable (_ size: UInt64) async throws -> Digest?

    /// - Parameter root: what was computed here at a size; nil while there are not so many entries.
    package init(
      origin: String, root: @escaping @Sendable (_ size: UInt64) async throws -> Digest?
    ) {
      self.origin = origin
      self.root = root
    }
  }

  private let keeper: WitnessKeeper
  private let host: String
  private let port: Int
  private let logger: Logger
  private let own: OwnLog?
  private let onRunning: @Sendable (Int) -> Void

  /// - Parameter own: of a follower, which has the entries of a log: it cosigns what it computed itself.
  package init(
    keeper: WitnessKeeper, host: String, port: Int, logger: Logger,
    own: OwnLog? = nil,
    onRunning: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.keeper = keeper
    self.host = host
    self.port = port
    self.logger = logger
    self.own = own
    self.onRunning = onRunning
  }

  /// Connections, at most.
  private static let connections = 100

  /// Listens until the service group stops it.
  package func run() async throws {
    try await application().run()
  }

  private func application() -> some ApplicationProtocol {
    var quiet = logger
    quiet.logLevel = max(.notice, logger.logLevel)
    let onRunning = onRunning
    return Application(
      responder: WitnessDoor(keeper: keeper, own: own, logger: logger),
      server: .http1(configuration: HTTP1Channel.Configuration(idleTimeout: .seconds(60))),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port),
        availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
      onServerRunning: { channel in
        if let port = channel.localAddress?.port { onRunning(port) }
      },
      logger: quiet)
  }
}

private struct WitnessDoor: HTTPResponder {
  typealias Context = BasicRequestContext

  let keeper: WitnessKeeper
  let own: WitnessServer.OwnLog?
  let logger: Logger
  private let lane = DiskLane("sampan.witness")

  /// How long a follower waits for entries that a checkpoint has and it has not.
  private static let patience: Duration = .seconds(5)

  init(
    keeper: WitnessKeeper, own: WitnessServer.OwnLog?, logger: Logger
  ) {
    self.keeper = keeper
    self.own = own
    self.logger = logger
  }

  func respond(to request: Request, context: Context) async throws -> Response {
    let answer: NoteAnswer
    switch (request.method, request.uri.path) {
    case (.post, "/add-checkpoint"): answer = await add(request)
    case (.get, "/health"): answer = NoteAnswer(200, "ok")
    case (.get, let path): answer = await monitor(path)
    default: answer = NoteAnswer(405, "a witness takes POST /add-checkpoint, and GET")
    }
    if answer.isAlarm {
      logger.critical(
        "a log has signed what it should not have",
        metadata: ["why": "\(String(decoding: answer.body, as: UTF8.self))"])
    }
    return answer.response
  }

  private func add(_ request: Request) async -> NoteAnswer {
    guard let body = await request.noteBody() else {
      return NoteAnswer(400, "\(WitnessRequestError.tooLong)")
    }
    let keeper = keeper
    do {
      var root: Digest?
      if let own, names(own.origin, body), let size = keeper.candidate(body) {
        root = try await wait(own, size)
        guard root != nil else {
          return NoteAnswer(503, "this follower has not so many entries yet; send it again")
        }
      }
      let (time, mine) = (UInt64(Date().timeIntervalSince1970), root)
      return try await lane.run { try keeper.answer(body, time: time, own: mine) }
    } catch {
      logger.critical("the witness cannot answer", metadata: ["error": "\(error)"])
      return NoteAnswer(500, "the witness cannot keep what it would sign; its log says why")
    }
  }

  /// Whether the checkpoint in the body is of this log.
  private func names(_ origin: String, _ body: [UInt8]) -> Bool {
    guard let request = try? WitnessRequest(parsing: body) else { return false }
    return request.note.starts(with: Array((origin + "\n").utf8))
  }

  private func wait(_ own: WitnessServer.OwnLog, _ size: UInt64) async throws -> Digest? {
    let end = ContinuousClock.now + Self.patience
    while true {
      if let found = try await own.root(size) { return found }
      guard ContinuousClock.now < end else { return nil }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func monitor(_ path: String) async -> NoteAnswer {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let keeper = keeper
    guard parts.count == 3, parts[0].isEmpty, parts[2] == "checkpoint",
      let note = try? await lane.run({ try keeper.cosigned(originDigest: String(parts[1])) })
    else {
      return NoteAnswer(404, "nothing was cosigned of such a log here")
    }
    return NoteAnswer(200, note)
  }
}
