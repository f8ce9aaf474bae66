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

/// What became of a submission: durable, and the same whenever it is asked again.
package struct Receipt: Sendable {
  package var position: Int64
  package var time: Int64
  package var kind: Command.Kind
  package var refusal: Refusal?
  /// What became of each leg of a transfer that was refused.
  package var legs: [Refusal]
  /// The command had been sent before; this is what became of it then.
  package var replayed: Bool
}

/// Why a submission did not become an entry.
package enum SubmissionError: Error, Sendable {
  /// The id was used for another command.
  case differentContent(position: Int64)
  /// A number or text is outside the range of its field.
  case unfit(String)
  /// The replica is stopping.
  case stopping
  /// More is waiting than this replica takes.
  case overloaded
}

/// How a replica is, for readiness and metrics.
package struct ReplicaStatus: Sendable {
  package var position: Int64 = 0
  package var time: Int64 = 0
  package var round: Int64 = 0
  package var roundDue: Int64 = 0
  package var roundClosed = false
  package var epoch: Int64 = 0
  package var serving = false
  package var commands: Int64 = 0
  package var refusals: Int64 = 0
  package var commits: Int64 = 0
  package var commitMicroseconds: Int64 = 0
  package var waiting = 0
}

/// One replica: the shell of the ledger's state machine. A single thread owns the state and the log: it
/// takes what is waiting, applies it, makes it durable in one append, and answers; what arrives
/// meanwhile is the next batch. The rows of the ledger file follow behind (`Projector`).
package final class Replica: Sendable {
  /// With this many submissions in the last batch, as many are waited for a little.
  private static let crowd = 4
  /// How long at most, and between two looks; microseconds.
  private static let patience: UInt32 = 6_000
  private static let glance: UInt32 = 100
  /// Submissions that may wait.
  package static let queueLimit = 20_000

  package let store: LedgerStore
  package let clock: MarketClock
  package let principal: String
  let logger: Logger
  private let shared: Mutex<Shared>
  private let wake = DispatchSemaphore(value: 0)
  private let solver = DispatchQueue(label: "sampan.solver")

  private struct Shared {
    var inbox: [Work] = []
    var waiters: [(after: Int64, resume: @Sendable (Int64) -> Void)] = []
    var status = ReplicaStatus()
    var stopping = false
  }

  private enum Work {
    case submission(Submission, @Sendable (Result<Receipt, any Error>) -> Void)
    case read(@Sendable (borrowing LedgerState) -> Void, refuse: @Sendable () -> Void)
  }

  /// - Parameter principal: in whose name the replica closes rounds, commits, settles and seals.
  package init(store: LedgerStore, clock: MarketClock, principal: String, logger: Logger) {
    self.store = store
    self.clock = clock
    self.principal = principal
    self.logger = logger
    shared = Mutex(Shared())
  }

  // MARK: For callers

  /// Appends a command and waits until it is durable and applied.
  package func submit(_ submission: Submission) async throws -> Receipt {
    try await withCheckedThrowingContinuation { continuation in
      let refused: SubmissionError? = shared.withLock { shared in
        if shared.stopping { return .stopping }
        if shared.inbox.count >= Self.queueLimit { return .overloaded }
        shared.inbox.append(.submission(submission) { continuation.resume(with: $0) })
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
        shared.inbox.append(
          .read(
            { continuation.resume(returning: body($0)) },
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
      let once = Once(continuation)
      let now: Int64? = shared.withLock { shared in
        if shared.status.position > position || shared.stopping { return shared.status.position }
        shared.waiters.append((position, { once.resume($0) }))
        return nil
      }
      if let now { return once.resume(now) }
      let seconds =
        Double(timeout.components.seconds)
        + Double(timeout.components.attoseconds) / 1e18
      DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [self] in
        once.resume(status.position)
      }
    }
  }

  /// Resumes a continuation at most once.
  private final class Once: Sendable {
    private let continuation: Mutex<CheckedContinuation<Int64, Never>?>
    init(_ continuation: CheckedContinuation<Int64, Never>) {
      self.continuation = Mutex(continuation)
    }
    func resume(_ position: Int64) {
      continuation.withLock { waiting in
        defer { waiting = nil }
        return waiting
      }?.resume(returning: position)
    }
  }

  // MARK: Life

  /// Brings the state up to the file, then runs until `stop`. Blocks the calling thread. Whoever
  /// waits when it ends is told so, also when it ends by an error.
  /// - Parameter genesis: the first entry of a new file.
  package func run(genesis: Genesis?) throws {
    defer { end() }
    var pipeline = try CommitPipeline(
      store: store, logger: logger, principal: principal, genesis: genesis, clock: clock.market)
    do {
      try serve(&pipeline)
    } catch {
      try? pipeline.finish()
      throw error
    }
    try pipeline.finish()
    try pipeline.close()
  }

  /// Until `stop`.
  private func serve(_ pipeline: inout CommitPipeline) throws {
    publish(pipeline.core)
    let tick: DispatchTimeInterval = clock.scale == 1 ? .milliseconds(200) : .milliseconds(10)
    var stopping = false
    var more = false
    var crowd = 0
    while !stopping {
      if !more { _ = wake.wait(timeout: .now() + tick) }
      // One look at the inbox answers all signals so far.
      while wake.wait(timeout: .now()) == .success {}
      // Where many send at once, a little patience makes one commit of many: until all have come back.
      if crowd >= Self.crowd { wait(for: crowd) }
      var work: [Work] = []
      shared.withLock { shared in
        stopping = shared.stopping
        work = Array(shared.inbox.prefix(Sequencer.batchEntries))
        shared.inbox.removeFirst(work.count)
        more = !shared.inbox.isEmpty
      }
      crowd = work.count
      try perform(work, &pipeline)
      if !stopping { try lead(&pipeline) }
    }
  }

  /// Returns when so many submissions wait, or after a time.
  private func wait(for crowd: Int) {
    for _ in 0..<Self.patience / Self.glance {
      if shared.withLock({ $0.inbox.count >= crowd || $0.stopping }) { return }
      usleep(Self.glance)
    }
  }

  private func end() {
    let left = shared.withLock { shared in
      shared.stopping = true
      shared.status.serving = false
      defer { shared.inbox = [] }
      return shared.inbox
    }
    for work in left {
      switch work {
      case .submission(_, let answer): answer(.failure(SubmissionError.stopping))
      case .read(_, let refuse): refuse()
      }
    }
    notify()
  }

  package func stop() {
    shared.withLock { $0.stopping = true }
    wake.signal()
  }

  private func perform(_ work: [Work], _ pipeline: inout CommitPipeline) throws {
    var submissions: [Submission] = []
    var answers: [@Sendable (Result<Receipt, any Error>) -> Void] = []
    for item in work {
      switch item {
      case .submission(let submission, let answer):
        submissions.append(submission)
        answers.append(answer)
      case .read(let body, _): body(pipeline.core.state)
      }
    }
    guard !submissions.isEmpty else { return }
    let results: [Result<Receipt, any Error>]
    do {
      results = try commit(submissions, &pipeline)
    } catch {
      for answer in answers { answer(.failure(SubmissionError.stopping)) }
      throw error
    }
    for (answer, result) in zip(answers, results) { answer(result) }
  }

  private func commit(
    _ submissions: [Submission], _ pipeline: inout CommitPipeline
  ) throws -> [Result<Receipt, any Error>] {
    let before = DispatchTime.now().uptimeNanoseconds
    let results = try pipeline.commit(submissions, clock: clock.market)
    let took = Int64((DispatchTime.now().uptimeNanoseconds - before) / 1_000)
    shared.withLock { shared in
      shared.status.commits += 1
      shared.status.commitMicroseconds += took
      for case .success(let receipt) in results where !receipt.replayed {
        shared.status.commands += 1
        if receipt.refusal != nil { shared.status.refusals += 1 }
      }
    }
    publish(pipeline.core)
    return results
  }

  private func publish(_ core: ReplicaCore) {
    let state = (
      core.state.position, core.state.time, core.state.round.number, core.state.roundDue,
      core.state.round.isClosed, core.state.epoch
    )
    shared.withLock { shared in
      shared.status.position = state.0
      shared.status.time = state.1
      shared.status.round = state.2
      shared.status.roundDue = state.3
      shared.status.roundClosed = state.4
      shared.status.epoch = state.5
      shared.status.serving = true
    }
    notify()
  }

  private func notify() {
    let (position, due) = shared.withLock { shared in
      let position = shared.status.position
      let due = shared.waiters.filter { $0.after < position || shared.stopping }
      shared.waiters.removeAll { $0.after < position || shared.stopping }
      return (position, due)
    }
    for waiter in due { waiter.resume(position) }
  }

  /// What is due without anybody asking.
  private func lead(_ pipeline: inout CommitPipeline) throws {
    let actions = pipeline.due(market: clock.market, wall: MarketClock.monotonic())
    var commands: [Command] = []
    for action in actions {
      switch action {
      case .propose(let command): commands.append(command)
      case .seal(let from, let to): commands.append(try pipeline.seal(from: from, to: to))
      case .solve(let frozen): solve(frozen)
      }
    }
    while !commands.isEmpty {
      let batch = Array(commands.prefix(Sequencer.batchEntries))
      commands.removeFirst(batch.count)
      for case .success(let receipt) in try commit(
        batch.map { ReplicaCore.own($0, principal) }, &pipeline)
      {
        guard let refusal = receipt.refusal else { continue }
        logger.warning(
          "own command refused",
          metadata: ["kind": "\(receipt.kind.rawValue)", "code": "\(refusal.code)"])
      }
    }
  }

  /// Clears a round on the solver's thread; its outcome comes back as commands.
  private func solve(_ frozen: FrozenRound) {
    let submit: @Sendable ([Command]) -> Void = { [self] commands in
      let work = commands.map { command in
        Work.submission(ReplicaCore.own(command, principal)) { [logger] result in
          switch result {
          case .success(let receipt):
            guard let refusal = receipt.refusal else { return }
            logger.error(
              "outcome refused",
              metadata: ["round": "\(frozen.round)", "code": "\(refusal.code)"])
          case .failure(let error):
            logger.error("outcome not taken", metadata: ["error": "\(error)"])
          }
        }
      }
      shared.withLock { $0.inbox.append(contentsOf: work) }
      wake.signal()
    }
    solver.async {
      submit(Leader.outcome(of: frozen, Solver.clear(frozen)))
    }
  }
}
