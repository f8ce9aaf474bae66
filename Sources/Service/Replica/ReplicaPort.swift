package import CommandLog
package import LedgerStore
package import Market
package import Transparency

/// The world of a replica's loop: its clocks, its way to the log, its file, the other replicas. What is
/// asked here is answered later, by a `LogAnswer`; nothing blocks but `keep`. There are two: threads and
/// tasks (`ThreadPort`), and the event queue of the simulator, so that both run the same loop.
package protocol ReplicaPort: AnyObject {
  /// Time of the market, ms: what entries are stamped with.
  var market: Int64 { get }
  /// The clock of the machine, ms since 1970 UTC; it may be set.
  var wall: Int64 { get }
  /// When it was this time of the market, by the clock of the machine; not later than now.
  func wall(of time: Int64) -> Int64
  /// A clock that never steps, ms.
  var monotonic: Int64 { get }
  /// The same in microseconds, for what is measured.
  var microseconds: Int64 { get }
  /// An id for a command of the replica itself, never given before.
  func freshID() -> String

  /// Read the log; wait for something new first, or not.
  func look(from position: Int64, wait: Bool)
  func campaign(_ candidate: Candidate)
  func keepAlive(_ term: Term)
  /// Nobody answers.
  func resign(_ term: Term)
  /// - Parameter flight: comes back with the answer.
  func append(_ batch: LogBatch, term: Term, flight: Int)
  /// Nobody answers.
  func truncate(before position: Int64, term: Term)

  /// Positions before this one are in the file.
  var written: Int64 { get }
  /// `keep` would not block.
  var hasRoom: Bool { get }
  /// What was applied under these ids, in the file or on its way there.
  func entries(ids: [String]) throws -> [String: AppliedEntry]
  /// Takes what was applied; it is durable in the log already.
  func keep(_ entries: [AppliedEntry], snapshot: Snapshot?) throws
  /// For whoever has to find out why a replica stopped.
  func keepEvidence(_ bytes: [UInt8], position: Int64) throws

  /// There are others to ask about a seal.
  var hasCouncil: Bool { get }
  func askCouncil(about seal: SealView)
  /// Clear a round outside the log; the outcome is wanted in this epoch.
  func solve(_ frozen: FrozenRound, in epoch: Int64)
}

/// What a replica's core reads from its ledger file when it starts, and writes where it has no loop.
package protocol ReplicaFile: Sendable {
  /// Names it in messages.
  var path: String { get }
  func progress() throws -> (position: Int64, tree: MerkleTree)
  func sealedThrough() throws -> Int64
  func sealedSnapshots() throws -> [Int64]
  func snapshot(position: Int64) throws -> Snapshot?
  func entries(from position: Int64, limit: Int) throws -> [(Int64, [UInt8])]
  func entries(ids: [String]) throws -> [String: AppliedEntry]
  func events(from: Int64, to: Int64) throws -> [(Int64, [[UInt8]])]
  func append(_ batch: [AppliedEntry], tree: inout MerkleTree, snapshot: Snapshot?) throws
}

extension LedgerStore: ReplicaFile {}
