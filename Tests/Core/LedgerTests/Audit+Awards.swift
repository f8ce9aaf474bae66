import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Units

extension Audit {
  /// An award whose sums are not what it was granted, or whose GPU time is not what its bids and
  /// leases take; nil when there is none.
  static func unbalanced(_ state: borrowing LedgerState) -> String? {
    for award in state.scheme.awards.values {
      let account = state.accounts.accounts[award.account]
      let held = account?.debitsPending ?? 0
      let left = account?.available ?? -1
      guard left >= 0, award.amount == award.paid + held + left + award.returned,
        award.clawed <= award.paid
      else {
        return
          "\(award.id): \(award.amount) is not \(award.paid) + \(held) + \(left) + "
          + "\(award.returned)"
      }
      var open: Int64 = 0
      for bid in state.book.bids.values where bid.subsidy?.award == award.id {
        open += bid.terms.alternatives.map { $0.gpus * $0.quarters * Span.quarter }.max() ?? 0
      }
      for lease in state.leases.values where lease.award == award.id {
        open += lease.runs.reduce(0) { $0 + $1.gpus * ($1.to - $1.from) }
      }
      let delivered = award.taken - open
      guard delivered >= 0, delivered <= award.delivered,
        award.taken <= award.gpuHours * Span.hour
      else {
        return "\(award.id) has \(award.taken) GPU-ms taken, \(open) of them open"
      }
    }
    return nil
  }
}
