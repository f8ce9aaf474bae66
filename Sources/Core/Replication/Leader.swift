package import Ledger
import Leases
package import Market
package import Placement
import Units

/// What the leader of a log does by itself, as a step machine: it looks at the state and the clocks
/// and says what is due. The shell proposes commands, solves and asks again; so the simulator and a
/// real replica run the same logic (decisions.md, 17).
package struct Leader: Sendable {
  /// What the shell is to do.
  package enum Action: Sendable {
    /// Append this command in the role `leader`.
    case propose(Command)
    /// Clear this round outside the log, then propose what `outcome` makes of the result.
    case solve(FrozenRound)
    /// Append a seal over the events of these positions; the shell knows the hashes.
    case seal(from: Int64, to: Int64)
  }

  /// Bulk work in one step, objects (ledger.md, "No entry can stop the ledger").
  package static let bulk = 1_000
  /// A seal is due after this many entries, or this long after the first of them; ms of the wall.
  package static let sealEntries: Int64 = 1_000
  package static let sealAfter: Int64 = 1_000

  private var solving: Int64?
  private var settledAt: Int64 = 0
  private var expiredAt: Int64 = 0
  /// Days that were proposed since the last look: one that is refused is not proposed at every step.
  private var proposed: [String: Int64] = [:]
  private var unsealedSince: Int64?

  package init() {}

  /// What is due now.
  /// - Parameters:
  ///   - market: time of the market, ms; what entries would be stamped with.
  ///   - wall: a clock that never steps, ms; for how often to seal.
  package mutating func step(_ state: borrowing LedgerState, market: Int64, wall: Int64) -> [Action]
  {
    let now = max(market, state.time)
    var actions: [Action] = []
    // Before the round can close, leases that lost their place are bids again.
    for lost in state.displaced.values.prefix(Self.bulk) {
      var name = LeaseName()
      name.lease = lost.lease
      actions.append(.propose(.moveLease(name)))
    }
    if !actions.isEmpty { return actions }
    if state.round.isClosed {
      if let overdue = state.roundOverdue, now >= overdue {
        actions.append(.propose(.voidRound(Numbered(state.round.number))))
      } else if solving != state.round.number, let frozen = state.frozen {
        solving = state.round.number
        actions.append(.solve(frozen))
      }
    } else if state.marketFreeze == nil, now >= state.roundDue {
      actions.append(.propose(.closeRound(Numbered(state.round.number))))
    }
    actions += settlements(state, now) + expiries(state, now)
    if let seal = seal(state, wall) { actions.append(seal) }
    return actions
  }

  /// Days of leases that can be charged; looked for once a quarter hour of the market.
  private mutating func settlements(_ state: borrowing LedgerState, _ now: Int64) -> [Action] {
    guard now >= settledAt + Span.quarter || now < settledAt else { return [] }
    var actions: [Action] = []
    for (key, lease) in zip(state.leases.keys, state.leases.values)
    where lease.settleTime(grace: state.rules.settleGrace) <= now
      && proposed[lease.id] != lease.nextDay && !state.isDisputed(key, day: lease.nextDay)
    {
      guard actions.count < Self.bulk else { return actions }
      proposed[lease.id] = lease.nextDay
      var terms = SettleTerms()
      terms.lease = lease.id
      terms.day = lease.nextDay
      actions.append(.propose(.settle(terms)))
    }
    // A lease that is several days behind is due again at once.
    if actions.isEmpty {
      settledAt = now
      proposed = [:]
    }
    return actions
  }

  /// Accounts with transfers whose time is over; looked for once a minute of the market. Who needs
  /// the money earlier has it at once: this is for what nobody asks for.
  private mutating func expiries(_ state: borrowing LedgerState, _ now: Int64) -> [Action] {
    guard now >= expiredAt + Span.minute || now < expiredAt else { return [] }
    expiredAt = now
    return state.accountsOverdue(at: now).prefix(Self.bulk).map { account in
      var name = AccountName()
      name.account = account
      return .propose(.expireTransfers(name))
    }
  }

  private mutating func seal(_ state: borrowing LedgerState, _ wall: Int64) -> Action? {
    // The last seal itself is not traffic.
    let waiting = state.position - state.unsealed
    guard waiting > 1 else {
      unsealedSince = nil
      return nil
    }
    let since = unsealedSince ?? wall
    unsealedSince = since
    guard waiting >= Self.sealEntries || wall - since >= Self.sealAfter else { return nil }
    unsealedSince = nil
    return .seal(from: state.unsealed, to: state.position - 1)
  }

  /// The commands that put a clearing into the log: its parts, then the commit.
  /// - Parameter partLimit: bytes of the records of one part.
  package static func outcome(
    of frozen: FrozenRound, _ clearing: Clearing, partLimit: Int = 48 * 1_024
  ) -> [Command] {
    let parts = frozen.parts(of: clearing, limit: partLimit)
    var commands: [Command] = parts.enumerated().map { index, part in
      var terms = OutcomePartTerms()
      terms.index = Int64(index)
      terms.of = Int64(parts.count)
      terms.part = part
      terms.round = frozen.round
      return .outcomePart(terms)
    }
    var commit = OutcomeCommit()
    commit.bound = clearing.bound
    commit.iterations = clearing.iterations
    commit.of = Int64(parts.count)
    commit.round = frozen.round
    commit.welfare = clearing.welfare
    commands.append(.commitOutcome(commit))
    return commands
  }
}
