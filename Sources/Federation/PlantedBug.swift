import Accounts
import CommandLog
import Leases
import Ledger
import LedgerStore
import Market

/// A defect put in on purpose, to see that the simulator finds it: one of each kind that it is there for.
///
/// The first four are put where they would arise: into the log, the door, the ids of a replica, the record
/// of one replica. The others stand for defects of `apply`; they change what it caused before anybody sees
/// that, because the ledger itself has no switch to be wrong.
package enum PlantedBug: String, Sendable, CaseIterable {
  case lostAppend = "lost-append"
  case staleLeader = "stale-leader"
  case reusedID = "reused-id"
  case promiseOverrun = "promise-overrun"
  case hashOrder = "hash-order"
  case doubledReading = "doubled-reading"
  case expiredHold = "expired-hold"
  case rounding

  /// What the bug makes of what an entry caused, on this replica.
  func spoil(_ events: [Event], replica: Int) -> [Event] {
    switch self {
    case .hashOrder:
      guard replica % 2 == 1 else { return events }
      return events.map { event in
        guard case .pricesSet(var prices) = event, !prices.runs.isEmpty else { return event }
        prices.runs[0].price += 1
        return .pricesSet(prices)
      }
    case .doubledReading:
      return change(events) {
        $0 * 2
      } delivered: {
        $0 * 2
      }
    case .rounding:
      return change(events) {
        $0 + 1
      } delivered: {
        $0
      }
    case .expiredHold:
      return events.map { event in
        guard case .moneyMoved(var movement) = event, movement.step == .expired else {
          return event
        }
        movement.step = .settled
        movement.amount = movement.held ?? 0
        return .moneyMoved(movement)
      }
    case .lostAppend, .staleLeader, .reusedID, .promiseOverrun: return events
    }
  }

  private func change(
    _ events: [Event], _ amount: (Int64) -> Int64, delivered: (Int64) -> Int64
  ) -> [Event] {
    events.map { event in
      guard case .charged(var charge) = event, charge.site > 0 else { return event }
      charge.site = amount(charge.site)
      charge.delivered = delivered(charge.delivered)
      return .charged(charge)
    }
  }
}
