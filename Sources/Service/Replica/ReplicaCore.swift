package import CommandLog
package import Ledger
package import LedgerStore
package import Logging
import Market
package import Replication
import Transparency
import Units

/// Why a replica cannot go on.
package enum ReplicaFault: Error, CustomStringConvertible {
  case cannotApply(position: Int64, fault: LedgerFault)
  case cannotLead(principal: String, refusal: Refusal)

  package var description: String {
    switch self {
    case .cannotApply(0, _):
      "the genesis cannot be applied: HKD must be among its currencies, names must be known and used once"
    case .cannotApply(let position, let fault): "entry \(position) cannot be applied: \(fault)"
    case .cannotLead(let principal, let refusal):
      "\(principal) cannot lead this log (\(refusal.code)); the genesis must give it the role leader"
    }
  }
}

/// The state and the log of a replica, without its thread: applies submissions and writes them. Also
/// what a backtest drives, with a clock of its own.
package struct ReplicaCore: Sendable {
  package private(set) var state: LedgerState
  private var log: Sequencer
  /// Over what is in the file.
  private(set) var tree: MerkleTree
  private var leader = Leader()
  private let store: LedgerStore
  private let logger: Logger
  private let principal: String
  /// Leaf hashes of the events that no seal covers yet, by position.
  private var unsealed: [(position: Int64, leaves: [Digest])] = []
  /// Digests of the state right after closes of rounds that no seal covers yet, by position.
  private var closes: [(position: Int64, digest: String)] = []

  /// Brings the state up to the file: the newest snapshot that matches its seal, then the entries
  /// after it.
  package init(store: LedgerStore, logger: Logger, principal: String) throws {
    self.store = store
    self.logger = logger
    self.principal = principal
    let (position, tree) = try store.progress()
    self.tree = tree
    state = try Self.newestSnapshot(store, logger) ?? LedgerState()
    log = Sequencer(epoch: 0, time: 0)
    let sealed = try store.sealedThrough()
    while state.position < position {
      let entries = try store.entries(from: state.position, limit: 4_096)
      guard !entries.isEmpty else {
        throw LedgerStoreError.corrupt(
          path: store.path, what: "entries from \(state.position) to \(position - 1) are missing")
      }
      for (at, bytes) in entries where at < position { try follow(at, bytes, sealed) }
    }
    try rememberEvents()
    log = Sequencer(epoch: state.epoch, time: state.time)
  }

  private static func newestSnapshot(
    _ store: LedgerStore, _ logger: Logger
  ) throws -> LedgerState? {
    for position in try store.sealedSnapshots() {
      guard let snapshot = try store.snapshot(position: position),
        SHA256Hasher.hex(snapshot.state) == snapshot.digest,
        let found = try? FieldCodec.decode(LedgerState.self, from: snapshot.state),
        found.position == snapshot.position
      else {
        logger.error("snapshot is damaged", metadata: ["position": "\(position)"])
        continue
      }
      return found
    }
    return nil
  }

  /// Applies an entry of the file.
  private mutating func follow(_ position: Int64, _ bytes: [UInt8], _ sealed: Int64) throws {
    let events: [Event]
    do {
      let entry = try Entry.decode(bytes)
      guard entry.position == position else {
        throw LedgerFault.wrongPosition(expected: position, found: entry.position)
      }
      events = try state.apply(entry)
    } catch {
      throw LedgerStoreError.corrupt(
        path: store.path, what: "entry \(position) cannot follow: \(error)")
    }
    if position > sealed, case .roundClosed? = events.last { _ = takeSnapshot() }
  }

  /// Appends the genesis of a new log, then begins an epoch.
  package mutating func begin(genesis: Genesis?, clock: Int64) throws {
    if state.position == 0 {
      guard let genesis else {
        throw LedgerStoreError.corrupt(path: store.path, what: "it has no genesis")
      }
      _ = try commit([own(.genesis(genesis))], clock: clock).map { try $0.get() }
    }
    let next = state.epoch + 1
    log.begin(epoch: next)
    for result in try commit([own(.lead(Numbered(next)))], clock: clock) {
      guard let refusal = try result.get().refusal else { continue }
      throw ReplicaFault.cannotLead(principal: principal, refusal: refusal)
    }
  }

  /// What became of a batch.
  package struct Applied: Sendable {
    /// In the order of the submissions.
    package var results: [Result<Receipt, any Error>] = []
    /// What is new in the log.
    package var entries: [AppliedEntry] = []
    package var snapshot: Snapshot?
  }

  /// Applies a batch and writes it durably. Throws when it could not be written: the state is then
  /// ahead of the file and the process must end.
  package mutating func commit(
    _ submissions: [Submission], clock: Int64
  ) throws -> [Result<Receipt, any Error>] {
    let known = try store.entries(ids: submissions.map(\.id))
    let applied = try apply(submissions, clock: clock, known: known)
    try store.append(applied.entries, tree: &tree, snapshot: applied.snapshot)
    return applied.results
  }

  /// Applies a batch, which is then to be written; `tree` stays behind until it is.
  /// - Parameter known: entries of the commands that were there before, by their ids.
  package mutating func apply(
    _ submissions: [Submission], clock: Int64, known: [String: AppliedEntry]
  ) throws -> Applied {
    let time = log.stamp(clock)
    var applied = Applied()
    var inBatch: [String: Int] = [:]
    applied.results.reserveCapacity(submissions.count)
    applied.entries.reserveCapacity(submissions.count)
    for submission in submissions {
      if let index = inBatch[submission.id] {
        applied.results.append(Self.again(submission, applied.entries[index]))
        continue
      }
      if let known = known[submission.id] {
        applied.results.append(Self.again(submission, known))
        continue
      }
      let entry: Entry
      let bytes: [UInt8]
      do throws(CodecError) {
        (entry, bytes) = try log.entry(submission, position: state.position, time: time)
      } catch {
        applied.results.append(.failure(SubmissionError.unfit(error.description)))
        continue
      }
      inBatch[submission.id] = applied.entries.count
      let next = try follow(entry, bytes, &applied.snapshot)
      applied.entries.append(next)
      applied.results.append(.success(Self.receipt(next, replayed: false)))
    }
    return applied
  }

  /// Applies what a log holds beyond the file, and writes it there.
  /// - Parameter left: canonical entries, ascending, from the next position on.
  package mutating func recover(_ left: [(position: Int64, bytes: [UInt8])]) throws {
    var left = left[...]
    while !left.isEmpty {
      var entries: [AppliedEntry] = []
      var snapshot: Snapshot?
      while let (position, bytes) = left.first, snapshot == nil,
        entries.count < Sequencer.batchEntries
      {
        let entry = try Entry.decode(bytes)
        guard entry.position == position, position == state.position else {
          throw LedgerStoreError.corrupt(
            path: store.path,
            what: "entry \(state.position) is missing: the log beside it begins at \(position)")
        }
        entries.append(try follow(entry, bytes, &snapshot))
        left.removeFirst()
      }
      try store.append(entries, tree: &tree, snapshot: snapshot)
    }
    log = Sequencer(epoch: state.epoch, time: state.time)
  }

  /// Applies an entry that is not in the file yet.
  private mutating func follow(
    _ entry: Entry, _ bytes: [UInt8], _ snapshot: inout Snapshot?
  ) throws -> AppliedEntry {
    let events: [Event]
    do throws(LedgerFault) {
      events = try state.apply(entry)
    } catch {
      throw ReplicaFault.cannotApply(position: entry.position, fault: error)
    }
    let applied = AppliedEntry(entry: entry, bytes: bytes, events: events)
    remember(applied)
    if case .roundClosed? = events.last { snapshot = takeSnapshot() }
    return applied
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
    terms.state = closes.last { $0.position >= from && $0.position <= to }?.digest
    closes.removeAll { $0.position <= to }
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

  /// The root over all entries of the file.
  package var root: String { tree.root(hasher: SHA256Hasher()).hex }

  private mutating func remember(_ applied: AppliedEntry) {
    let hasher = SHA256Hasher()
    unsealed.append((applied.entry.position, applied.eventBytes.map { hasher.leaf($0) }))
  }

  /// The events that no seal covers, from the file.
  private mutating func rememberEvents() throws {
    let hasher = SHA256Hasher()
    unsealed = try store.events(from: state.unsealed, to: state.position - 1).map {
      (position: $0, leaves: $1.map { hasher.leaf($0) })
    }
    closes.removeAll { $0.position < state.unsealed }
  }

  private mutating func takeSnapshot() -> Snapshot {
    let bytes = FieldCodec.encode(state)
    let digest = SHA256Hasher.hex(bytes)
    closes.append((state.position - 1, digest))
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
      refusal: applied.refusal, legs: applied.legs, replayed: replayed)
  }
}
