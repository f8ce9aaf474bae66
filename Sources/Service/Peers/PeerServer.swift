import Backup
import BrokerAPI
package import CommandLog
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Ledger
import LedgerStore
package import Logging
import NIOCore
import NIOSSL
package import Replica
import ServiceLifecycle
package import Transport
import Units

/// The door for other replicas: a listener of its own that takes nobody without a certificate of the
/// same authority.
package final class PeerServer: Service {
  /// Connections, at most: replicas are few, and each keeps some open.
  private static let connections = 200

  private let desk: ReplicaDesk
  private let host: String
  private let port: Int
  private let trust: TransportTrust
  private let logger: Logger
  private let submit: @Sendable (Submission) async throws -> Receipt
  private let sharing: SharingDesk?
  private let onRunning: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - submit: takes a command as leader; throws `SubmissionError.moved` when it is not.
  ///   - sharing: what it has beside the ledger; nil when it shares nothing.
  ///   - onRunning: told the port once it listens.
  package init(
    desk: ReplicaDesk, host: String, port: Int, trust: TransportTrust, logger: Logger,
    submit: @escaping @Sendable (Submission) async throws -> Receipt,
    sharing: SharingDesk? = nil,
    onRunning: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.desk = desk
    self.host = host
    self.port = port
    self.trust = trust
    self.logger = logger
    self.submit = submit
    self.sharing = sharing
    self.onRunning = onRunning
  }

  /// Listens until the service group stops it.
  package func run() async throws {
    var quiet = logger
    quiet.logLevel = max(.notice, logger.logLevel)
    let onRunning = onRunning
    let limits = HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: 8 * 1_024, maxHeaderListSize: 32 * 1_024, maxHeaderFieldCount: 100)
    let application = Application(
      responder: PeerDoor(desk: desk, submit: submit, sharing: sharing, logger: logger),
      server: try .tls(
        .http1(
          configuration: HTTP1Channel.Configuration(
            idleTimeout: .seconds(120), httpDecoderConfiguration: limits)),
        tlsConfiguration: try Self.tls(trust)),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port),
        availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
      onServerRunning: { channel in
        if let port = channel.localAddress?.port { onRunning(port) }
      },
      logger: quiet)
    try await application.run()
  }

  private static func tls(_ trust: TransportTrust) throws -> TLSConfiguration {
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(trust.certificate)
      let key = try NIOSSLPrivateKey(file: trust.key, format: .pem)
      var tls = TLSConfiguration.makeServerConfigurationWithMTLS(
        certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key),
        trustRoots: .certificates(try NIOSSLCertificate.fromPEMFile(trust.authorities)))
      tls.minimumTLSVersion = .tlsv12
      tls.sslContextCallback = { _, promise in
        DispatchQueue.global().async { promise.succeed(renewed(trust)) }
      }
      return tls
    } catch {
      throw PeerServerError.badFiles(cause: "\(error)")
    }
  }
}

/// Certificate and key as they are on the disk now: a renewed pair needs no restart. While a pair is
/// being written, and does not belong together, the one from the start goes on serving.
private func renewed(_ trust: TransportTrust) -> NIOSSLContextConfigurationOverride {
  do {
    let chain = try NIOSSLCertificate.fromPEMFile(trust.certificate)
    let key = try NIOSSLPrivateKey(file: trust.key, format: .pem)
    let pair = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    // Fails when the two do not belong together.
    _ = try NIOSSLContext(configuration: pair)
    var change = NIOSSLContextConfigurationOverride()
    change.certificateChain = pair.certificateChain
    change.privateKey = pair.privateKey
    return change
  } catch {
    return .noChanges
  }
}

/// Why a replica does not listen to others.
package enum PeerServerError: Error, CustomStringConvertible {
  case badFiles(cause: String)

  package var description: String {
    switch self {
    case .badFiles(let cause):
      "peers.trust, peers.certificate or peers.key is not PEM, or they do not belong together "
        + "(\(cause)); see RUNBOOK.md, \"Certificates\""
    }
  }
}

/// Answers other replicas.
private struct PeerDoor: HTTPResponder {
  typealias Context = BasicRequestContext

  let desk: ReplicaDesk
  let submit: @Sendable (Submission) async throws -> Receipt
  let sharing: SharingDesk?
  let logger: Logger

  func respond(to request: Request, context: Context) async throws -> Response {
    switch (request.method, request.uri.path) {
    case (.post, PeerPath.submit): return await take(request)
    case (.get, PeerPath.status): return PlainAnswer.json(await desk.card().json())
    case (.get, PeerPath.seal): return await seal(request)
    case (.get, PeerPath.backup): return await BackupAnswer.response(desk, logger)
    case (.post, PeerPath.shelf):
      return await share(request) { try $0.take(PeerLoad(lines: $1)) }
    case (.post, PeerPath.claim):
      return await share(request) { sharing, body in
        guard let claim = PeerClaim(json: body) else {
          throw PeerProblem(.unfit, "it is no claim")
        }
        return try sharing.grant(claim)
      }
    case (.get, PeerPath.access):
      let lease = request.uri.queryParameters["lease"].map(String.init) ?? ""
      return await share(request) { sharing, _ in try sharing.access(lease) }
    default:
      return PlainAnswer.problem(PeerProblem(.notFound, "replicas do not ask this of each other"))
    }
  }

