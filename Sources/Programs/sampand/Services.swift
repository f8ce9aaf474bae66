import Foundation
import LedgerStore
import Logging
import Replica
import ServiceLifecycle

/// Runs the replica on a thread of its own. A ledger that cannot be written ends the process: what is
/// in memory must never outlive what is on disk.
struct ReplicaService: Service {
  let replica: Replica
  let logger: Logger

  func run() async throws {
    await withGracefulShutdownHandler {
      await withCheckedContinuation { continuation in
        let thread = Thread {
          do {
            try replica.run(genesis: nil)
            continuation.resume()
          } catch {
            logger.critical("the ledger cannot be written", metadata: ["error": "\(error)"])
            exit(70)
          }
        }
        thread.name = "replica"
        thread.stackSize = 8 << 20
        thread.start()
      }
    } onGracefulShutdown: {
      replica.stop()
    }
  }
}

extension Replica {
  /// Whether it orders commands now: alone, or as the leader of several.
  var leads: Bool {
    let status = status
    guard status.serving, case .leading = status.standing else { return false }
    return status.pausedSince == nil
  }
}

/// Publishes read-only copies of the ledger.
struct PublishingService: Service {
  let store: LedgerStore
  let replica: Replica
  let folder: String
  let every: Duration
  let keep: Int
  /// The newest checkpoint that is signed; nil before the first, or when nobody signs.
  let checkpoint: @Sendable () -> [UInt8]?
  let logger: Logger

  func run() async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await Task.sleep(for: every)
        if Task.isCancelled { return }
        publish()
      }
    }
  }

  private func publish() {
    let name = "ledger-\(replica.status.position).sqlite"
    do {
      // It is of what the file has by now: the copy has as much, or more.
      let note = checkpoint()
      let digest = try store.publish(to: "\(folder)/\(name)")
      if let note {
        try Data(note).write(
          to: URL(fileURLWithPath: "\(folder)/\(name).checkpoint"), options: .atomic)
      }
      logger.info("published", metadata: ["copy": "\(name)", "sha256": "\(digest)"])
      try prune()
    } catch {
      logger.error("cannot publish a copy", metadata: ["error": "\(error)"])
    }
  }

  private func prune() throws {
    let copies = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasPrefix("ledger-") && $0.hasSuffix(".sqlite") }
      .sorted { (Int($0.filter(\.isNumber)) ?? 0) < (Int($1.filter(\.isNumber)) ?? 0) }
    for old in copies.dropLast(keep) {
      try FileManager.default.removeItem(atPath: "\(folder)/\(old)")
      for beside in ["sha256", "checkpoint"] {
        try? FileManager.default.removeItem(atPath: "\(folder)/\(old).\(beside)")
      }
    }
  }
}

/// Holds a data directory for one process: a ledger file has one writer.
final class FileLock: Sendable {
  private let descriptor: Int32

  init(path: String) throws {
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw Failure(
        description: "\(path) is held by another sampand; stop that one, or choose another "
          + "dataDirectory")
    }
  }

  func release() { close(descriptor) }
}
