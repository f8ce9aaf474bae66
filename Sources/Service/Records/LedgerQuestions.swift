import LedgerStore

/// What a question to a ledger file is answered with.
package struct LedgerAnswer: Sendable, Equatable {
  package var columns: [String]
  /// A value for each column.
  package var rows: [[RecordValue]]
  /// There was more than a question may have.
  package var isCut: Bool

  /// An object of `columns`, `isCut` and `rows`, each row an array.
  package var json: String {
    let names = columns.map(RecordValue.quoted).joined(separator: ",")
    let lines = rows.map { "    [" + $0.map { $0.json ?? "null" }.joined(separator: ",") + "]" }
    return "{\n  \"columns\": [\(names)],\n  \"isCut\": \(isCut),\n  \"rows\": ["
      + (lines.isEmpty ? "" : "\n" + lines.joined(separator: ",\n") + "\n  ") + "]\n}"
  }
}

/// Questions in SQL to a ledger file or a published copy, one after the other.
package struct LedgerQuestions {
  private let console: LedgerConsole

  /// - Parameters:
  ///   - rows: most rows of an answer, 1 to 100,000.
  ///   - seconds: most time for one, 1 to 60.
  /// - Throws: `RecordFault` for a file that is no ledger.
  package init(path: String, rows: Int, seconds: Int64) throws(RecordFault) {
    var limits = LedgerConsole.Limits()
    limits.rows = rows
    limits.seconds = seconds
    do {
      console = try LedgerConsole(path: path, limits: limits)
    } catch {
      throw RecordFault(description: error.description)
    }
  }

  /// What SQLite may take of memory in this whole process from now on.
  package static func limitMemory() { LedgerConsole.limitMemory() }

  /// Answers one question.
  /// - Throws: `RecordFault` for one that is wrong, not allowed, or takes too much.
  package func ask(_ question: String) throws(RecordFault) -> LedgerAnswer {
    do {
      let answer = try console.ask(question)
      return LedgerAnswer(
        columns: answer.columns, rows: answer.rows.map { $0.map(Self.value) }, isCut: answer.isCut)
    } catch {
      throw RecordFault(description: error.description)
    }
  }

  private static func value(_ cell: LedgerConsole.Cell) -> RecordValue {
    switch cell {
    case .absent: .absent
    case .integer(let number): .whole(number)
    case .real(let number): .real(number)
    case .text(let text): .text(text)
    case .blob(let bytes):
      .text(
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }
  }
}
