import BrokerAPI
package import CommandLog
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import Replica
import ServiceLifecycle

/// The door for who runs the machine: a socket that the owner of the process alone may open, which
/// works when sign-in does not.
package final class AdminSocket: Service {
  private let path: String
  private let desk: ReplicaDesk
  private let watch: PeerWatch
  private let log: EtcdLog?
  private let logger: Logger

  /// - Parameter log: whose members can be replaced; nil for one without members.
  package init(
    path: String, desk: ReplicaDesk, watch: PeerWatch, log: EtcdLog? = nil,
    logger: Logger
  ) {
    self.path = path
    self.desk = desk
    self.watch = watch
    self.log = log
    self.logger = logger
  }

  /// Longer paths do not fit into the address of a socket, with the name that it is made under.
  private static let longest = 90

  /// Listens until the service group stops it, then takes the socket away. One that cannot be made is
  /// no reason to stop trading: the log says what is wrong.
  package func run() async throws {
    do {
      try await listen()
    } catch let error as AdminSocketError {
      logger.error("there is no admin socket", metadata: ["error": "\(error)"])
      try? await gracefulShutdown()
    }
  }

  private func listen() async throws {
    guard path.utf8.count <= Self.longest else {
      throw AdminSocketError.pathTooLong(path, limit: Self.longest)
    }
    // Made in a folder that nobody else may enter, and moved when its mode is set: at no moment can
    // a stranger connect.
    let nursery = "\(path).new"
    let files = FileManager.default
    try? files.removeItem(atPath: nursery)
    do {
      try files.createDirectory(
        atPath: nursery, withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw AdminSocketError.noFolder(path: path, cause: "\(error.localizedDescription)")
    }
    let (path, logger) = (path, logger)
    var quiet = logger
    quiet.logLevel = max(.notice, logger.logLevel)
    let application = Application(
      responder: AdminDoor(
        desk: desk, watch: watch, log: log, logger: logger),
      configuration: ApplicationConfiguration(
        address: .unixDomainSocket(path: "\(nursery)/s"),
        availableConnectionsDelegate: MaximumAvailableConnections(20)),
      onServerRunning: { _ in
        let made = "\(nursery)/s"
        guard chmod(made, 0o600) == 0, rename(made, path) == 0 else {
          logger.error("the admin socket cannot be put in place", metadata: ["path": "\(path)"])
          return
        }
        rmdir(nursery)
      },
      logger: quiet)
    defer { unlink(path) }
    try await application.run()
  }
}

/// Why there is no admin socket.
package enum AdminSocketError: Error, CustomStringConvertible {
  case pathTooLong(String, limit: Int)
  case noFolder(path: String, cause: String)

  package var description: String {
    switch self {
    case .pathTooLong(let path, let limit):
      "adminSocket: \(path) has more than \(limit) bytes; choose a shorter path"
    case .noFolder(let path, let cause):
      "adminSocket: \(path) cannot be made (\(cause)); make its folder, owned by who runs sampand"
    }
  }
}

/// Answers who runs the machine.
private struct AdminDoor: HTTPResponder {
  typealias Context = BasicRequestContext

  let desk: ReplicaDesk
  let watch: PeerWatch
  let log: EtcdLog?
  let logger: Logger

  func respond(to request: Request, context: Context) async throws -> Response {
    switch (request.method, request.uri.path) {
    case (.get, AdminAPI.status):
      async let others = watch.cards()
      let cards = [await desk.card()] + (await others)
      return PlainAnswer.json(StatusBoard.status(cards, now: MarketClock.wall()).json())
    case (.get, AdminAPI.backup): return await BackupAnswer.response(desk, logger)
    case (.post, AdminAPI.member): return await replace(request)
    default:
      return PlainAnswer.problem(PeerProblem(.notFound, "the admin socket has no such path"))
    }
  }

  private func replace(_ request: Request) async -> Response {
    guard let log else {
      return PlainAnswer.problem(
        PeerProblem(.unfit, "the log of this broker is a file and has no members"))
    }
    guard var buffer = try? await request.body.collect(upTo: Self.mostBytes),
      let order = try? Wire.ReplaceMember(
        json: buffer.readBytes(length: buffer.readableBytes) ?? [])
    else { return PlainAnswer.problem(PeerProblem(.unfit, "it names no member and URL")) }
    do throws(LogFailure) {
      let seat = try await log.replaceMember(order.member, at: order.url)
      logger.notice("a member of the log was replaced", metadata: ["member": "\(seat.name)"])
      return PlainAnswer.json(
        Wire.MemberSeat(member: seat.name, url: seat.peerURL, cluster: seat.cluster).json())
    } catch {
      return PlainAnswer.problem(PeerProblem(.unfit, "\(error)"))
    }
  }

  private static let mostBytes = 4_096
}
