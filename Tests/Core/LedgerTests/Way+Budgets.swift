import Ledger
import LedgerFixture
import Market
import Units

/// Ways to the refusals of budgets.
extension Way {
  private static func budgeted(
    _ hall: inout Hall, _ change: (inout Budget) -> Void
  ) throws -> [Event] {
    var budget = Budget()
    budget.party = "hku"
    change(&budget)
    let manager = try hall.exchange.add("hku", [.manager])
    _ = try Exchange.accepted(
      try hall.exchange.send(.setBudget(budget), by: manager, as: .manager))
    return try hall.exchange.send(.placeBid(hall.block()), by: hall.hku, as: .trader)
  }

  static let budgets: [Way] = [
    Way(code: .unknownProject) {
      var terms = $0.block()
      terms.project = "llama"
      return try $0.exchange.send(.placeBid(terms), by: $0.hku, as: .trader)
    },
    Way(code: .budgetHoursSpent) {
      try budgeted(&$0) { $0.gpuTime = 32 * Span.hour - 1 }
    },
    Way(code: .budgetMoneySpent) { try budgeted(&$0) { $0.money = 63_999 } },
  ]
}
