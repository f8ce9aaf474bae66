import ArgumentParser
import BrokerAPI
import BrokerClient

/// Grant or decline an application.
struct ApplicationDecideCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "decide",
    abstract: "Grant or decline an application.",
    discussion: """
      It is proposed; it is in force when a second reviewer of the fund approves it.

      Examples:
        sampan application decide application-45 --grant --amount "HKD 250000" \\
          --reason "Need and soundness convince; a smaller sum does."
        sampan application decide application-46 --decline --reason "Demand is not shown."
      """)
  static let failing = "Nothing was decided."

  @Argument(help: "The application.")
  var application: String
  @Flag(name: .long, help: "Grant it.")
  var grant = false
  @Flag(name: .long, help: "Decline it.")
  var decline = false
  @Option(
    name: .long, help: ArgumentHelp("Less than was applied for.", valueName: "money"))
  var amount: String?
  @Option(
    name: .long, help: ArgumentHelp("Less than was applied for.", valueName: "n"))
  var gpuHours: Int64?
  @Option(
    name: .long, help: ArgumentHelp("Less than was applied for: 65%.", valueName: "percent"))
  var share: String?
  @Flag(name: .long, help: "A share above 70% is meant.")
  var exception = false
  @Option(
    name: .long, help: ArgumentHelp("Why; only its digest enters the ledger.", valueName: "text"))
  var reason: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    guard grant != decline else {
      throw Failure.usage(
        "it is not said what is decided", next: "Add either --grant or --decline.")
    }
    let money = try amount.map { try PriceText.money($0) }
    let permille = try share.map { try SharePercent.permille($0) }
    let body = Wire.DecideApplication(
      granted: grant, amount: money, gpuHours: gpuHours, permille: permille,
      exception: exception ? true : nil, reason: reason)
    try await session().carryOut(
      PlannedCommand(
        .decideApplication, path: [application], body,
        summary: ["\(grant ? "Grant" : "Decline") \(application)"],
        question: "Propose this?"), change)
  }
}
