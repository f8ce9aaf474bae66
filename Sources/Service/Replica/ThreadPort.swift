import CommandLog
import Foundation
import Ledger
import LedgerStore
import Logging
import Market

/// The world of a real replica: tasks ask the log and bring their answers back to the replica's thread,
/// the file follows on a thread of its own.
final class ThreadPort: ReplicaPort {
  let projector: Projector
  private let store: LedgerStore
  private let log: any CommandLog
  private let clock: MarketClock
  private let logger: Logger
  private let council: (@Sendable (Int64) async -> [SealView?])?
  private let solver: @Sendable (FrozenRound, Int64) -> Void
  private let post: @Sendable (LogAnswer) -> Void

  /// - Parameters:
  ///   - solve: takes a round to clear, and the epoch in which its outcome is wanted.
  ///   - post: brings an answer to the replica's thread.
  ///   - onRoom: called when the file has room again.
  init(
    store: LedgerStore, core: ReplicaCore, log: any CommandLog, seat: ReplicaSeat,
    clock: MarketClock, logger: Logger, solve: @escaping @Sendable (FrozenRound, Int64) -> Void,
    post: @escaping @Sendable (LogAnswer) -> Void, onRoom: @escaping @Sendable () -> Void
  ) {
    self.store = store
    self.log = log
    self.clock = clock
    self.logger = logger
    council = seat.council
    solver = solve
    self.post = post
    projector = Projector(
      store: store, position: core.state.position, tree: core.tree, onRoom: onRoom)
  }

  var market: Int64 { clock.market }
  var wall: Int64 { MarketClock.wall() }
  func wall(of time: Int64) -> Int64 { clock.wall(of: time) }
  var monotonic: Int64 { MarketClock.monotonic() }
  var microseconds: Int64 { MarketClock.microseconds() }
  func freshID() -> String { ReplicaCore.freshID() }

  func look(from position: Int64, wait: Bool) {
    ask(LogAnswer.looked) { log throws(LogFailure) in
      if wait { await log.wait(after: position) }
      return try await log.look(from: position)
    }
  }

  func campaign(_ candidate: Candidate) {
    ask(LogAnswer.campaigned) { log throws(LogFailure) in try await log.campaign(candidate) }
  }

  func keepAlive(_ term: Term) {
    ask({ LogAnswer.held(term.revision, $0) }) { log throws(LogFailure) in
      try await log.keepAlive(term)
    }
  }

  func resign(_ term: Term) { Task { [log] in await log.resign(term) } }

  func append(_ batch: LogBatch, term: Term, flight: Int) {
    ask({ LogAnswer.appended(flight, $0) }) { log throws(LogFailure) in
      try await log.append(batch, term: term)
    }
  }

  func truncate(before position: Int64, term: Term) {
    Task { [log, logger] in
      do throws(LogFailure) {
        _ = try await log.truncate(before: position, term: term)
      } catch {
        logger.warning("the log was not shortened", metadata: ["failure": "\(error)"])
      }
    }
  }

  var written: Int64 { projector.written }
  var hasRoom: Bool { projector.hasRoom }

  func entries(ids: [String]) throws -> [String: AppliedEntry] {
    // In this order: an entry stops waiting only once the file has it.
    let unwritten = projector.waiting(ids)
    return try store.entries(ids: ids).merging(unwritten) { old, _ in old }
  }

  func keep(_ entries: [AppliedEntry], snapshot: Snapshot?) throws {
    try projector.take(entries, snapshot: snapshot)
  }

  func keepEvidence(_ bytes: [UInt8], position: Int64) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(store.path)-evidence-\(position).json"))
  }

  var hasCouncil: Bool { council != nil }

  func askCouncil(about seal: SealView) {
    guard let council else { return }
    Task { [post] in
      let others = await council(seal.position)
      post(.judged(seal, SealVerdict(own: seal, others: others)))
    }
  }

  func solve(_ frozen: FrozenRound, in epoch: Int64) { solver(frozen, epoch) }

  private func ask<Value: Sendable>(
    _ answer: @escaping @Sendable (Result<Value, LogFailure>) -> LogAnswer,
    _ question: @escaping @Sendable (any CommandLog) async throws(LogFailure) -> Value
  ) {
    Task { [post, log] in
      do throws(LogFailure) {
        post(answer(.success(try await question(log))))
      } catch {
        post(answer(.failure(error)))
      }
    }
  }
}
