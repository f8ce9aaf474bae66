import ArgumentParser
import BrokerAPI
import BrokerClient

/// Score an application, 0 to 10 by each criterion.
struct ApplicationScoreCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Score an application, 0 to 10 by each criterion.",
    discussion: """
      Whoever holds a role for the applicant, or for a centre that the fund pays, cannot.

      Example:
        sampan application score application-45 --need 8 --demand 7 --soundness 9 --benefit 6 \\
          --reason "Sound plan, demand shown by last year's use."
      """)
  static let failing = "The score was not given."

  @Argument(help: "The application.")
  var application: String
  @Option(
    name: .long,
    help: ArgumentHelp("What the territory's innovation and technology need.", valueName: "0-10"))
  var need: Int
  @Option(
    name: .long, help: ArgumentHelp("The demand is reasonable and shown.", valueName: "0-10"))
  var demand: Int
  @Option(
    name: .long, help: ArgumentHelp("Technical and financial soundness.", valueName: "0-10"))
  var soundness: Int
  @Option(
    name: .long, help: ArgumentHelp("Benefit to society.", valueName: "0-10"))
  var benefit: Int
  @Option(
    name: .long, help: ArgumentHelp("Why; only its digest enters the ledger.", valueName: "text"))
  var reason: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let body = Wire.ScoreApplication(
      need: need, demand: demand, soundness: soundness, benefit: benefit, reason: reason)
    try await session().carryOut(
      PlannedCommand(
        .scoreApplication, path: [application], body,
        summary: [
          "Score \(application): need \(need), demand \(demand), soundness \(soundness), "
            + "benefit \(benefit)"
        ], question: "Give this score? It cannot be changed."), change)
  }
}
