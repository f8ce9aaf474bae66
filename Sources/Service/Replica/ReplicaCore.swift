package import CommandLog
package import Ledger
package import LedgerStore
package import Logging
import Market
package import Replication
import Transparency
import Units

/// The state and the log of a replica, without its thread: applies submissions and writes them. Also
/// what a backtest drives, with a clock of its own.
package struct ReplicaCore: Sendable {
  package private(set) var state: LedgerState
  private var log: LocalLog
  private var tree: MerkleTree
  private var leader = Leader()
  private let store: LedgerStore
  private let logger: Logger
  private let principal: String
  /// Leaf hashes of the events that no seal covers yet, by position.
  private var unsealed: [(position: Int64, leaves: [Digest])] = []
  private var stateDigest: String?

  /// Brings the state up to the file: the newest snapshot, then the entries after it.
  package init(store: LedgerStore, logger: Logger, principal: String) throws {
    self.store = store
    self.logger = logger
    self.principal = principal
    let (position, tree) = try store.progress()
    self.tree = tree
    state = LedgerState()
    for snapshot in try store.snapshots() {
      guard SHA256Hasher.hex(snapshot.state) == snapshot.digest,
        let found = try? FieldCodec.decode(LedgerState.self, from: snapshot.state),
        found.position == snapshot.position
      else {
        logger.error("snapshot is damaged", metadata: ["position": "\(snapshot.position)"])
        continue
      }
      state = found
      break
    }
    log = LocalLog(epoch: 0, time: 0)
    while state.position < position {
      for (at, bytes) in try store.entries(from: state.position, limit: 4_096) {
        let entry = try Entry.decode(bytes)
        guard entry.position == at else {
          throw LedgerStoreError.corrupt(path: store.path, what: "entry \(at) says \(entry.position)")
        }
        let events = try state.apply(entry)
        remember(events, entry.position)
      }
    }
    // Events from before the snapshot that no seal covers are read again, without applying them.
    try rememberOlder()
    log = LocalLog(epoch: state.epoch, time: state.time)
  }

  /// Appends the genesis of a new log, then begins an epoch.
  package mutating func begin(genesis: Genesis?, clock: Int64) throws {
    if state.position == 0 {
      guard let genesis else {
        throw LedgerStoreError.corrupt(path: store.path, what: "it has no genesis")
      }
      _ = try commit([own(.genesis(genesis))], clock: clock)
    }
    let next = state.epoch + 1
    log.begin(epoch: next)
    _ = try commit([own(.lead(Numbered(next)))], clock: clock)
  }

  /// Applies a batch and writes it durably. Throws when it could not be written: the state is then
  /// ahead of the file and the process must end.
  package mutating func commit(
    _ submissions: [Submission], clock: Int64
  ) throws -> [Result<Receipt, any Error>] {
    let time = log.stamp(clock)
    var results: [Result<Receipt, any Error>] = []
    var batch: [AppliedEntry] = []
    var inBatch: [String: Int] = [:]
    var snapshot: Snapshot?
    results.reserveCapacity(submissions.count)
    for submission in submissions {
      if let index = inBatch[submission.id] {
        results.append(Self.again(submission, batch[index]))
        continue
      }
      if let known = try store.entry(id: submission.id) {
        results.append(Self.again(submission, known))
        continue
      }
      do throws(CodecError) {
        let (entry, bytes) = try log.entry(submission, position: state.position, time: time)
        let events: [Event]
        do throws(LedgerFault) {
          events = try state.apply(entry)
        } catch {
          preconditionFailure("own entry cannot be applied: \(error)")
        }
        let applied = AppliedEntry(entry: entry, bytes: bytes, events: events)
        inBatch[submission.id] = batch.count
        batch.append(applied)
        remember(events, entry.position)
        results.append(.success(Self.receipt(applied, replayed: false)))
        if case .roundClosed? = events.last { snapshot = takeSnapshot() }
      } catch {
        results.append(.failure(SubmissionError.unfit(error.description)))
      }
    }
    try store.append(batch, tree: &tree, snapshot: snapshot)
    return results
  }

  /// What the leader has to do now.
  package mutating func due(market: Int64, wall: Int64) -> [Leader.Action] {
    leader.step(state, market: market, wall: wall)
  }

  /// The seal over these positions.
  package mutating func seal(from: Int64, to: Int64) throws -> Command {
    var terms = SealTerms()
    terms.from = from
    terms.to = to
    let leaves = unsealed.filter { $0.position >= from && $0.position <= to }.flatMap(\.leaves)
    terms.events = MerkleTree.root(of: leaves, hasher: SHA256Hasher()).hex
    terms.state = stateDigest
    stateDigest = nil
    unsealed.removeAll { $0.position <= to }
    return .seal(terms)
  }

  package func own(_ command: Command) -> Submission { Self.own(command, principal) }

  /// A command of the replica itself.
  static func own(_ command: Command, _ principal: String) -> Submission {
    var generator = SystemRandomNumberGenerator()
    let id = [generator.next(), generator.next()].map { word -> String in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return Submission(id: id.joined(), by: principal, role: .leader, command: command)
  }

  /// The root over all entries.
  package var root: String { tree.root(hasher: SHA256Hasher()).hex }

  private mutating func remember(_ events: [Event], _ position: Int64) {
    let hasher = SHA256Hasher()
    unsealed.append(
      (
        position,
        events.enumerated().map { index, event in
          hasher.leaf(event.encoded(position: position, index: index))
        }
      ))
  }

  private mutating func rememberOlder() throws {
    unsealed.removeAll { $0.position < state.unsealed }
    let first = unsealed.first?.position ?? state.position
    guard state.unsealed < first else { return }
    let hasher = SHA256Hasher()
    let older = try store.events(from: state.unsealed, to: first - 1).map { position, events in
      (position: position, leaves: events.map { hasher.leaf($0) })
    }
    unsealed = older + unsealed
  }

  private mutating func takeSnapshot() -> Snapshot {
    let bytes = FieldCodec.encode(state)
    let digest = SHA256Hasher.hex(bytes)
    stateDigest = digest
    return Snapshot(
      position: state.position, round: state.round.number, digest: digest, state: bytes)
  }

  private static func again(
    _ submission: Submission, _ known: AppliedEntry
  ) -> Result<Receipt, any Error> {
    let entry = known.entry
    guard entry.by == submission.by, entry.role == submission.role,
      entry.command == submission.command
    else { return .failure(SubmissionError.differentContent(position: entry.position)) }
    return .success(receipt(known, replayed: true))
  }

  private static func receipt(_ applied: AppliedEntry, replayed: Bool) -> Receipt {
    Receipt(
      position: applied.entry.position, time: applied.entry.time, kind: applied.entry.command.kind,
      refusal: applied.refusal, replayed: replayed)
  }
}
