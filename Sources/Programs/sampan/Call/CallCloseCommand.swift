import ArgumentParser
import BrokerAPI
import BrokerClient

/// Close a call of your fund.
struct CallCloseCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "Close a call of your fund.",
    discussion: """
      What was applied for is decided all the same.

      Example:
        sampan call close call-42
      """)
  static let failing = "The call was not closed."

  @Argument(help: "The call.")
  var call: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(
        .closeCall, path: [call], Wire.Nothing(), summary: ["Close \(call)"],
        question: "Close it?"), change)
  }
}
