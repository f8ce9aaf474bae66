import Ledger
import Market
import Seeded
import Units

/// Managers who set budgets, and platforms that add projects.
extension Crowd {
  mutating func thrift(_ state: LedgerState) -> Sender {
    if state.projects.count < 6 {
      return Sender(by: "maker", role: .platform, command: project(state))
    }
    let managers = state.principals.values.filter { $0.roles.contains(.manager) }
    guard !managers.isEmpty else {
      var new = NewPrincipal()
      new.party = source.pick(["hku", "thu"])
      new.roles = [.manager]
      return Sender(by: "maker", role: .platform, command: .addPrincipal(new))
    }
    let manager = source.pick(managers)
    var budget = terms(state)
    if chance(95) { budget.party = manager.party }
    return Sender(by: manager.id, role: .manager, command: .setBudget(budget))
  }

  mutating func project(_ state: LedgerState) -> Command {
    var project = Project()
    project.party = source.pick(["hku", "thu", "cyber", "nobody"])
    project.project = source.pick(["llama", "night", "vision"])
    return .addProject(project)
  }

  mutating func budget(_ state: LedgerState) -> Command { .setBudget(terms(state)) }

  private mutating func terms(_ state: LedgerState) -> Budget {
    var budget = Budget()
    budget.party = key(state.parties) ?? "hku"
    if chance(50) { budget.project = key(state.projects)?.project ?? "llama" }
    if chance(80) {
      budget.money = source.pick([0, 1, 1_000_000, 50_000_000, Bound.amount.upperBound])
    }
    if chance(50) { budget.gpuTime = source.pick([0, 400 * Span.hour, Bound.gpuTime.upperBound]) }
    budget.carryPermille = source.pick([0, 500, 12_000])
    budget.gracePermille = source.pick([0, 100, 1_000])
    return budget
  }
}
