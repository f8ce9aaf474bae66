import Access
import BrokerAPI
import Ledger
import LedgerStore
import Market
import Replica
import Units

// What a tenant may use in a month.
extension Broker {
  func addProject(_ call: Call) async throws -> Answer {
    let body: Wire.AddProject = try call.body()
    var project = Project()
    project.party = try call.path("party")
    project.project = body.project
    return accepted(try await submit(.addProject(project), call), id: body.project)
  }

  func setBudget(_ call: Call) async throws -> Answer {
    let body: Wire.SetBudget = try call.body()
    let party = try await tenant(call)
    if let money = body.money, money.currency.core != party.currency {
      let code = party.currency.rawValue
      throw Problem([
        Fault(
          .contradiction, at: "/money",
          "the budget is in \(money.currency.rawValue), your account is in \(code); write it in "
            + code)
      ])
    }
    var budget = Budget()
    budget.carryPermille = Int64(body.carryPermille ?? 0)
    budget.gpuTime = body.gpuTime?.milliseconds
    budget.gracePermille = Int64(body.gracePermille ?? 0)
    budget.money = body.money?.minor
    budget.party = party.id
    budget.project = body.project
    return accepted(try await submit(.setBudget(budget), call))
  }

  /// In which month a bid is too much for which budget, as it stands now; nil when it fits by now.
  func excess(_ terms: BidTerms, _ party: Party, _ refusal: Refusal) async throws -> String? {
    guard
      let excess = try await replica.read({ $0.budgetExcess(terms, party.id) }),
      excess.refusal == refusal
    else { return nil }
    let (year, month) = (excess.month / 100, excess.month % 100)
    let tenths = excess.needed.gpuTime / 360_000
    let needed =
      refusal == .budgetMoneySpent
      ? money(Int64(clamping: excess.needed.money), party.currency).text
      : "\(tenths / 10).\(tenths % 10) GPU-hours"
    let whose = excess.project.map { "the budget of project \($0)" } ?? "the budget of \(party.id)"
    return "It may need \(needed) in \(year)-\(month < 10 ? "0" : "")\(month); "
      + "\(whose) has less left there."
  }

  func showBudgets(_ call: Call) async throws -> Answer {
    let viewer = try call.viewer
    let tenant = call.arguments.text("tenant") ?? viewer.party
    guard viewer.seesAll || tenant == viewer.party, let party = try await store.party(tenant),
      party.kind == .tenant
    else { throw Problem(.notFound, "\(tenant) is no tenant whose budgets you may see.") }
    let rows = try await replica.read { $0.budgetMonths(of: tenant) }
    let months = rows.flatMap { row in
      row.months.map { wire(row.key, row.budget ?? Budget(), $0, party.currency) }
    }
    return .json(Wire.Budgets(tenant: tenant, months: months).json())
  }

  private func wire(
    _ key: BudgetKey, _ budget: Budget, _ month: BudgetMonth, _ currency: Currency
  ) -> Wire.BudgetMonth {
    func amount(_ value: Int128) -> WireMoney { money(Int64(clamping: value), currency) }
    func time(_ value: Int128) -> GPUSeconds { GPUSeconds(clamping: Int64(clamping: value)) }
    /// What is allowed, and what is left of it.
    func room(_ limit: Int64?, _ carried: Int128, _ used: Int128) -> (Int128, Int128)? {
      limit.map { limit in
        let allowed = Int128(limit) + carried
        return (allowed, max(0, allowed + budget.grace(limit) - used))
      }
    }
    let byMoney = room(budget.money, month.carried.money, month.used.money)
    let byTime = room(budget.gpuTime, month.carried.gpuTime, month.used.gpuTime)
    return Wire.BudgetMonth(
      tenant: key.party, project: key.project,
      month: small(month.month),
      carryPermille: Int(budget.carryPermille), gracePermille: Int(budget.gracePermille),
      money: Wire.MoneyBudget(
        limit: budget.money.map { money($0, currency) }, allowed: (byMoney?.0).map(amount),
        spent: amount(month.spent.money), planned: amount(month.planned.money),
        open: amount(month.open.money), left: (byMoney?.1).map(amount)),
      gpuTime: Wire.TimeBudget(
        limit: budget.gpuTime.map(GPUSeconds.init(clamping:)), allowed: (byTime?.0).map(time),
        spent: time(month.spent.gpuTime), planned: time(month.planned.gpuTime),
        open: time(month.open.gpuTime), left: (byTime?.1).map(time)))
  }
}
