import ArgumentParser
import BrokerAPI
import BrokerClient

/// Show more for your side of a dispute.
struct DisputeAddCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Show more for your side of a dispute.",
    discussion: """
      Tenant and centre may both do this, sixteen times in all.

      Example:
        sampan dispute add dispute-1042 --text \"sacct shows node 2 up all day\"
      """)
  static let failing = "Nothing was added."

  @Argument(help: "The dispute's id.")
  var dispute: String
  @Option(
    name: .long,
    help: ArgumentHelp("What speaks for it. The other side reads it too.", valueName: "text"))
  var text: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(
        .addEvidence, path: [dispute], Wire.AddEvidence(evidence: text),
        summary: ["Add to \(dispute): \(Display.plain(text))"], question: "Add this?"), change)
  }
}
