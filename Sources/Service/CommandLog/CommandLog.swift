/// The ordered log of a ledger: batches one after the other, without a gap, each there for good once
/// it was appended. One replica at a time may append, its leader; everybody reads.
///
/// Two engines: `EtcdLog`, for many replicas, and `LocalCommandLog`, for one. Both pass the same
/// suite (`CommandLogTests`). What holds on both:
/// - A batch is appended in the term of the leader that sent it, at the end of the log, or not at all.
///   Whoever was leader before can never append again.
/// - The same bytes sent again never lie in the log twice, and the second answer is `done` too.
/// - What a reader was given never changes and never goes away, but for a truncation.
///
/// A log may be *younger than a reader*: somebody restored an old backup of etcd. The log cannot know.
/// Whoever knows a position, by its ledger file or a seal, compares `head().next` with it before it
/// leads or serves, and stops when the log ends before it.
package protocol CommandLog: Sendable {
  /// Leads, if nobody does.
  /// - Returns: the new term; nil while somebody else leads.
  func campaign(_ candidate: Candidate) async throws(LogFailure) -> Term?

  /// Holds the term for another while; to be asked every third of `termSeconds`.
  /// - Returns: false when the term is over: whatever is on its way may still be in the log.
  func keepAlive(_ term: Term) async throws(LogFailure) -> Bool

  /// Ends the term, if it is not over; its revision is enough. Nothing is said when that fails: it ends by
  /// itself.
  func resign(_ term: Term) async

  /// Appends a batch at the end of the log, in a term.
  ///
  /// After `unreachable` or `full` it is not known whether the batch is in the log. To find out, append
  /// the same bytes again: `done` is final, and so are `deposed` and `taken`, after which this batch is
  /// not in the log and never will be.
  /// - Throws: `rejected` for a batch with a fault, or one that would leave a gap.
  func append(_ batch: LogBatch, term: Term) async throws(LogFailure) -> AppendOutcome

  /// Lets an empty log begin at a position: the ledger was kept elsewhere until there.
  /// - Returns: false when the term is over.
  /// - Throws: `rejected` when the log is not empty or began elsewhere. The same position again is fine.
  func begin(at position: Int64, term: Term) async throws(LogFailure) -> Bool

  /// What the log holds from a position on: ascending, contiguous, some MiB at most a call, empty at
  /// the head or beyond it. Every batch that was answered with `done` before the call is seen by it. A
  /// position within a batch gets the rest of that batch first.
  /// - Throws: `behind` when entries from this position on were truncated.
  func batches(from position: Int64) async throws(LogFailure) -> [LogBatch]

  /// `head` and then `batches`; by one question where the engine can.
  func look(from position: Int64) async throws(LogFailure) -> LogLook

  /// Where the log ends, where it begins, and who leads, as of now and not of some time ago.
  func head() async throws(LogFailure) -> LogHead

  /// Returns when something may be new after this position, and after a second at the latest. It only
  /// ever wakes: what is there, `batches` says.
  func wait(after position: Int64) async

  /// Lets go of the batches that end at or before a position, and of the space that they took. Everything
  /// up to there has to be sealed, and in the files of the replicas.
  /// - Returns: false when the term is over, and nothing was let go of.
  func truncate(before position: Int64, term: Term) async throws(LogFailure) -> Bool

  /// How the engine is, for people. Ends within seconds, whatever state it is in.
  func condition() async -> LogCondition

  /// How long a term lasts that nobody holds.
  var termSeconds: Int { get }
}

/// Who wants to lead: its name, and the URL by which other replicas reach it.
package struct Candidate: Sendable, Equatable {
  package var name: String
  package var url: String

  package init(name: String, url: String) {
    self.name = name
    self.url = url
  }
}

/// A term of leadership. Later terms have larger revisions; it is the fence of every append.
package struct Term: Sendable, Equatable {
  /// With etcd the create revision of the key `leader`.
  package var revision: Int64
  /// With etcd the lease that the key hangs on; 0 otherwise.
  package var lease: Int64

  package init(revision: Int64, lease: Int64) {
    self.revision = revision
    self.lease = lease
  }
}

/// Who leads now.
package struct LeaderCard: Sendable, Equatable {
  package var name: String
  package var url: String
  /// Its term's revision.
  package var term: Int64

  package init(name: String, url: String, term: Int64) {
    self.name = name
    self.url = url
    self.term = term
  }
}

/// The ends of the log.
package struct LogHead: Sendable, Equatable {
  /// The position after the last batch; `floor` when there is none.
  package var next: Int64
  /// The first position that was not truncated.
  package var floor: Int64
  /// Nil while nobody leads.
  package var leader: LeaderCard?

  package init(next: Int64, floor: Int64, leader: LeaderCard?) {
    self.next = next
    self.floor = floor
    self.leader = leader
  }
}

/// The ends of the log and what it holds from a position on.
package struct LogLook: Sendable {
  package var head: LogHead
  package var batches: [LogBatch]

  package init(head: LogHead, batches: [LogBatch]) {
    self.head = head
    self.batches = batches
  }
}

extension CommandLog {
  package func look(from position: Int64) async throws(LogFailure) -> LogLook {
    let head = try await head()
    guard head.next > position else { return LogLook(head: head, batches: []) }
    return LogLook(head: head, batches: try await batches(from: position))
  }
}

/// What became of a batch, for good.
package enum AppendOutcome: Sendable, Equatable {
  /// It is in the log.
  case done
  /// It is not: the term is over.
  case deposed
  /// It is not: another batch lies there. Two leaders of one term, or a leader that did not read to the
  /// head: step down.
  case taken
}
