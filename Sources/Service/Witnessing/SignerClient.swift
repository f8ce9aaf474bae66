import Foundation
import LedgerStore
package import Transparency
import Transport

/// Asks the signer's process for signatures.
package struct SignerClient: Sendable {
  static let path = "/sign-checkpoint"
  private let socket: String
  private let transport: HTTPTransport

  package init(socket: String) {
    self.socket = socket
    transport = HTTPTransport(
      limits: TransportLimits(responseBody: WitnessRequest.byteLimit), proxy: .none,
      userAgent: "sampand")
  }

  /// The signed note of a checkpoint.
  /// - Parameters:
  ///   - key: whose signature it must bear.
  ///   - last: the size that was signed last, as far as the caller knows.
  ///   - prove: the path from a size to the checkpoint's.
  package func sign(
    _ checkpoint: Checkpoint, key: VerifierKey, last: UInt64,
    prove: @Sendable (UInt64) async throws -> [Digest]
  ) async throws -> SignedNote {
    var old = last
    for _ in 0..<3 {
      let request = WitnessRequest(
        oldSize: old, path: try await prove(old), note: checkpoint.text)
      let answer = try await transport.send(
        HTTPRequest(
          method: "POST", url: "http://localhost" + Self.path,
          headers: [("Content-Type", "text/plain")], body: request.bytes, timeout: .seconds(10),
          unixSocket: socket))
      switch answer.status {
      case 200:
        let note = try SignedNote(parsing: answer.body)
        _ = try note.verified { key.verdict(on: $0, text: $1, check: Signatures.check) }
        guard note.text == checkpoint.text else {
          throw WitnessingError.refused(by: "the signer", status: 200, why: "another text")
        }
        return note
      case 409:
        guard let size = UInt64(sizeBody: answer.body), size <= checkpoint.size else {
          throw WitnessingError.refused(
            by: "the signer", status: 409, why: "it has signed a larger tree than this one")
        }
        old = size
      default:
        throw WitnessingError.refused(
          by: "the signer", status: answer.status, why: answer.body.shortText)
      }
    }
    throw WitnessingError.refused(by: "the signer", status: 409, why: "its size goes on changing")
  }
}

extension UInt64 {
  /// The body of a 409: a size in decimal, and an end of line.
  init?(sizeBody body: [UInt8]) {
    guard body.last == UInt8(ascii: "\n") else { return nil }
    self.init(canonical: body.dropLast())
  }
}

extension [UInt8] {
  /// What a stranger answered, as one short line without control characters.
  var shortText: String {
    let text = String(decoding: prefix(300), as: UTF8.self)
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 })
    ).trimmingCharacters(in: .whitespaces)
  }
}
