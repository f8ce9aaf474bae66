/// One replica among others as a step machine: when it reads the log, when it wants to lead, when it
/// stops to. The shell performs what it says, and tells it what came of that and what time it is; so
/// the simulator and a real replica run the same logic (decisions.md, 17).
///
/// Nothing here is trusted for safety: that two never write is the log's doing, by the term that each
/// append carries. This decides only who tries, and when.
package struct Member: Sendable {
  /// What a replica is to the log.
  package enum Role: Sendable, Equatable {
    /// Applies what somebody else appends.
    case following
    /// Has a term and reads to the end of the log before it appends anything.
    case catchingUp(term: Int64)
    case leading(term: Int64)
    /// Takes nothing any more, until a person has looked.
    case halted(Halt)

    package var term: Int64? {
      switch self {
      case .catchingUp(let term), .leading(let term): term
      case .following, .halted: nil
      }
    }
  }

  /// Why a replica stops for good.
  package enum Halt: Sendable, Equatable {
    /// The log ends before this ledger: somebody restored an old copy of it.
    case logEndsBefore(log: Int64, ledger: Int64)
    /// The log was cut after this ledger's end: another replica's copy is needed.
    case behind(floor: Int64, ledger: Int64)
    /// An entry needs rules that this release does not know.
    case unknownRules(position: Int64)
    /// Most replicas computed something else from the same entries.
    case differs(position: Int64)
    /// What lies in the log is no log.
    case damaged
  }

  /// What the shell tells.
  package enum Input: Sendable {
    /// Time went by.
    case tick
    /// The log was read: its end, who leads, and the position that this replica has applied by now.
    case looked(end: Int64, leader: Int64?, applied: Int64)
    case lookFailed
    /// The term that was won; nil: somebody else leads.
    case campaigned(term: Int64?)
    case campaignFailed
    /// Whether the term goes on.
    case held(Bool)
    case holdFailed
    /// The batch is in the log.
    case appended
    /// It is not, and never will be: another leads.
    case deposed
    /// Nobody knows; the same bytes have to be sent again.
    case appendFailed
    /// The clock of the machine was set: a leader must not stamp by it.
    case clockJumped
    case halt(Halt)
  }

  /// What the shell is to do. Each is answered by one input, but `resign`, `lead` and `follow`.
  package enum Action: Sendable, Equatable {
    /// Read the log from the next position on and apply it; wait for something new first, or not.
    case look(wait: Bool)
    case campaign
    case hold(term: Int64)
    case resign(term: Int64)
    /// Begin an epoch: from now on this replica appends.
    case lead(term: Int64)
    /// Append nothing more; give back what waits.
    case follow
    /// Append the batch that is on its way once more.
    case resend(term: Int64)
  }

  /// Between two tries of what failed, ms.
  package static let pause: Int64 = 200

  package private(set) var role = Role.following
  /// When the log answered for the last time, while it gives no answer; what is known here is as of then.
  package private(set) var pausedSince: Int64?

  private let mayLead: Bool
  /// How long a term lasts without being held; ms.
  private let termLength: Int64
  /// After how long without a word the log counts as silent; ms.
  private let silence: Int64?
  private var silentFor: Int64 = 0
  private var tickedAt: Int64?
  private var heardAt: Int64?
  private var isLooking = false
  private var lookDue: Int64? = 0
  private var campaignDue: Int64?
  private var holdDue: Int64?
  private var resendDue: Int64?
  /// A batch is on its way whose fate is not known.
  private var isAppendLost = false

  /// - Parameters:
  ///   - mayLead: false for a follower without a vote.
  ///   - termLength: how long a term lasts that nobody holds; ms.
  ///   - silence: after how long without a word the log counts as silent, though questions to it have not
  ///     failed yet; more than what a look may wait. Nil: never.
  package init(mayLead: Bool = true, termLength: Int64, silence: Int64? = nil) {
    self.mayLead = mayLead
    self.termLength = termLength
    self.silence = silence
  }

  /// - Parameter now: a clock that never steps; ms.
  /// - Returns: what to do, in this order.
  package mutating func step(_ input: Input, now: Int64) -> [Action] {
    if case .halted = role { return [] }
    let actions = answer(input, now)
    if actions.contains(where: { if case .look = $0 { true } else { false } }) { isLooking = true }
    return actions
  }

  private mutating func answer(_ input: Input, _ now: Int64) -> [Action] {
    switch input {
    case .tick:
      listen(now)
      return due(now)
    case .looked(let end, let leader, let applied):
      isLooking = false
      heard(now)
      return looked(end, leader, applied, now)
    case .lookFailed:
      isLooking = false
      failed(now)
      lookDue = now + Self.pause
      return []
    case .campaigned(let term?):
      heard(now)
      role = .catchingUp(term: term)
      holdDue = now + termLength / 3
      return [.look(wait: false)]
    case .campaigned(nil):
      return [.look(wait: true)]
    case .campaignFailed:
      failed(now)
      campaignDue = now + Self.pause
      return []
    case .held(true):
      // A log that takes nothing does not answer, though it may hold a term.
      if !isAppendLost { heard(now) }
      if role.term != nil { holdDue = now + termLength / 3 }
      return []
    case .held(false): return stepDown(now)
    case .holdFailed:
      failed(now)
      if role.term != nil { holdDue = now + Self.pause }
      return []
    case .appended:
      isAppendLost = false
      heard(now)
      return []
    case .deposed: return stepDown(now)
    case .appendFailed:
      failed(now)
      if case .leading = role {
        isAppendLost = true
        resendDue = now + Self.pause
      }
      return []
    case .clockJumped:
      return stepDown(now)
    case .halt(let halt): return stop(halt)
    }
  }

  private mutating func due(_ now: Int64) -> [Action] {
    var actions: [Action] = []
    if let due = lookDue, now >= due {
      lookDue = nil
      actions.append(.look(wait: false))
    }
    if let due = campaignDue, now >= due {
      campaignDue = nil
      actions.append(.campaign)
    }
    if let due = holdDue, now >= due, let term = role.term {
      holdDue = nil
      actions.append(.hold(term: term))
    }
    if let due = resendDue, now >= due, let term = role.term {
      resendDue = nil
      actions.append(.resend(term: term))
    }
    return actions
  }

  private mutating func looked(
    _ end: Int64, _ leader: Int64?, _ applied: Int64, _ now: Int64
  ) -> [Action] {
    if case .leading = role { return [] }
    guard end >= applied else { return stop(.logEndsBefore(log: end, ledger: applied)) }
    if applied < end { return [.look(wait: false)] }
    guard case .catchingUp(let term) = role else {
      // An empty log is begun by whoever makes the market.
      return leader != nil || !mayLead || end == 0 ? [.look(wait: true)] : [.campaign]
    }
    guard leader == term else { return stepDown(now) }
    role = .leading(term: term)
    return [.lead(term: term)]
  }

  /// Appends nothing more, and reads on; a look that is on its way goes on as a follower's.
  private mutating func stepDown(_ now: Int64) -> [Action] {
    guard let term = role.term else { return [] }
    role = .following
    holdDue = nil
    resendDue = nil
    lookDue = nil
    isAppendLost = false
    // To end a term that is over does no harm.
    return [.resign(term: term), .follow] + (isLooking ? [] : [.look(wait: false)])
  }

  private mutating func stop(_ halt: Halt) -> [Action] {
    let term = role.term
    role = .halted(halt)
    return term.map { [.resign(term: $0), .follow] } ?? []
  }

  private mutating func failed(_ now: Int64) {
    if pausedSince == nil { pausedSince = heardAt ?? now }
  }

  /// Counts for how long nothing was heard, and not for how long this process itself stood still.
  private mutating func listen(_ now: Int64) {
    silentFor += min(max(0, now - (tickedAt ?? now)), 2 * Self.pause)
    tickedAt = now
    if let silence, heardAt != nil, silentFor >= silence { failed(now) }
  }

  private mutating func heard(_ now: Int64) {
    silentFor = 0
    heardAt = now
    pausedSince = nil
  }
}
