import ArgumentParser
import BrokerAPI
import Foundation
import Surveillance

/// `sampan case`.
struct CaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "What a regulator looks into, in a book of its own.",
    subcommands: [
      CaseListCommand.self, CaseShowCommand.self, CaseOpenCommand.self, CaseAddCommand.self,
      CaseCloseCommand.self,
    ])
}

/// Where the book is, and who writes.
struct CaseOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The book; ~/.local/state/sampan/cases.ndjson when left out.", valueName: "file"))
  var book: String?
  @Option(
    name: .long, help: ArgumentHelp("Who writes; the user of this machine when left out."))
  var by: String?

  func open(isReading: Bool = false) throws -> CaseBook {
    let around = Surroundings.current
    let path = book.map { around.absolute($0) } ?? around.caseBook
    if book == nil, !isReading {
      try? FileManager.default.createDirectory(
        atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
    return try Self.telling { try CaseBook(path, by: by ?? NSUserName(), isReading: isReading) }
  }

  /// What goes wrong with a book, in words.
  static func telling<T>(_ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let fault as CaseFault {
      let exit: ExitReason =
        switch fault {
        case .closed, .full: .refused
        default: .usage
        }
      throw Failure(
        why: fault.description, code: "case", next: "See: sampan case list", exit: exit)
    } catch let fault as ChainFault {
      var exit = ExitReason.usage
      if case .broken = fault { exit = .proofFailed }
      throw Failure(
        why: fault.description, code: "case_book",
        next: "Name the right book with --book, or see to the file.", exit: exit)
    }
  }
}

/// Says what became of a case.
struct CaseAnswer {
  static func show(_ one: Case, _ book: CaseBook, _ format: OutputFormat) {
    let terminal = Terminal.current(environment: Surroundings.current.environment)
    switch format {
    case .json: terminal.say(tree(one, book).pretty)
    case .yaml: terminal.write(tree(one, book).yaml)
    case .name: terminal.say(one.id)
    case .csv:
      terminal.write("CASE,STATE,TITLE,ALERTS,STEPS\r\n")
      terminal.write(row(one) + "\r\n")
    case .table, .wide:
      terminal.say("\(one.id)  \(one.isClosed ? "closed" : "open")  \(Display.plain(one.title))")
      for step in one.steps {
        let what =
          switch step.kind {
          case .open: "opened"
          case .alert: "alert \(step.alert ?? "")"
          case .note: "note: \(step.text ?? "")"
          case .file: "file \(step.text ?? ""), SHA-256 \(step.digest ?? "")"
          case .close: "closed: \(step.text ?? "")"
          }
        terminal.say("  \(step.at)  \(Display.plain(step.by))  \(Display.plain(what))")
      }
      terminal.tell("The book holds; its last digest is \(book.chain)")
    }
  }

  static func row(_ one: Case) -> String {
    let title = one.title.replacingOccurrences(of: "\"", with: "\"\"")
    return "\(one.id),\(one.isClosed ? "closed" : "open"),\"\(title)\","
      + "\(one.alerts.joined(separator: " ")),\(one.steps.count)"
  }

  static func tree(_ one: Case, _ book: CaseBook) -> JSONTree {
    .object([
      JSONTree.Member("alerts", .array(one.alerts.map { .string($0) })),
      JSONTree.Member("case", .string(one.id)),
      JSONTree.Member("chain", .string(book.chain)),
      JSONTree.Member("state", .string(one.isClosed ? "closed" : "open")),
      JSONTree.Member(
        "steps",
        .array(
          one.steps.map { step in
            .object(
              [
                ("alert", step.alert), ("at", step.at), ("by", step.by), ("digest", step.digest),
                ("kind", step.kind.rawValue), ("text", step.text),
              ].compactMap { name, value in value.map { JSONTree.Member(name, .string($0)) } })
          })),
      JSONTree.Member("title", .string(one.title)),
    ])
  }
}
