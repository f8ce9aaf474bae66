package import CommandLog
package import Ledger

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

  package init(
    position: Int64, time: Int64, kind: Command.Kind, refusal: Refusal?, legs: [Refusal],
    replayed: Bool
  ) {
    self.position = position
    self.time = time
    self.kind = kind
    self.refusal = refusal
    self.legs = legs
    self.replayed = replayed
  }
}

/// Why a submission did not become an entry, or why nobody knows.
package enum SubmissionError: Error, Sendable, Equatable {
  /// The id was used for another command.
  case differentContent(position: Int64)
  /// A number or text is outside the range of its field.
  case unfit(String)
  /// The replica is stopping.
  case stopping
  /// More is waiting than this replica takes.
  case overloaded
  /// There is no majority, or no leader, since this time (ms since 1970): nothing was sent.
  case paused(since: Int64)
  /// It was sent and no answer came: it may stand in the log. The same command with the same id tells.
  case unknown(since: Int64)
  /// This replica stopped for good, and says why.
  case halted(String)
  /// Another replica leads: ask there. Callers of `submit` never see it.
  case moved
}

/// What a replica is at the moment.
package enum Standing: Sendable, Equatable {
  /// Has not read to the end of the log yet.
  case starting
  case leading
  /// Applies what the leader appends; nil: nobody leads at the moment.
  case following(LeaderCard?)
  /// Takes and answers nothing: why, for people.
  case halted(String)
}

/// How a replica is, for readiness, status and metrics.
package struct ReplicaStatus: Sendable {
  package var position: Int64 = 0
  /// Positions before this one are in the log, as far as this replica has heard.
  package var logEnd: Int64 = 0
  package var time: Int64 = 0
  package var round: Int64 = 0
  package var roundDue: Int64 = 0
  package var roundClosed = false
  package var epoch: Int64 = 0
  /// Of the rules of `apply`.
  package var version: Int64 = 1
  /// Set while nothing is sold.
  package var freeze: MarketFreeze?
  package var standing = Standing.starting
  /// Since when the log gives no answer, ms since 1970 UTC. Reads are as of then.
  package var pausedSince: Int64?
  /// What the log last said instead of an answer.
  package var pausedWhy: String?
  /// Reads are answered; while it is not paused, commands too.
  package var serving = false
  package var commands: Int64 = 0
  package var refusals: Int64 = 0
  package var commits: Int64 = 0
  package var commitMicroseconds: Int64 = 0
  package var waiting = 0
  /// Positions before this one are in the ledger file.
  package var written: Int64 = 0
  /// The last seals as this replica computes them, the newest last; before them those in which the log
  /// is wrong.
  package var seals: [SealView] = []
  /// How far its machine's clock is ahead of most replicas', ms; nil: not known to be wrong.
  package var clockDrift: Int64?
}

/// A seal as one replica computes it from what it applied.
package struct SealView: Sendable, Equatable {
  /// Of the seal's own entry.
  package var position: Int64
  /// Root over the sealed events, lower-case hexadecimal; empty: the seal was refused here.
  package var events: String
  /// Digest of the state at the last close of a round that it covers.
  package var state: String?

  package init(position: Int64, events: String, state: String?) {
    self.position = position
    self.events = events
    self.state = state
  }
}

/// A seal of the log and what came out here instead.
package struct SealDifference: Sendable {
  package var seal: SealTerms
  package var own: SealView

  package init(seal: SealTerms, own: SealView) {
    self.seal = seal
    self.own = own
  }
}
