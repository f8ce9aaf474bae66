import CommandLog
import Dispatch
import Foundation
package import Ledger
import LedgerStore
import Logging
import Market
import Placement
import Replication
import Synchronization

extension Replica {
  /// Brings the state up to the file, then runs until `stop`. Blocks the calling thread. Whoever
  /// waits when it ends is told so, also when it ends by an error.
  /// - Parameter genesis: the first entry of a new file.
  package func run(genesis: Genesis?) throws {
    defer { end() }
    var core = try ReplicaCore(store: store, logger: logger, principal: seat.principal)
    if let genesis, core.state.position == 0 { try core.found(genesis, clock: clock.market) }
    let own =
      try seat.isAlone
      ? LocalCommandLog(
        path: LocalCommandLog.path(of: store.path), emptyAt: core.state.position) : nil
    guard let log = own ?? seat.log else { return }
    if own?.isCutOff == true {
      logger.error("the last append before this start is not whole: it was cut off, or has rotted")
    }
    let port = ThreadPort(
      store: store, core: core, log: log, seat: seat, clock: clock, logger: logger,
      solve: { [self] in solve($0, in: $1) }, post: { [self] in take($0) },
      onRoom: { [wake] in wake.signal() })
    var loop = ReplicaLoop(
      core: core, seat: seat, port: port, termSeconds: log.termSeconds, logger: logger)
    do {
      try serve(&loop)
    } catch {
      loop.abandon()
      try? port.projector.finish()
      throw error
    }
    loop.abandon()
    try port.projector.finish()
    if let term = loop.term { resign(term, log) }
    try own?.close(before: loop.core.state.position)
    try store.close()
  }

  /// Until `stop`, and what was on its way then has come to its end.
  private func serve(_ loop: inout ReplicaLoop) throws {
    let tick: DispatchTimeInterval = clock.scale == 1 ? .milliseconds(200) : .milliseconds(10)
    var crowd = 0
    var stopping: ContinuousClock.Instant?
    publish(loop)
    while true {
      if !hasWork(for: loop) { _ = wake.wait(timeout: .now() + tick) }
      // One look at what came answers all signals so far.
      while wake.wait(timeout: .now()) == .success {}
      let (answers, solved, reads, isStopping) = shared.withLock { shared in
        defer {
          shared.answers = []
          shared.solved = []
          shared.reads = []
        }
        return (shared.answers, shared.solved, shared.reads, shared.stopping)
      }
      try loop.turn(
        answers, solved: solved, clockDrift: shared.withLock { $0.clockDrift })
      publish(loop)
      loop.deliver()
      for read in reads { read.perform(loop.core.state) }
      if let position = shared.withLock({ $0.shorten.take() }) { loop.shorten(before: position) }
      if isStopping {
        stopping = stopping ?? .now
        if loop.flight == nil || ContinuousClock.now - (stopping ?? .now) > Self.farewell { return }
      } else {
        // Where many send at once, a little patience makes one commit of many: until all have come back.
        if loop.isFree, crowd >= Self.crowd { wait(for: crowd) }
        let waiting = loop.isFree ? shared.withLock { $0.inbox.prefix(LogBatch.mostEntries) } : []
        let taken = try loop.order(waiting)
        shared.withLock { $0.inbox.removeFirst(taken) }
        if taken > 0 { crowd = taken }
        loop.deliver()
      }
      if !seat.isAlone {
        let paused = status.pausedSince
        loop.releaseLate(pausedSince: paused)
        if let paused {
          turnAway(.paused(since: paused))
        } else if !loop.isLeading {
          turnAway(.moved)
        }
      }
    }
  }

  /// Leaves the place to another at once.
  private func resign(_ term: Term, _ log: any CommandLog) {
    let done = DispatchSemaphore(value: 0)
    Task {
      await log.resign(term)
      done.signal()
    }
    _ = done.wait(timeout: .now() + 2)
  }

  /// How long a stop waits for a batch on its way.
  private static let farewell = Duration.seconds(2)

  private func hasWork(for loop: ReplicaLoop) -> Bool {
    shared.withLock { shared in
      !shared.answers.isEmpty || !shared.reads.isEmpty || !shared.solved.isEmpty
        || shared.stopping && loop.flight == nil
        || loop.isFree && (!shared.inbox.isEmpty || !loop.own.isEmpty)
    }
  }

  /// Returns when so many submissions wait, or after a time.
  private func wait(for crowd: Int) {
    for _ in 0..<Self.patience / Self.glance {
      if shared.withLock({ $0.inbox.count >= crowd || $0.stopping }) { return }
      usleep(Self.glance)
    }
  }

  /// What waits here is not taken: it goes to the replica that leads, or hears why nobody takes it.
  private func turnAway(_ reason: SubmissionError) {
    let waiting = shared.withLock { shared in
      defer { shared.inbox = [] }
      return shared.inbox
    }
    for one in waiting { one.answer(.failure(reason)) }
  }

  private func take(_ answer: LogAnswer) {
    shared.withLock { $0.answers.append(answer) }
    wake.signal()
  }

  private func end() {
    let (waiting, reads) = shared.withLock { shared in
      shared.stopping = true
      shared.status.serving = false
      defer {
        shared.inbox = []
        shared.reads = []
      }
      return (shared.inbox, shared.reads)
    }
    for one in waiting { one.answer(.failure(SubmissionError.stopping)) }
    for read in reads { read.refuse() }
    resume { _, _ in true }
  }

  package func stop() {
    shared.withLock { $0.stopping = true }
    wake.signal()
  }

  private func publish(_ loop: ReplicaLoop) {
    var status = loop.counts
    status.position = loop.core.state.position
    status.time = loop.core.state.time
    status.round = loop.core.state.round.number
    status.roundDue = loop.core.state.roundDue
    status.roundClosed = loop.core.state.round.isClosed
    status.epoch = loop.core.state.epoch
    status.version = loop.core.state.version
    status.freeze = loop.core.state.marketFreeze
    status.standing = loop.standing
    status.pausedSince = loop.staleSince
    status.pausedWhy = loop.complaint
    status.serving = loop.isServing
    status.written = loop.port.written
    status.seals = loop.core.overruling + loop.core.seals
    status.clockDrift = loop.clockDrift
    let isNew = shared.withLock { shared in
      defer { shared.status = status }
      return shared.status.position != status.position
        || shared.status.standing != status.standing
    }
    if isNew { resume { $0.after < $1 } }
  }

  /// Clears a round on the solver's thread; its outcome comes back as commands of that epoch.
  private func solve(_ frozen: FrozenRound, in epoch: Int64) {
    solver.async { [self] in
      let commands = Leader.outcome(of: frozen, Solver.clear(frozen))
      shared.withLock { $0.solved.append((epoch, commands)) }
      wake.signal()
    }
  }
}
