package import CommandLog
import Foundation
package import Ledger
package import LedgerStore
package import Logging
import Market
import Placement
import Replication
import Synchronization
import Transparency

/// One replica: the shell of the ledger's state machine. A single thread owns the state. While it leads,
/// it takes what is waiting, makes it durable in the log in one append, applies it, and answers; what
/// arrives meanwhile is the next batch. Otherwise it applies what the leader appends, and sends it what
/// it is asked to submit. The rows of the ledger file follow behind (`Projector`).
package final class Replica: Sendable {
  /// With this many submissions in the last batch, as many are waited for a little.
  static let crowd = 4
  /// How long at most, and between two looks; microseconds.
  static let patience: UInt32 = 6_000
  static let glance: UInt32 = 100
  /// Submissions that may wait.
  package static let queueLimit = 20_000

  package let store: LedgerStore
  package let clock: MarketClock
  let logger: Logger
  let seat: ReplicaSeat
  let shared: Mutex<Shared>
  let wake = DispatchSemaphore(value: 0)
  let solver = DispatchQueue(label: "sampan.solver")

  struct Shared {
    var inbox: [ReplicaLoop.Waiting] = []
    var reads: [Read] = []
    var answers: [LogAnswer] = []
    var solved: [(epoch: Int64, commands: [Command])] = []
    var shorten: Int64?
    var clockDrift: Int64?
    var waiters: [Waiter] = []
    var waitersSoFar = 0
    var status = ReplicaStatus()
    var stopping = false
  }

  /// Who waits for a later position.
  struct Waiter {
    var number: Int
    var after: Int64
    var continuation: CheckedContinuation<Int64, Never>
  }

  struct Read {
    var perform: @Sendable (borrowing LedgerState) -> Void
    var refuse: @Sendable () -> Void
  }

  /// A replica without others, whose log lies beside its ledger file.
  /// - Parameter principal: in whose name it closes rounds, commits, settles and seals.
  package convenience init(
    store: LedgerStore, clock: MarketClock, principal: String, logger: Logger
  ) {
    self.init(
      store: store, clock: clock, seat: ReplicaSeat(principal: principal), logger: logger)
  }

  package init(store: LedgerStore, clock: MarketClock, seat: ReplicaSeat, logger: Logger) {
    self.store = store
    self.clock = clock
    self.seat = seat
    self.logger = logger
    shared = Mutex(Shared())
  }

  // MARK: For callers

  /// Appends a command and waits until it is durable, and applied here. Where another replica leads,
  /// it goes there; with the same id it can be sent again at any time, and is done once.
  package func submit(_ submission: Submission) async throws -> Receipt {
    guard seat.mayLead else {
      throw SubmissionError.unfit("this is a follower of a ledger: it takes no commands")
    }
    let deadline = ContinuousClock.now + Self.deadline
    var wasSent = false
    while true {
      do {
        return try await offer(submission, deadline)
      } catch let error as SubmissionError {
        switch error {
        // Whom it was sent to does not lead, or no longer.
        case .moved: break
        // The next leader tells, under the same id.
        case .unknown:
          wasSent = true
          if seat.isAlone, isEnding { throw error }
        case .paused, .stopping, .overloaded, .halted:
          throw wasSent ? SubmissionError.unknown(since: MarketClock.wall()) : error
        case .differentContent, .unfit: throw error
        }
      }
      let now = ContinuousClock.now
      guard now < deadline, status.pausedSince == nil || !wasSent else {
        let since = status.pausedSince ?? MarketClock.wall()
        throw wasSent ? SubmissionError.unknown(since: since) : .paused(since: since)
      }
      try await Task.sleep(for: Self.again)
    }
  }

  /// One try, here or with whoever leads.
  /// - Throws: `moved` when nobody took it, `unknown` when somebody may have.
  private func offer(
    _ submission: Submission, _ deadline: ContinuousClock.Instant
  ) async throws -> Receipt {
    if seat.isAlone { return try await enqueue(submission) }
    let status = status
    // Nobody answers: the sender had better know at once.
    if let since = status.pausedSince { throw SubmissionError.paused(since: since) }
    switch status.standing {
    case .halted(let why): throw SubmissionError.halted(why)
    case .leading: return try await enqueue(submission)
    case .starting, .following(nil): throw SubmissionError.moved
    case .following(let leader?):
      guard let forward = seat.forward else { throw SubmissionError.moved }
      let receipt: Receipt
      do {
        receipt = try await forward(leader, submission)
      } catch let error as SubmissionError {
        throw error
      } catch {
        throw SubmissionError.unknown(since: MarketClock.wall())
      }
      return try await reach(receipt, deadline)
    }
  }

  private var isEnding: Bool { shared.withLock { $0.stopping } }

  /// How long a command looks for a leader, and how often.
  private static let deadline = Duration.seconds(8)
  private static let again = Duration.milliseconds(50)

  /// Waits until a forwarded command is applied here, so that whoever reads next sees it.
  private func reach(
    _ receipt: Receipt, _ deadline: ContinuousClock.Instant
  ) async throws -> Receipt {
    while await change(after: receipt.position, timeout: .milliseconds(500)) <= receipt.position {
      if case .halted = status.standing { throw SubmissionError.unknown(since: MarketClock.wall()) }
      guard ContinuousClock.now < deadline, !isEnding else {
        throw SubmissionError.unknown(since: status.pausedSince ?? MarketClock.wall())
      }
    }
    return receipt
  }

  /// Appends a command that another replica was asked to take.
  /// - Throws: `moved` when this replica does not lead.
  package func submitAsLeader(_ submission: Submission) async throws -> Receipt {
    guard status.standing == .leading else { throw SubmissionError.moved }
    return try await enqueue(submission)
  }

  private func enqueue(_ submission: Submission) async throws -> Receipt {
    try await withCheckedThrowingContinuation { continuation in
      let refused: SubmissionError? = shared.withLock { shared in
        if shared.stopping { return .stopping }
        if shared.inbox.count >= Self.queueLimit { return .overloaded }
        shared.inbox.append(
          ReplicaLoop.Waiting(submission: submission) { continuation.resume(with: $0) })
        return nil
      }
      if let refused { continuation.resume(throwing: refused) } else { wake.signal() }
    }
  }

  /// Reads the live state between two batches.
  package func read<T: Sendable>(
    _ body: @escaping @Sendable (borrowing LedgerState) -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
      let stopping = shared.withLock { shared in
        guard !shared.stopping else { return true }
        shared.reads.append(
          Read(
            perform: { continuation.resume(returning: body($0)) },
            refuse: { continuation.resume(throwing: SubmissionError.stopping) }))
        return false
      }
      if stopping {
        continuation.resume(throwing: SubmissionError.stopping)
      } else {
        wake.signal()
      }
    }
  }

  /// Waits until everything is applied here that a majority had in the log when this was called: what is
  /// read after that is not older than the call.
  package func catchUp(timeout: Duration) async throws {
    guard let log = seat.log else { return }
    let head = try await log.head()
    _ = await change(after: head.next - 1, timeout: timeout)
    guard status.position >= head.next else {
      throw SubmissionError.paused(since: status.pausedSince ?? MarketClock.wall())
    }
  }

  /// Lets the shared log go of what lies before a position, if this replica leads. Everything up to there
  /// has to be sealed, and in the files of the others.
  package func shorten(before position: Int64) {
    shared.withLock { $0.shorten = position }
    wake.signal()
  }

  /// Takes what the clocks of the other replicas say of this one: while it is known to be wrong, this replica
  /// does not lead, since whoever leads stamps what all others apply.
  /// - Parameter drift: how far it is ahead of most, ms; nil: it is not known to be wrong.
  package func judgeClock(drift: Int64?) {
    shared.withLock { $0.clockDrift = drift }
    wake.signal()
  }

  package var status: ReplicaStatus {
    shared.withLock { shared in
      var status = shared.status
      status.waiting = shared.inbox.count
      return status
    }
  }

  /// Waits until a later position than this one is applied, or the time is over.
  /// - Returns: the position applied.
  package func change(after position: Int64, timeout: Duration) async -> Int64 {
    await withCheckedContinuation { continuation in
      let number: Int? = shared.withLock { shared in
        guard shared.status.position <= position, !shared.stopping else { return nil }
        shared.waitersSoFar += 1
        shared.waiters.append(
          Waiter(number: shared.waitersSoFar, after: position, continuation: continuation))
        return shared.waitersSoFar
      }
      guard let number else { return continuation.resume(returning: status.position) }
      let seconds =
        Double(timeout.components.seconds)
        + Double(timeout.components.attoseconds) / 1e18
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [self] in
        resume { waiter, _ in waiter.number == number }
      }
    }
  }

  /// Ends the wait of those for whom this holds; it is given the position too.
  func resume(where isOver: (Waiter, Int64) -> Bool) {
    let (position, due) = shared.withLock { shared in
      let position = shared.status.position
      let due = shared.waiters.filter { isOver($0, position) }
      shared.waiters.removeAll { isOver($0, position) }
      return (position, due)
    }
    for waiter in due { waiter.continuation.resume(returning: position) }
  }
}
