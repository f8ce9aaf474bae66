import ArgumentParser
import BrokerAPI
import BrokerClient

/// The budgets of a tenant.
struct BudgetShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Budgets, and how far they are.",
    discussion: """
      First the whole tenant, then its projects; the present month, and those to come for which bids \
      or leases stand. A bid is refused when it could take a month past what is left.

      Example:
        sampan budget show
      """)
  static let failing = "The budgets cannot be shown."

  @Argument(help: "Another tenant, for who may see it.")
  var tenant: String?
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let budgets = try await session.client.showBudgets(tenant: tenant)
    try session.show(budgets.months, Self.sheet, empty: "No budgets.")
  }

  static let sheet = Sheet<Wire.BudgetMonth>(
    columns: [
      Column("PROJECT") { .text($0.project ?? "(all)") },
      Column("MONTH") { .text(MonthText.text($0.month)) },
      Column("ALLOWED") { Cell($0.money.allowed) },
      Column("SPENT") { .money($0.money.spent) },
      Column("LEASES") { .money($0.money.planned) },
      Column("BIDS") { .money($0.money.open) },
      Column("LEFT") { Cell($0.money.left) },
      Column("GPU-H ALLOWED") { $0.gpuTime.allowed.map(Cell.gpuTime) ?? .none },
      Column("SPENT") { .gpuTime($0.gpuTime.spent) },
      Column("LEASES") { .gpuTime($0.gpuTime.planned) },
      Column("BIDS") { .gpuTime($0.gpuTime.open) },
      Column("LEFT") { $0.gpuTime.left.map(Cell.gpuTime) ?? .none },
      Column("LIMIT", wide: true) { Cell($0.money.limit) },
      Column("GPU-H LIMIT", wide: true) { $0.gpuTime.limit.map(Cell.gpuTime) ?? .none },
      Column("CARRY", wide: true) { .text(Display.percent($0.carryPermille)) },
      Column("GRACE", wide: true) { .text(Display.percent($0.gracePermille)) },
    ], name: { $0.project ?? $0.tenant })
}
