import ArgumentParser
import Surveillance

/// Opens a case.
struct CaseOpenCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open a case.",
    discussion: """
      Cases are a regulator's own: a file of chained lines on its machine, which no broker asks for or sees.

      Example:
        sampan case open "Equal bids of two strangers" --alert alert-4711-0
      """)
  static let failing = "No case was opened."

  @Argument(help: "A title of at most 200 characters.") var title: String
  @Option(name: .long, help: "An alert that it is about; may be repeated.") var alert: [String] = []
  @OptionGroup var asked: CaseOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    var book = try asked.open()
    let id = try CaseOptions.telling {
      let id = try book.open(title)
      for name in alert { try book.add(alert: name, to: id) }
      return id
    }
    CaseAnswer.show(try book.find(id), book, format)
  }
}
