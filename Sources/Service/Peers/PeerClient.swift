package import Backup
package import BrokerAPI
package import CommandLog
import Foundation
package import Replica
package import Transport
import Units

/// Asks another replica, over connections on which both show a certificate.
package struct PeerClient: Sendable {
  /// How long a command may take there; it may have to wait for a round's end.
  private static let patience: Duration = .seconds(20)
  /// Bytes that a receipt or a status may have.
  private static let longestAnswer = 1 << 20

  private let transport: HTTPTransport

  /// - Parameter trust: who issues the certificates of replicas, and ours.
  package init(trust: TransportTrust) {
    transport = HTTPTransport(
      limits: TransportLimits(
        responseBody: Self.longestAnswer, responseHeaders: 32 << 10, connect: .seconds(3)),
      proxy: .none, trust: trust, userAgent: "sampan-replica")
  }

  /// Hands a command on. After `outcomeUnknown` the same again is safe; after `unreachable` nothing
  /// was sent.
  package func submit(
    _ submission: Submission, to url: String, timeout: Duration? = nil
  ) async throws(PeerError) -> Receipt {
    let line = FieldCodec.encode(PeerSubmission(submission))
    return try await submit(lines: [line], to: url, timeout: timeout ?? Self.patience)[0].get()
  }

  /// Hands on the commands of a `PeerBatch`; what became of each.
  func submit(
    lines: [[UInt8]], to url: String, timeout: Duration
  ) async throws(PeerError) -> [Result<Receipt, PeerError>] {
    let answer = try await send(
      HTTPRequest(
        method: "POST", url: url + PeerPath.submit,
        headers: [("Content-Type", "application/x-ndjson")],
        body: PeerBatch.joined(lines), timeout: timeout))
    guard answer.status == 200 else { throw Self.error(answer) }
    let answers = PeerBatch.lines(answer.body).map(PeerBatch.answer)
    guard answers.count == lines.count else {
      throw .badAnswer("it answered \(answers.count) of \(lines.count) commands")
    }
    return answers
  }

  /// How it is.
  package func status(
    of url: String, timeout: Duration = .seconds(3)
  ) async throws(PeerError) -> Wire.ReplicaCard {
    let answer = try await send(HTTPRequest(url: url + PeerPath.status, timeout: timeout))
    guard answer.status == 200 else { throw Self.error(answer) }
    do {
      return try Wire.ReplicaCard(json: answer.body)
    } catch {
      throw .badAnswer("the status does not read: \(error)")
    }
  }

  /// What each of these replicas has for the seal at a position; nil: nothing yet, or no answer.
  package func seals(at position: Int64, of peers: [PeerAddress]) async -> [SealView?] {
    await withTaskGroup(of: SealView?.self) { group in
      for peer in peers { group.addTask { try? await seal(at: position, of: peer.url) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }

  private func seal(at position: Int64, of url: String) async throws(PeerError) -> SealView {
    let path = "\(PeerPath.seal)?at=\(position)"
    let answer = try await send(HTTPRequest(url: url + path, timeout: .seconds(3)))
    guard answer.status == 200 else { throw Self.error(answer) }
    guard let seal = PeerSeal(json: answer.body), seal.position == position else {
      throw .badAnswer("the seal does not read")
    }
    return seal.view
  }

  /// Fetches a copy of its ledger file, whole and with its digest, into a new file.
  /// - Throws: `BackupFault` or `TransportError`.
  package func backup(from url: String, to path: String) async throws -> BackupHeader {
    let file = try BackupFile(path: path)
    let request = HTTPRequest(url: url + PeerPath.backup, timeout: .seconds(600))
    for try await piece in transport.stream(request) { try file.take(piece) }
    return try file.finish()
  }

  /// Brings what changed beside the ledger.
  /// - Returns: up to which change the other has heard that shelf.
  func bring(_ load: PeerLoad, to url: String) async throws(PeerError) -> Int64 {
    try await exchange(
      HTTPRequest(
        method: "POST", url: url + PeerPath.shelf,
        headers: [("Content-Type", "application/x-ndjson")], body: load.lines(),
        timeout: Self.patience), as: PeerHeard.self
    ).seq
  }

  /// Whether the other gives leave to use an invitation.
  func claim(_ claim: PeerClaim, of url: String) async throws(PeerError) -> Bool {
    try await exchange(
      HTTPRequest(
        method: "POST", url: url + PeerPath.claim,
        headers: [("Content-Type", "application/json")], body: claim.json(),
        timeout: .seconds(3)), as: PeerGrant.self
    ).granted
  }

  /// How to get into a lease, as far as the other knows.
  func access(_ lease: String, of url: String) async throws(PeerError) -> [String: String] {
    try await exchange(
      HTTPRequest(url: "\(url)\(PeerPath.access)?lease=\(lease)", timeout: .seconds(10)),
      as: PeerWords.self
    ).words
  }

  private func exchange<T: PeerMessage>(
    _ request: HTTPRequest, as type: T.Type
  ) async throws(PeerError) -> T {
    let answer = try await send(request)
    guard answer.status == 200 else { throw Self.error(answer) }
    guard let message = T(json: answer.body) else { throw .badAnswer("it is no \(type)") }
    return message
  }

  private func send(_ request: HTTPRequest) async throws(PeerError) -> HTTPResponse {
    do {
      return try await transport.send(request)
    } catch let error as TransportError {
      switch error {
      case .timedOut, .interrupted: throw .outcomeUnknown(error.cause)
      case .tooLarge, .status: throw .badAnswer(error.cause)
      case .invalidRequest, .unresolved, .unreachable, .untrusted, .failed:
        throw .unreachable(error.cause)
      }
    } catch {
      throw .outcomeUnknown("it was interrupted")
    }
  }

  private static func error(_ answer: HTTPResponse) -> PeerError {
    guard let problem = PeerProblem(json: answer.body) else {
      return .badAnswer("it answered with status \(answer.status)")
    }
    return problem.error
  }
}

/// What replicas ask of each other.
enum PeerPath {
  static let submit = "/peer/v1/submit"
  static let status = "/peer/v1/status"
  static let seal = "/peer/v1/seal"
  static let backup = "/peer/v1/backup"
  static let shelf = "/peer/v1/shelf"
  static let claim = "/peer/v1/claim"
  static let access = "/peer/v1/access"
}
