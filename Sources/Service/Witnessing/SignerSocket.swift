import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import Transparency
import ServiceLifecycle

/// The signer's one door: a unix socket that its owner alone may open, with one thing to ask for.
package struct SignerSocket: Service {
  private let signer: CheckpointSigner
  private let path: String
  private let logger: Logger

  /// Longer paths do not fit into the address of a socket, with the name that it is made under.
  private static let longest = 90

  package init(signer: CheckpointSigner, path: String, logger: Logger) {
    self.signer = signer
    self.path = path
    self.logger = logger
  }

  /// Listens until the service group stops it, then takes the socket away.
  package func run() async throws {
    guard path.utf8.count <= Self.longest else {
      throw WitnessingError.socket(path: path, why: "it has more than \(Self.longest) bytes")
    }
    // Made in a folder that nobody else may enter, and moved when its mode is set: at no moment can
    // a stranger connect.
    let nursery = path + ".new"
    try? FileManager.default.removeItem(atPath: nursery)
    guard mkdir(nursery, 0o700) == 0 else {
      throw WitnessingError.socket(path: path, why: "its folder is not there, or not ours")
    }
    var quiet = logger
    quiet.logLevel = max(.notice, logger.logLevel)
    let (path, logger) = (path, logger)
    let application = Application(
      responder: SignerDoor(signer: signer, logger: logger),
      configuration: ApplicationConfiguration(
        address: .unixDomainSocket(path: nursery + "/s"),
        availableConnectionsDelegate: MaximumAvailableConnections(20)),
      onServerRunning: { _ in
        guard chmod(nursery + "/s", 0o600) == 0, rename(nursery + "/s", path) == 0 else {
          logger.critical("the socket cannot be put in place", metadata: ["path": "\(path)"])
          return
        }
        rmdir(nursery)
      },
      logger: quiet)
    defer { unlink(path) }
    try await application.run()
  }
}

/// Answers a broker that asks for a signature.
private struct SignerDoor: HTTPResponder {
  typealias Context = BasicRequestContext

  let signer: CheckpointSigner
  let logger: Logger
  private let lane = DiskLane("sampan.signer")

  init(signer: CheckpointSigner, logger: Logger) {
    self.signer = signer
    self.logger = logger
  }

  func respond(to request: Request, context: Context) async throws -> Response {
    guard request.method == .post, request.uri.path == SignerClient.path else {
      return NoteAnswer(404, "the signer takes POST \(SignerClient.path) alone").response
    }
    guard let body = await request.noteBody() else {
      return NoteAnswer(400, "\(WitnessRequestError.tooLong)").response
    }
    let signer = signer
    let answer = try await lane.run { signer.answer(body) }
    if answer.isAlarm {
      logger.critical(
        "a signature was refused",
        metadata: ["why": "\(String(decoding: answer.body, as: UTF8.self))"])
    }
    return answer.response
  }
}
