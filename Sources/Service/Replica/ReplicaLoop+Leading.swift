import CommandLog
import Ledger
import LedgerStore
import Logging
import Market
import Replication

// What a replica does while it leads.
extension ReplicaLoop {
  /// Entries of the log that the file has, before a replica that is alone lets go of them.
  private static let ballast: Int64 = 16_384
  /// How far the clock of the machine may be set at once before a leader resigns, ms.
  private static let clockTolerance: Int64 = 100
  /// How long a sender waits for a log that gives no answer, microseconds.
  private static let patience: Int64 = 2_000_000

  /// It may append now: it leads, nothing is on its way, and the file is not far behind.
  package var isFree: Bool { isLeading && flight == nil && port.hasRoom }

  /// Begins an epoch, as the first entry of the term.
  mutating func beginTerm() throws {
    hasEpoch = false
    let command = core.own(core.beginTerm(), id: port.freshID())
    _ = try send([Waiting(submission: command) { _ in }][...], isOpening: true)
  }

  /// Sends the next batch: first what is due without anybody asking, then what waits.
  /// - Returns: how many of those who wait it took.
  package mutating func order(_ waiting: ArraySlice<Waiting>) throws -> Int {
    guard isFree else { return 0 }
    if own.isEmpty { own = due() }
    let said = own.prefix(LogBatch.mostEntries).map { command in
      Waiting(submission: core.own(command, id: port.freshID())) { [logger] result in
        guard case .success(let receipt) = result, let refusal = receipt.refusal else { return }
        logger.warning(
          "own command refused",
          metadata: ["kind": "\(receipt.kind.rawValue)", "code": "\(refusal.code)"])
      }
    }
    guard !said.isEmpty || !waiting.isEmpty else { return 0 }
    let taken = try send((said + waiting)[...])
    own.removeFirst(min(taken, said.count))
    return max(0, taken - said.count)
  }

  /// The outcome of a round, to be said next. The leader that followed clears the round itself.
  mutating func take(_ commands: [Command], of epoch: Int64) {
    guard isLeading, core.state.epoch == epoch else { return }
    own += commands
  }

  private mutating func due() -> [Command] {
    core.due(market: port.market, wall: port.monotonic).compactMap { action in
      switch action {
      case .propose(let command): return command
      case .seal(let from, let to): return core.seal(from: from, to: to)
      case .solve(let frozen):
        port.solve(frozen, in: core.state.epoch)
        return nil
      }
    }
  }

  /// - Returns: how many of them are in the batch or have their answer.
  private mutating func send(
    _ waiting: ArraySlice<Waiting>, isOpening: Bool = false
  ) throws -> Int {
    let submissions = waiting.map(\.submission)
    let known = try port.entries(ids: submissions.map(\.id))
    let ordered = core.order(submissions[...], clock: port.market, known: known)
    let answers = waiting.prefix(ordered.fates.count).map(\.answer)
    guard !ordered.entries.isEmpty else {
      settled += zip(answers, try core.apply(ordered).results)
      return answers.count
    }
    let batch = LogBatch(first: core.state.position, entries: ordered.bytes)
    flights += 1
    flight = Flight(
      ordered: ordered, batch: batch, answers: answers, number: flights, sent: port.microseconds,
      isOpening: isOpening)
    append(batch)
    return answers.count
  }

  /// The batch is in the log: what it says is so from now on.
  mutating func land() throws {
    guard let landed = flight else { return }
    let applied = try core.apply(landed.ordered)
    try keep(applied)
    // Not before: whoever waits for it is told when this fails.
    flight = nil
    counts.commitMicroseconds += port.microseconds - landed.sent
    if landed.isOpening {
      if let refusal = applied.entries.first?.refusal {
        throw ReplicaFault.cannotLead(principal: seat.principal, refusal: refusal)
      }
      hasEpoch = true
      isCurrent = true
    }
    settled += zip(landed.answers, applied.results)
    letGo()
  }

  /// What waits for an answer too long is told that nobody knows; the batch goes on being sent.
  package mutating func releaseLate(pausedSince: Int64?) {
    guard let pausedSince, let late = flight, port.microseconds - late.sent > Self.patience
    else { return }
    doubt(since: pausedSince)
  }

  /// A replica that is alone keeps no more of its log than it needs.
  private mutating func letGo() {
    let written = port.written
    guard seat.isAlone, let term, written - truncated > Self.ballast else { return }
    truncated = written
    // The next append finds out if the file cannot be written.
    port.truncate(before: written, term: term)
  }

  /// Lets the shared log go of what every file has.
  package func shorten(before position: Int64) {
    guard isLeading, let term else { return }
    port.truncate(before: min(position, port.written, core.state.unsealed), term: term)
  }

  /// A leader whose clock was set gives its place up: stamps must be good.
  mutating func checkClock() throws {
    let before = port.monotonic
    let wall = port.wall
    // Between the two readings the thread may have waited.
    guard port.monotonic - before <= Self.clockTolerance / 5 else { return }
    let drift = (wall - clocks.wall) - (before - clocks.monotonic)
    clocks = (wall, before)
    guard abs(drift) > Self.clockTolerance else { return }
    logger.error("the clock of this machine was set", metadata: ["by": "\(drift) ms"])
    if member.role.term != nil { try tell(.clockJumped) }
  }

  /// A leader whose clock most others contradict gives its place up, and does not come back with it.
  mutating func distrust(clock drift: Int64?) throws {
    if let drift, clockDrift == nil {
      logger.error("the clock of this machine is wrong", metadata: ["ahead": "\(drift) ms"])
    } else if drift == nil, clockDrift != nil {
      logger.notice("the clock of this machine is right again")
    }
    clockDrift = drift
    if drift != nil, member.role.term != nil { try tell(.clockJumped) }
  }
}