  /// Answers what goes to files beside the ledger, on a thread that may wait for them.
  private func share<T: PeerMessage>(
    _ request: Request, _ body: @escaping @Sendable (SharingDesk, [UInt8]) throws -> T
  ) async -> Response {
    guard let sharing else {
      return PlainAnswer.problem(PeerProblem(.notFound, "it shares nothing but the log"))
    }
    guard var buffer = try? await request.body.collect(upTo: PeerLoad.maximumBytes) else {
      let most = PeerLoad.maximumBytes
      return PlainAnswer.problem(PeerProblem(.unfit, "it has more than \(most) bytes"))
    }
    let bytes = buffer.readBytes(length: buffer.readableBytes) ?? []
    do {
      let answer = try await desk.store.aside { try body(sharing, bytes) }
      return PlainAnswer.json(answer.json())
    } catch let problem as PeerProblem {
      return PlainAnswer.problem(problem)
    } catch {
      logger.error("a file beside the ledger fails", metadata: ["error": "\(error)"])
      return PlainAnswer.problem(PeerProblem(.failed, "the replica failed; its log says why"))
    }
  }

  private func seal(_ request: Request) async -> Response {
    guard let position = request.uri.queryParameters["at"].flatMap({ Int64($0) }) else {
      return PlainAnswer.problem(PeerProblem(.unfit, "at is a position"))
    }
    guard let view = await desk.seal(at: position) else {
      return PlainAnswer.problem(PeerProblem(.notFound, "it has no seal at \(position)"))
    }
    return PlainAnswer.json(PeerSeal(view).json())
  }

  /// Commands, one a line; each is answered by itself.
  private func take(_ request: Request) async -> Response {
    guard var buffer = try? await request.body.collect(upTo: PeerBatch.maximumBytes) else {
      let most = PeerBatch.maximumBytes
      return PlainAnswer.problem(PeerProblem(.unfit, "it has more than \(most) bytes"))
    }
    let lines = PeerBatch.lines(buffer.readBytes(length: buffer.readableBytes) ?? [])
    guard (1...PeerBatch.most).contains(lines.count) else {
      let most = PeerBatch.most
      return PlainAnswer.problem(PeerProblem(.unfit, "there are 1 to \(most) commands, one a line"))
    }
    let answers = await withTaskGroup(of: (Int, [UInt8]).self) { group in
      for (number, line) in lines.enumerated() {
        group.addTask { (number, await answer(line)) }
      }
      return await group.reduce(into: lines.map { _ in [UInt8]() }) { $0[$1.0] = $1.1 }
    }
    return PlainAnswer.json(PeerBatch.joined(answers))
  }

  private func answer(_ line: ArraySlice<UInt8>) async -> [UInt8] {
    do {
      return FieldCodec.encode(PeerReceipt(try await submit(PeerBatch.submission(line))))
    } catch let problem as PeerProblem {
      return problem.json()
    } catch {
      let problem = PeerProblem(error)
      if problem.code == .failed {
        logger.error("a peer's command failed", metadata: ["error": "\(String(reflecting: error))"])
      }
      return problem.json()
    }
  }
}

/// Answers without any of the public API's headers.
enum PlainAnswer {
  static func json(_ bytes: [UInt8], status: Int = 200) -> Response {
    Response(
      status: HTTPResponse.Status(code: status),
      headers: [.contentType: "application/json", .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }

  static func problem(_ problem: PeerProblem) -> Response {
    json(problem.json(), status: problem.status)
  }
}

/// A copy of the ledger, streamed and removed after it.
enum BackupAnswer {
  static func response(_ desk: ReplicaDesk, _ logger: Logger) async -> Response {
    let turn: BackupTurn
    do {
      guard let made = try await desk.backup() else {
        return PlainAnswer.problem(PeerProblem(.busy, "another copy is being made; try again"))
      }
      turn = made
    } catch {
      logger.error("no copy of the ledger could be made", metadata: ["error": "\(error)"])
      return PlainAnswer.problem(
        PeerProblem(.failed, "no copy could be made; is there room beside the ledger?"))
    }
    return Response(
      status: .ok, headers: [.contentType: "application/octet-stream", .cacheControl: "no-store"],
      body: ResponseBody { writer in
        defer { withExtendedLifetime(turn) {} }
        var pieces = try turn.backup.pieces()
        while let piece = try pieces.next() {
          try await writer.write(ByteBuffer(bytes: piece))
        }
        try await writer.finish(nil)
      })
  }
}
