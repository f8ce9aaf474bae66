import ArgumentParser
import Surveillance

/// Closes a case.
struct CaseCloseCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "Close a case with what was found.",
    discussion: """
      Nothing can be added to it any more.

      Example:
        sampan case close case-1 --finding "One household; referred"
      """)
  static let failing = "The case was not closed."

  @Argument(help: "The case: case-1.") var id: String
  @Option(name: .long, help: "What was found, at most 10,000 characters.") var finding: String
  @OptionGroup var asked: CaseOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    var book = try asked.open()
    try CaseOptions.telling { try book.close(id, finding: finding) }
    CaseAnswer.show(try book.find(id), book, format)
  }
}
