import ArgumentParser
import BrokerAPI
import BrokerClient

/// State that another scheme pays for a contract.
struct FactContractCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "contract",
    abstract: "State that another scheme pays for a contract.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Example:
        sampan fact contract C-2026-117 --scheme other-fund --since 2026-01-01 --source "its register"
      """)
  static let failing = "The fact was not stated."

  @Argument(help: "Its registered number; only its digest enters the ledger.")
  var contract: String
  @Option(
    name: .long, help: "The scheme that pays.")
  var scheme: String
  @Option(
    name: .long, help: ArgumentHelp("Since when.", valueName: "time"))
  var since: String
  @Option(
    name: .long, help: ArgumentHelp("Where it is written.", valueName: "text"))
  var source: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let start = try MarketTime(parsing: since)
    let session = try session()
    let now = try await session.client.clock().market
    let body = Wire.RegisterContract(
      contract: contract, scheme: scheme, since: try start.resolved(now), source: source)
    try await session.carryOut(
      PlannedCommand(
        .registerContract, body, summary: ["\(scheme) pays for \(contract)"],
        question: "Propose this?"), change)
  }
}
