import ArgumentParser
import BrokerAPI
import BrokerClient

/// End a proposed command without effect.
struct ApprovalDeclineCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "decline",
    abstract: "End a proposed command without effect.",
    discussion: """
      Example:
        sampan approval decline 1042
      """)
  static let failing = "It was not declined."
  static let asks = false

  @Argument(help: "The position of the proposal.")
  var position: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let position = try Position(parsing: position)
    try await session().carryOut(
      PlannedCommand(
        .decline, path: [position.text], Wire.Nothing(),
        summary: ["Decline the proposal at position \(position)"]), change)
  }
}
