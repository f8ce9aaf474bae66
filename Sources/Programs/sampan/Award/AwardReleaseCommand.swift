import ArgumentParser
import BrokerAPI
import BrokerClient

/// Release the locked half of an award.
struct AwardReleaseCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Release the locked half of an award.",
    discussion: """
      It is proposed; it is in force when a second reviewer of the fund approves it.

      Example:
        sampan award release award-46
      """)
  static let failing = "Nothing was released."

  @Argument(help: "The award.")
  var award: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(
        .releaseAward, path: [award], Wire.Nothing(),
        summary: ["Release the locked half of \(award)"], question: "Propose this?"), change)
  }
}
