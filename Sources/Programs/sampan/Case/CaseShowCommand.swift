import ArgumentParser
import Surveillance

/// One case.
struct CaseShowCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One case with all that came to it; the whole book is checked.",
    discussion: """
      Exit code 6 when a line of the book does not follow from those before it.

      Example:
        sampan case show case-1
      """)
  static let failing = "The case cannot be shown."

  @Argument(help: "The case: case-1.") var id: String
  @OptionGroup var asked: CaseOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let book = try asked.open(isReading: true)
    let one = try CaseOptions.telling { try book.find(id) }
    CaseAnswer.show(one, book, format)
  }
}
