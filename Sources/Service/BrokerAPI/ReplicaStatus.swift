/// What the socket of who runs the machine answers; no part of the public API, and asked without a
/// token.
package enum AdminAPI {
  /// A `Wire.BrokerStatus`.
  package static let status = "/admin/v1/status"
  /// A copy of the ledger: one line of canonical JSON that says what follows, then the file.
  package static let backup = "/admin/v1/backup"
  /// Takes a `Wire.ReplaceMember`, answers a `Wire.MemberSeat`.
  package static let member = "/admin/v1/member"
  /// What is sent over it.
  package static let answers: [Schema] = [
    Wire.BrokerStatus.schema, Wire.ReplaceMember.schema, Wire.MemberSeat.schema,
  ]
}

extension Wire {
  /// single: the only one; leader: orders commands; replica: hands them on to the leader; follower:
  /// reads the log and has no say in it.
  package enum ReplicaRole: String, WireWord { case single, leader, replica, follower }

  /// paused: nobody can order commands; halted: it found itself different from the log and stopped.
  package enum ReplicaState: String, WireWord {
    case starting, serving, paused, halted, stopping, unreachable
  }

  /// degraded: it trades, and something is to be done; down: it does not trade.
  package enum BrokerHealth: String, WireWord { case healthy, degraded, down }

  /// How checkpoints of the log do at the replica that has the signer.
  package struct WitnessSummary: WireValue {
    /// Witnesses that cosign, and how many there are.
    package var cosigning: Int64
    package var of: Int64
    /// Since when the oldest checkpoint waits that not enough cosigned.
    package var waitingSince: WireTime?
    /// Why nothing is signed.
    package var signer: String?
    /// Which witness says that the log is not the one that it knows, and how.
    package var alarm: String?

    package init(cosigning: Int64, of: Int64) {
      self.cosigning = cosigning
      self.of = of
    }

    package static let schema = Schema.object(
      "WitnessSummary", "How checkpoints of the log do at the replica that has the signer.",
      [
        .required("cosigning", .integer(0...1_000), "Witnesses that cosign."),
        .required("of", .integer(0...1_000), "Witnesses there are."),
        .optional(
          "waitingSince", .text(.time), "Of the oldest checkpoint that not enough cosigned."),
        .optional("signer", .text(.words(1...400)), "Why nothing is signed."),
        .optional(
          "alarm", .text(.words(1...400)), "Which witness knows the log otherwise, and how."),
      ])
  }

  /// One replica, as it says of itself, or as others last saw it.
  package struct ReplicaCard: WireValue {
    package var name: String
    /// Where it stands, for people.
    package var place: String?
    package var role: ReplicaRole
    package var state: ReplicaState
    /// Number of entries that it has applied; what was last seen of it when it is unreachable.
    package var applied: Position
    /// Of the live state at the last close of a round that it has, and the position after that.
    package var stateDigest: String?
    package var statePosition: Position?
    package var round: Int64?
    package var roundDue: WireTime?
    /// The market is frozen since then, by the market's clock, and by whom.
    package var frozenSince: WireTime?
    package var frozenBy: String?
    /// `ok`, or what is wrong with the log as this replica sees it.
    package var log: String
    /// Members of the log that may still be lost; absent with a log of its own.
    package var spare: Int64?
    /// Trading is paused since then.
    package var pausedSince: WireTime?
    /// It was last heard of then; only of one that is unreachable.
    package var heardOf: WireTime?
    package var certificateUntil: WireTime?
    package var startedAt: WireTime?
    /// What its clock said when it answered.
    package var clock: WireTime?
    /// Absent unless it publishes checkpoints.
    package var witnesses: WitnessSummary?
    /// How far its clock is ahead of most replicas', ms; absent unless it is known to be wrong.
    package var clockDrift: Int64?
    package var release: String
    /// Why it is in this state, in words.
    package var detail: String?

    package init(
      name: String, role: ReplicaRole, state: ReplicaState, applied: Position, log: String,
      release: String
    ) {
      self.name = name
      self.role = role
      self.state = state
      self.applied = applied
      self.log = log
      self.release = release
    }

    package static let schema = Schema.object(
      "ReplicaCard", "One replica, as it says of itself, or as others last saw it.",
      [
        .required("name", .text(.words(1...64))),
        .optional("place", .text(.words(1...64)), "Where it stands."),
        .required("role", ReplicaRole.schema),
        .required("state", ReplicaState.schema),
        .required("applied", .text(.position), "Number of entries applied."),
        .optional("stateDigest", .text(.hexadecimal(64)), "Of the state at a round's close."),
        .optional("statePosition", .text(.position), "The position after that close."),
        .optional("round", .integer(0...1_000_000_000_000)),
        .optional("roundDue", .text(.time), "When the round closes, by this machine's clock."),
        .optional("frozenSince", .text(.time), "The market is frozen since then."),
        .optional("frozenBy", .text(.id), "Who froze it."),
        .required("log", .text(.words(1...200)), "ok, or what is wrong with the log."),
        .optional("spare", .integer(0...100), "Members of the log that may still be lost."),
        .optional("pausedSince", .text(.time)),
        .optional("heardOf", .text(.time), "When it last answered; only when it does not."),
        .optional("certificateUntil", .text(.time)),
        .optional("startedAt", .text(.time)),
        .optional("clock", .text(.time), "What its clock said when it answered."),
        .optional(
          "clockDrift", .integer(-1_000_000_000_000...1_000_000_000_000),
          "How far its clock is ahead of most replicas', ms; only when that is wrong."),
        .optional("witnesses", WitnessSummary.schema, "Unless it publishes no checkpoints."),
        .required("release", .text(.words(1...64))),
        .optional("detail", .text(.words(1...400)), "Why it is in this state."),
      ])
  }

  /// One thing to do, the most urgent first.
  package struct Advice: WireValue {
    /// A command, or an action that has none.
    package var action: String
    package var why: String

    package init(action: String, why: String) {
      self.action = action
      self.why = why
    }

    package static let schema = Schema.object(
      "Advice", "One thing to do.",
      [
        .required("action", .text(.words(1...200)), "A command, or what to do by hand."),
        .required("why", .text(.words(1...200))),
      ])
  }

  /// All replicas as one of them sees them.
  package struct BrokerStatus: WireValue {
    package var health: BrokerHealth
    /// When this was put together.
    package var at: WireTime
    package var replicas: [ReplicaCard]
    package var doNow: [Advice]

    package init(
      health: BrokerHealth, at: WireTime, replicas: [ReplicaCard], doNow: [Advice]
    ) {
      self.health = health
      self.at = at
      self.replicas = replicas
      self.doNow = doNow
    }

    package static let schema = Schema.object(
      "BrokerStatus", "All replicas as one of them sees them.",
      [
        .required("health", BrokerHealth.schema),
        .required("at", .text(.time)),
        .required("replicas", .array(ReplicaCard.schema, 1...100)),
        .required("doNow", .array(Advice.schema, 0...100)),
      ])
  }
}
