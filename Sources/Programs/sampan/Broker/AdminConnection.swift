import Backup
import BrokerAPI
import Foundation
import Transport

/// Asks the broker on this host by its admin socket.
struct AdminConnection {
  let socket: String
  private let transport = HTTPTransport(
    proxy: .none, userAgent: "sampan/\(Version.text)")

  init(socket: String) { self.socket = socket }

  func status() async throws -> Wire.BrokerStatus {
    do {
      let answer = try await transport.send(request(AdminAPI.status, .seconds(15)))
      guard answer.isSuccess else { throw failure("it answered with status \(answer.status)") }
      return try Wire.BrokerStatus(json: answer.body)
    } catch let error as TransportError {
      throw failure(error.cause)
    } catch let error as DecodingError {
      throw failure("its answer does not read: \(error)")
    }
  }

  /// Fetches a copy of the ledger into a new file.
  func backup(to path: String) async throws -> BackupHeader {
    do {
      let file = try BackupFile(path: path)
      for try await piece in transport.stream(request(AdminAPI.backup, .seconds(600))) {
        try file.take(piece)
      }
      return try file.finish()
    } catch TransportError.status(_, let answer) {
      let detail = try? StrictJSON.parse(answer.body)["detail"]
      var why = "it answered with status \(answer.status)"
      if case .string(let text)? = detail { why = text }
      throw failure(why)
    } catch let error as TransportError {
      throw failure(error.cause)
    } catch let fault as BackupFault {
      throw Failure(fault)
    }
  }

  /// Has the broker put a new member of the log in the place of one that is lost.
  func replaceMember(_ order: Wire.ReplaceMember) async throws -> Wire.MemberSeat {
    do {
      var request = request(AdminAPI.member, .seconds(90))
      request.method = "POST"
      request.headers = [("Content-Type", "application/json")]
      request.body = order.json()
      let answer = try await transport.send(request)
      guard answer.isSuccess else {
        let detail = try? StrictJSON.parse(answer.body)["detail"]
        var why = "the broker answered with status \(answer.status)"
        if case .string(let text)? = detail { why = text }
        throw Failure(
          why: why, code: "member_not_replaced",
          next: "Look at: sampan broker status; the same command again is safe.", exit: .usage)
      }
      return try Wire.MemberSeat(json: answer.body)
    } catch let error as TransportError {
      throw failure(error.cause)
    }
  }

  private func request(_ path: String, _ timeout: Duration) -> HTTPRequest {
    HTTPRequest(url: "http://localhost\(path)", timeout: timeout, unixSocket: socket)
  }

  private func failure(_ why: String) -> Failure {
    Failure(
      why: "the broker does not answer at \(socket): \(why)", code: "no_admin_socket",
      next: "Run it on the broker's host as the broker's user; --socket names its adminSocket.",
      exit: .unreachable)
  }
}

extension Failure {
  /// What is wrong with a backup, to the person.
  init(_ fault: BackupFault) {
    let isProof: Bool
    switch fault {
    case .otherBytes, .wrong: isProof = true
    case .exists, .cannotWrite, .notABackup, .cutOff, .held: isProof = false
    }
    self.init(
      why: fault.description, code: "backup", next: fault.next,
      exit: isProof ? .proofFailed : .usage)
  }
}
