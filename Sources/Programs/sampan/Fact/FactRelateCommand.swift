import ArgumentParser
import BrokerAPI
import BrokerClient

/// State that two parties belong together, or a person acts for one.
struct FactRelateCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "relate",
    abstract: "State that two parties belong together, or a person acts for one.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Examples:
        sampan fact relate hku-nlp cyberport --from 2026-01-01 --source "Companies Registry 1234567"
        sampan fact relate p-57 cyberport --from 2026-01-01 --source "declaration of 3 March"
      """)
  static let failing = "The fact was not stated."

  @Argument(help: "A party, or a principal.")
  var one: String
  @Argument(help: "A party, or a principal.")
  var other: String
  @Option(
    name: .long, help: ArgumentHelp("Since when.", valueName: "time"))
  var from: String
  @Option(
    name: .long, help: ArgumentHelp("Until when, if it ends.", valueName: "time"))
  var until: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Where it is written; only its digest enters the ledger.", valueName: "text")
  )
  var source: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let (start, end) = (
      try MarketTime(parsing: from), try until.map { try MarketTime(parsing: $0) }
    )
    let session = try session()
    let now = try await session.client.clock().market
    let body = Wire.StateRelation(
      one: one, other: other, from: try start.resolved(now), until: try end?.resolved(now),
      source: source)
    try await session.carryOut(
      PlannedCommand(
        .stateRelation, body, summary: ["\(one) and \(other) belong together"],
        question: "Propose this?"), change)
  }
}
