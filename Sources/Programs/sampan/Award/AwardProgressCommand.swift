import ArgumentParser
import BrokerAPI
import BrokerClient

/// Hand in a progress report.
struct AwardProgressCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "progress",
    abstract: "Hand in a progress report.",
    discussion: """
      Two reviewers release the second half on it.

      Example:
        sampan award progress award-46 --file report.txt
      """)
  static let failing = "The report was not handed in."

  @Argument(help: "The award.")
  var award: String
  @Option(
    name: .long, help: ArgumentHelp("What was done, at most 4,000 characters.", valueName: "file"))
  var file: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let text = try WordsFile.text(file)
    try await session().carryOut(
      PlannedCommand(
        .reportProgress, path: [award], Wire.ReportProgress(report: text),
        summary: ["Hand in a progress report on \(award)"], question: "Send it?"), change)
  }
}
