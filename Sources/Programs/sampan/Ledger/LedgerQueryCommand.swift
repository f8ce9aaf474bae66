import ArgumentParser
import Foundation
import Records

/// Questions in SQL to a file, for whoever has it.
struct LedgerQueryCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Ask a ledger file in SQL: it only reads, with limits of rows, time and memory.",
    discussion: """
      Works without a broker, from a ledger file or a published copy of one. Without a question it \
      reads from standard input: at a terminal one question after the other, each ending with a \
      semicolon. SELECT and PRAGMAs that tell what there is are all that is allowed; the names of \
      tables and columns stand in the data dictionary (deploy/regulator/dictionary).

      Example:
        sampan ledger query --file published/ledger.sqlite "SELECT * FROM leases_readable LIMIT 20"
        sampan ledger query --file published/ledger.sqlite -o csv "SELECT * FROM prices_readable"
      """)
  static let failing = "The question has no answer."

  @Argument(help: ArgumentHelp("One SELECT.", valueName: "question"))
  var question: String?
  @Option(
    name: .long,
    help: ArgumentHelp("A ledger file or a published copy.", valueName: "ledger.sqlite"),
    completion: .file(extensions: ["sqlite"]))
  var file: String
  @Option(name: .long, help: "Most rows of an answer, 1 to 100000.")
  var rows = 10_000
  @Option(name: .long, help: "Most seconds for an answer, 1 to 60.")
  var seconds: Int64 = 5
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }
  /// Bytes of questions from standard input.
  private static let mostInput = 1 << 20

  func validate() throws {
    guard (1...100_000).contains(rows) else { throw ValidationError("--rows is 1 to 100000") }
    guard (1...60).contains(seconds) else { throw ValidationError("--seconds is 1 to 60") }
  }

  func perform() async throws {
    let surroundings = Surroundings.current
    let terminal = Terminal.current(environment: surroundings.environment)
    LedgerQuestions.limitMemory()
    do {
      let questions = try LedgerQuestions(
        path: surroundings.absolute(file), rows: rows, seconds: seconds)
      if let question { return show(try questions.ask(question), terminal) }
      guard isatty(STDIN_FILENO) == 1 else {
        let input = try FileHandle.standardInput.read(upToCount: Self.mostInput) ?? Data()
        return show(try questions.ask(String(decoding: input, as: UTF8.self)), terminal)
      }
      converse(questions, terminal)
    } catch let fault as RecordFault {
      throw Failure.usage(
        fault.description, code: "no_answer",
        next: "See: sampan ledger query --help")
    }
  }

  /// At a terminal a wrong question ends nothing.
  private func converse(_ questions: LedgerQuestions, _ terminal: Terminal) {
    terminal.tell("Questions end with a semicolon; .tables lists what there is, .quit ends.")
    var question = ""
    while true {
      terminal.prompt(question.isEmpty ? "sql> " : "...> ")
      guard let line = readLine() else { return }
      if question.isEmpty, line == ".quit" || line == ".exit" { return }
      question +=
        question.isEmpty && line == ".tables"
        ? "SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY name;"
        : line + "\n"
      guard question.utf8.count <= Self.mostInput else { return }
      guard question.last(where: { !$0.isWhitespace }) == ";" else { continue }
      do {
        show(try questions.ask(question), terminal)
      } catch {
        terminal.tell("sampan: \(Display.plain(error.description))")
      }
      question = ""
    }
  }

  private func show(_ answer: LedgerAnswer, _ terminal: Terminal) {
    switch format {
    case .table, .wide, .csv:
      let columns = answer.columns.indices.map { index in
        Column<[RecordValue]>(answer.columns[index]) { Self.cell($0[index]) }
      }
      terminal.write(
        Grid(columns: columns).rendered(answer.rows, as: format, bold: terminal.usesColour))
    // JSON is YAML too.
    case .json, .yaml: terminal.say(answer.json)
    case .name:
      for row in answer.rows { terminal.say(Display.plain(row.first?.text ?? "")) }
    }
    if answer.isCut {
      terminal.tell("There is more: the first \(answer.rows.count) rows are shown. See --rows.")
    }
  }

  private static func cell(_ value: RecordValue) -> Cell {
    guard let text = value.text else { return .none }
    switch value {
    // As it is stored: positions and times are no amounts.
    case .whole, .real: return .figure(text)
    default: return .text(text)
    }
  }
}
