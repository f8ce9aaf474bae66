import CommandLog
import Ledger
import LedgerStore
import Logging
import Replication

/// What a commit goes through: applied by the core, durable in the log, then on its way into the
/// ledger file while the next one is applied.
struct CommitPipeline {
  private(set) var core: ReplicaCore
  private let store: LedgerStore
  private let log: LogFile
  private let projector: Projector

  /// Brings the state up to file and log, and begins an epoch.
  /// - Parameter genesis: the first entry of a new file.
  init(
    store: LedgerStore, logger: Logger, principal: String, genesis: Genesis?, clock: Int64
  ) throws {
    self.store = store
    core = try ReplicaCore(store: store, logger: logger, principal: principal)
    log = try LogFile(path: LogFile.path(of: store.path))
    try core.recover(log.entries(from: core.state.position))
    try log.empty()
    try core.begin(genesis: genesis, clock: clock)
    projector = Projector(store: store, position: core.state.position, tree: core.tree)
  }

  /// Applies a batch and makes it durable. Throws when it could not be written: the state is then
  /// ahead of log and file and the process must end.
  mutating func commit(
    _ submissions: [Submission], clock: Int64
  ) throws -> [Result<Receipt, any Error>] {
    let ids = submissions.map(\.id)
    // In this order: an entry stops waiting only once the file has it.
    let waiting = projector.waiting(ids)
    let known = try store.entries(ids: ids).merging(waiting) { old, _ in old }
    let applied = try core.apply(submissions, clock: clock, known: known)
    guard !applied.entries.isEmpty else { return applied.results }
    try log.append(
      applied.entries.map { ($0.entry.position, $0.bytes) }, keeping: projector.written)
    try projector.take(applied.entries, snapshot: applied.snapshot)
    return applied.results
  }

  /// What the leader has to do now.
  mutating func due(market: Int64, wall: Int64) -> [Leader.Action] {
    core.due(market: market, wall: wall)
  }

  /// The seal over these positions.
  mutating func seal(from: Int64, to: Int64) throws -> Command { try core.seal(from: from, to: to) }

  /// Ends the projector, which first writes what is on its way.
  func finish() throws { try projector.finish() }

  /// The file holds everything: the log has nothing to keep.
  func close() throws {
    try log.empty()
    try log.close()
    try store.close()
  }
}
