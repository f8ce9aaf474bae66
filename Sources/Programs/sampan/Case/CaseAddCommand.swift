import ArgumentParser
import Foundation
import Surveillance

/// Adds to a case.
struct CaseAddCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "add",
    abstract: "Add alerts, notes and files to a case.",
    discussion: """
      Of a file its name and SHA-256 are kept; it stays where it is.

      Example:
        sampan case add case-1 --alert alert-4800-1 --note "Both answer by the same address"
        sampan case add case-1 --attach statement.pdf
      """)
  static let failing = "Not everything was added."

  @Argument(help: "The case: case-1.") var id: String
  @Option(name: .long, help: "An alert; may be repeated.") var alert: [String] = []
  @Option(name: .long, help: "A note of at most 10,000 characters; may be repeated.")
  var note: [String] = []
  @Option(
    name: .long, help: ArgumentHelp("A file; may be repeated.", valueName: "file"),
    completion: .file())
  var attach: [String] = []
  @OptionGroup var asked: CaseOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func validate() throws {
    guard !(alert + note + attach).isEmpty else {
      throw ValidationError("give --alert, --note or --attach")
    }
  }

  func perform() async throws {
    // All files are looked at before anything is written.
    let files = try attach.map { name in
      let path = Surroundings.current.absolute(name)
      guard let digest = CaseBook.digest(ofFile: path) else {
        throw Failure.usage(
          "\(path) cannot be read", code: "cannot_read", next: "Name a file that is there.")
      }
      return (name: (path as NSString).lastPathComponent, digest: digest)
    }
    var book = try asked.open()
    try CaseOptions.telling {
      for name in alert { try book.add(alert: name, to: id) }
      for text in note { try book.add(note: text, to: id) }
      for file in files { try book.add(file: file.name, digest: file.digest, to: id) }
    }
    CaseAnswer.show(try book.find(id), book, format)
  }
}
