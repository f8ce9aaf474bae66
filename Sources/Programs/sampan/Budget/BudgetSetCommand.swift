import ArgumentParser
import BrokerAPI
import BrokerClient

/// Set what your party or one of its projects may use each month.
struct BudgetSetCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Set what your party or one of its projects may use each month.",
    discussion: """
      For managers. Bids that could take a month past its limit are refused; what runs is never \
      stopped. --carry is how much of a month may be left for the next, --grace by how much a month \
      may pass its limit at the cost of the next. Without limits the budget ends.

      Examples:
        sampan budget set --money "HKD 61200.00" --gpu-hours 4000 --carry 50%
        sampan budget set --project llama --gpu-hours 1000 --grace 10%
        sampan budget set --project llama --none
      """)
  static let failing = "The budget was not set."

  @Option(
    name: .long, help: ArgumentHelp("One of your projects; all when left out.", valueName: "name"))
  var project: String?
  @Option(
    name: .long, help: ArgumentHelp("A month, fees included: HKD 61200.00.", valueName: "money"))
  var money: String?
  @Option(name: .long, help: ArgumentHelp("A month.", valueName: "hours"))
  var gpuHours: String?
  @Option(
    name: .long,
    help: ArgumentHelp("How much may be left for the next month.", valueName: "percent"))
  var carry = "0%"
  @Option(
    name: .long, help: ArgumentHelp("By how much a month may pass its limit.", valueName: "percent")
  )
  var grace = "0%"
  @Flag(name: .long, help: "No limits any more.")
  var none = false
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (money == nil && gpuHours == nil) == none else {
      throw ValidationError("Give --money or --gpu-hours, or --none alone.")
    }
  }

  func perform() async throws {
    let body = Wire.SetBudget(
      project: project, money: try money.map(PriceText.money),
      gpuTime: try gpuHours.map(GPUHoursText.time), carryPermille: try SharePercent.permille(carry),
      gracePermille: try SharePercent.permille(grace))
    let limits = [
      body.money.map(Display.money), body.gpuTime.map { "\(Display.gpuHours($0)) GPU-hours" },
    ]
    let text = limits.compactMap(\.self).joined(separator: " and ")
    let whose = project.map { "project \(Display.plain($0))" } ?? "your party"
    try await session().carryOut(
      PlannedCommand(
        .setBudget, body,
        summary: [
          none
            ? "No budget for \(whose)"
            : "Budget of \(whose): \(text) a month, carry \(carry), grace \(grace)"
        ], question: "Set this budget?"), change)
  }
}
