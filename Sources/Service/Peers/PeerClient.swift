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
    let answer = try await send(
      HTTPRequest(
        method: "POST", url: url + PeerPath.submit,
        headers: [("Content-Type", "application/json")],
        body: FieldCodec.encode(PeerSubmission(submission)), timeout: timeout ?? Self.patience))
    guard answer.status == 200 else { throw Self.error(answer) }
    do {
      return try FieldCodec.decode(PeerReceipt.self, from: answer.body).receipt()
    } catch let error as PeerError {
      throw error
    } catch {
      throw .badAnswer("the receipt does not read: \(error)")
    }
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

  /// What it has for the seal at a position; one of an earlier release says its last seals.
  func seals(
    at position: Int64, of url: String, timeout: Duration = .seconds(3)
  ) async throws(PeerError) -> [SealView] {
    let path = "\(PeerPath.seals)?at=\(position)"
    let answer = try await send(HTTPRequest(url: url + path, timeout: timeout))
    guard answer.status == 200 else { throw Self.error(answer) }
    do {
      return try JSONDecoder().decode([PeerSeal].self, from: Data(answer.body)).map(\.view)
    } catch {
      throw .badAnswer("the seals do not read: \(error)")
    }
  }

  /// Fetches a copy of its ledger file, whole and with its digest, into a new file.
  /// - Throws: `BackupFault` or `TransportError`.
  package func backup(from url: String, to path: String) async throws -> BackupHeader {
    let file = try BackupFile(path: path)
    let request = HTTPRequest(url: url + PeerPath.backup, timeout: .seconds(600))
    for try await piece in transport.stream(request) { try file.take(piece) }
    return try file.finish()
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
    guard let problem = try? JSONDecoder().decode(PeerProblem.self, from: Data(answer.body)) else {
      return .badAnswer("it answered with status \(answer.status)")
    }
    return problem.error
  }
}

/// What replicas ask of each other.
enum PeerPath {
  static let submit = "/peer/v1/submit"
  static let status = "/peer/v1/status"
  static let seals = "/peer/v1/seals"
  static let backup = "/peer/v1/backup"
}
