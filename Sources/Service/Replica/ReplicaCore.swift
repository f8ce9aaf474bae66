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
  case halted(Member.Halt)
  case notAnEntry(position: Int64, what: String)
  case cannotLead(principal: String, refusal: Refusal)

  package var description: String {
    switch self {
    case .cannotApply(0, _):
      "the genesis cannot be applied: HKD must be among its currencies, names must be known and used once"
    case .cannotApply(let position, let fault): "entry \(position) cannot be applied: \(fault)"
    case .halted(let halt): halt.description
    case .notAnEntry(let position, let what): "what the log has at \(position) is no entry: \(what)"
    case .cannotLead(let principal, let refusal):
      "\(principal) cannot lead this log (\(refusal.code)); the genesis must give it the role leader"
    }
  }
}

/// The state and the log of a replica, without its thread: applies submissions and writes them. Also
/// what a backtest drives, with a clock of its own.
package struct ReplicaCore: Sendable {
  package internal(set) var state: LedgerState
  private var sequencer: Sequencer
  /// Over what is in the file.
  private(set) var tree: MerkleTree
  private var leader = Leader()
  private let store: any ReplicaFile
  private let logger: Logger
  private let principal: String
  /// The newest rules that it knows.
  private let release: Int64
  /// Leaf hashes of the events that no seal covers yet, by position.
  private var unsealed: [(position: Int64, leaves: [Digest])] = []
  /// Digests of the state right after closes of rounds that no seal covers yet, by position.
  private var closes: [(position: Int64, digest: String)] = []
  /// The last seals as they come out here, the newest last.
  package private(set) var seals: [SealView] = []
  /// Seals of the log that came out otherwise here, where most replicas have the same as this one.
  private(set) var overruling: [SealView] = []
  /// The first seal of the log that came out otherwise here.
  package private(set) var difference: SealDifference?
  /// Seals that are kept for other replicas to compare with.
  private static let sealsKept = 64

  /// Brings the state up to the file: the newest snapshot that matches its seal, then the entries
  /// after it.
  /// - Parameter release: the newest rules that it knows; lower than the newest of all where a simulator
  ///   drives a replica that was not upgraded yet.
  package init(
    store: any ReplicaFile, logger: Logger, principal: String,
    release: Int64 = LedgerState.newestVersion
  ) throws {
    self.store = store
    self.logger = logger
    self.principal = principal
    self.release = release
    let (position, tree) = try store.progress()
    self.tree = tree
    state = try Self.newestSnapshot(store, logger) ?? LedgerState()
    sequencer = Sequencer(epoch: 0, time: 0)
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
    sequencer = Sequencer(epoch: state.epoch, time: state.time)
  }

  private static func newestSnapshot(
    _ store: any ReplicaFile, _ logger: Logger
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

  /// Writes the genesis of a new ledger.
  package mutating func found(_ genesis: Genesis, clock: Int64) throws {
    _ = try commit([own(.genesis(genesis))], clock: clock).map { try $0.get() }
  }

  /// Writes the genesis of a new ledger, then begins an epoch.
  package mutating func begin(genesis: Genesis?, clock: Int64) throws {
    if state.position == 0 {
      guard let genesis else {
        throw LedgerStoreError.corrupt(path: store.path, what: "it has no genesis")
      }
      try found(genesis, clock: clock)
    }
    let next = state.epoch + 1
    sequencer.begin(epoch: next)
    for result in try commit([own(.lead(Numbered(next)))], clock: clock) {
      guard let refusal = try result.get().refusal else { continue }
      throw ReplicaFault.cannotLead(principal: principal, refusal: refusal)
    }
  }

  /// A batch on its way into the log: what each submission becomes in it.
  package struct Ordered: Sendable {
    enum Fate: Sendable {
      case entry(Int)
      /// The same id stands earlier in the batch.
      case again(Int, Submission)
      case settled(Result<Receipt, any Error>)
    }

    /// Of as many submissions as it took, in their order.
    var fates: [Fate] = []
    /// What is new in the log.
    package var entries: [Entry] = []
    /// Their canonical bytes.
    package var bytes: [[UInt8]] = []
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
    var left = submissions[...]
    var results: [Result<Receipt, any Error>] = []
    while !left.isEmpty {
      let known = try store.entries(ids: left.map(\.id))
      let ordered = order(left, clock: clock, known: known)
      let applied = try apply(ordered)
      try store.append(applied.entries, tree: &tree, snapshot: applied.snapshot)
      results += applied.results
      left.removeFirst(ordered.fates.count)
    }
    return results
  }

  /// Gives submissions their positions and stamps: as many of the first as make a batch.
  /// - Parameter known: entries of the commands that were there before, by their ids.
  package mutating func order(
    _ submissions: ArraySlice<Submission>, clock: Int64, known: [String: AppliedEntry]
  ) -> Ordered {
    let time = sequencer.stamp(clock)
    var ordered = Ordered()
    var inBatch: [String: Int] = [:]
    var size = 0
    ordered.fates.reserveCapacity(submissions.count)
    for submission in submissions {
      if let index = inBatch[submission.id] {
        ordered.fates.append(.again(index, submission))
        continue
      }
      if let known = known[submission.id] {
        ordered.fates.append(.settled(Self.again(submission, known)))
        continue
      }
      // No replica of this release could go on after it.
      if let next = state.version(askedBy: submission.command), next > release {
        ordered.fates.append(
          .settled(
            .failure(
              SubmissionError.unfit(
                "version \(next) needs a newer release; install it on every replica first"))))
        continue
      }
      // A replica of an older release would not read it: that one stops at the switch.
      let since = submission.command.sinceVersion
      if since > state.version {
        ordered.fates.append(
          .settled(
            .failure(
              SubmissionError.unfit(
                "it needs version \(since) of the rules and the ledger has \(state.version); two "
                  + "persons take it up: sampan broker activate \(state.version + 1)"))))
        continue
      }
      do throws(CodecError) {
        let (entry, bytes) = try sequencer.entry(
          submission, position: state.position + Int64(ordered.entries.count), time: time)
        guard ordered.entries.count < LogBatch.mostEntries,
          size + bytes.count + 1 <= LogBatch.mostBytes
        else { break }
        size += bytes.count + 1
        inBatch[submission.id] = ordered.entries.count
        ordered.fates.append(.entry(ordered.entries.count))
        ordered.entries.append(entry)
        ordered.bytes.append(bytes)
      } catch {
        ordered.fates.append(.settled(.failure(SubmissionError.unfit(error.description))))
      }
    }
    return ordered
  }

  /// Applies what was ordered, which is then to be written; `tree` stays behind until it is.
  package mutating func apply(_ ordered: Ordered) throws -> Applied {
    var applied = Applied()
    applied.entries.reserveCapacity(ordered.entries.count)
    for (entry, bytes) in zip(ordered.entries, ordered.bytes) {
      applied.entries.append(try follow(entry, bytes, &applied.snapshot))
    }
    applied.results = ordered.fates.map { fate in
      switch fate {
      case .entry(let index): .success(Self.receipt(applied.entries[index], replayed: false))
      case .again(let index, let submission): Self.again(submission, applied.entries[index])
      case .settled(let result): result
      }
    }
    return applied
  }

  /// Applies a batch of the log, of which some may be applied already; `tree` stays behind.
  package mutating func apply(_ batch: LogBatch) throws -> Applied {
    var applied = Applied()
    for (index, bytes) in batch.entries.enumerated()
    where batch.first + Int64(index) >= state.position {
      let entry: Entry
      do throws(CodecError) {
        entry = try Entry.decode(bytes)
      } catch {
        throw ReplicaFault.notAnEntry(position: batch.first + Int64(index), what: "\(error)")
      }
      applied.entries.append(try follow(entry, bytes, &applied.snapshot))
    }
    return applied
  }

  /// Begins a term: entries carry the next epoch from now on.
  /// - Returns: the command that says so in the log; the first of the term.
  package mutating func beginTerm() -> Command {
    leader = Leader()
    sequencer = Sequencer(epoch: state.epoch, time: state.time)
    sequencer.begin(epoch: state.epoch + 1)
    return .lead(Numbered(state.epoch + 1))
  }

  /// Applies an entry that is not in the file yet.
  private mutating func follow(
    _ entry: Entry, _ bytes: [UInt8], _ snapshot: inout Snapshot?
  ) throws -> AppliedEntry {
    if release < LedgerState.newestVersion,
      let next = state.unknownRules(in: entry, beyond: release)
    {
      throw ReplicaFault.cannotApply(position: entry.position, fault: .unknownVersion(next))
    }
    let events: [Event]
    do throws(LedgerFault) {
      events = try state.apply(entry)
    } catch {
      throw ReplicaFault.cannotApply(position: entry.position, fault: error)
    }
    let applied = AppliedEntry(entry: entry, bytes: bytes, events: events)
    remember(applied)
    if case .roundClosed? = events.last { snapshot = takeSnapshot() }
    if case .seal(let seal) = entry.command {
      if case .sealed? = events.last {
        compare(seal, at: entry.position)
      } else {
        // No leader says a seal that its own state refuses: one of the two has another state.
        look(SealView(position: entry.position, events: "", state: nil), beside: seal)
      }
    }
    return applied
  }

  /// What the leader has to do now.
  package mutating func due(market: Int64, wall: Int64) -> [Leader.Action] {
    leader.step(state, market: market, wall: wall)
  }

  /// The seal over these positions.
  package func seal(from: Int64, to: Int64) -> Command {
    var terms = SealTerms()
    terms.from = from
    terms.to = to
    (terms.events, terms.state) = digests(from: from, to: to)
    return .seal(terms)
  }

  /// What a seal over these positions says, as this replica has applied them.
  private func digests(from: Int64, to: Int64) -> (events: String, state: String?) {
    let leaves = unsealed.filter { $0.position >= from && $0.position <= to }.flatMap(\.leaves)
    return (
      MerkleTree.root(of: leaves, hasher: SHA256Hasher()).hex,
      closes.last { $0.position >= from && $0.position <= to }?.digest
    )
  }

  /// Computes a seal of the log again.
  private mutating func compare(_ seal: SealTerms, at position: Int64) {
    let (events, state) = digests(from: seal.from, to: seal.to)
    look(SealView(position: position, events: events, state: state), beside: seal)
    closes.removeAll { $0.position <= seal.to }
    unsealed.removeAll { $0.position <= seal.to }
  }

  /// Keeps what came out here, and notes the first that the log has otherwise.
  private mutating func look(_ own: SealView, beside seal: SealTerms) {
    seals.append(own)
    if seals.count > Self.sealsKept { seals.removeFirst() }
    guard seal.events != own.events || seal.state != own.state else { return }
    difference = difference ?? SealDifference(seal: seal, own: own)
  }

  /// The difference was looked into, and this replica is right.
  mutating func clearDifference() {
    if let own = difference?.own { overruling.append(own) }
    if overruling.count > Self.sealsKept { overruling.removeFirst() }
    difference = nil
  }

  /// A command of the replica itself.
  package func own(_ command: Command, id: String = freshID()) -> Submission {
    Submission(id: id, by: principal, role: .leader, command: command)
  }

  /// 32 hexadecimal digits from the system's randomness.
  package static func freshID() -> String {
    var generator = SystemRandomNumberGenerator()
    let id = [generator.next(), generator.next()].map { word -> String in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }
    return id.joined()
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
}
