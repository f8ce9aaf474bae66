import BrokerAPI
import Crypto
import Foundation

/// What a bank says of an account: one line a movement.
struct BankStatement {
  struct Line: Equatable {
    var number: Int
    var reference: String
    /// Minor units; below 0 what was sent.
    var amount: Int64
  }

  var lines: [Line]

  /// The digest that the ledger knows a reference by.
  static func digest(_ reference: String) -> String {
    SHA256.hash(data: Data(reference.utf8)).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }

  /// Reads CSV with a first line that names its columns, `reference` and `amount` among them; amounts
  /// are plain decimals, below 0 what was sent. What is wrong is said with its line.
  init(csv text: String, file: String) throws {
    func fault(_ line: Int, _ what: String) -> Failure {
      .usage(
        "\(file), line \(line): \(what)", code: "statement_file",
        next: "Write columns reference and amount, as in FT26120100017,61200.00")
    }
    let rows = try Self.rows(text) { fault($0, "a quotation mark is not closed") }
    guard let header = rows.first?.cells.map({ $0.lowercased() }),
      let reference = header.firstIndex(of: "reference"),
      let amount = header.firstIndex(of: "amount")
    else { throw fault(1, "the columns reference and amount are not both there") }
    lines = []
    for row in rows.dropFirst() where row.cells != [""] {
      guard row.cells.count == header.count else {
        throw fault(row.number, "\(row.cells.count) cells instead of \(header.count)")
      }
      let name = row.cells[reference]
      guard !name.isEmpty else { throw fault(row.number, "the reference is empty") }
      guard let minor = Self.minor(row.cells[amount]) else {
        throw fault(row.number, "\"\(Display.plain(row.cells[amount]))\" is no amount")
      }
      guard !lines.contains(where: { $0.reference == name }) else {
        throw fault(row.number, "the reference \(Display.plain(name)) stands there twice")
      }
      lines.append(Line(number: row.number, reference: name, amount: minor))
    }
  }

  /// `61200.00`, `-3.5`, `12` in minor units; nothing rounded.
  static func minor(_ text: String) -> Int64? {
    var digits = Substring(text)
    let negative = digits.first == "-"
    if negative { digits = digits.dropFirst() }
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), (1...15).contains(parts[0].utf8.count),
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
      let whole = Int64(parts[0])
    else { return nil }
    var cents: Int64 = 0
    if parts.count == 2 {
      guard (1...2).contains(parts[1].utf8.count), let value = Int64(parts[1]) else { return nil }
      cents = parts[1].utf8.count == 1 ? value * 10 : value
    }
    let minor = whole * 100 + cents
    return negative ? -minor : minor
  }

  /// Cells of each row; quotation marks as in RFC 4180, line ends of any system.
  private static func rows(
    _ text: String, unclosed: (Int) -> Failure
  ) throws -> [(number: Int, cells: [String])] {
    var rows: [(number: Int, cells: [String])] = []
    var (cells, cell, number, start, quoted) = ([String](), "", 1, 1, false)
    var characters = Array(text)[...]
    func isNewline(_ character: Character) -> Bool { character.isNewline }
    while let character = characters.popFirst() {
      if quoted {
        if character == "\"" {
          if characters.first == "\"" {
            cell.append(characters.removeFirst())
          } else {
            quoted = false
          }
        } else {
          if isNewline(character) { number += 1 }
          cell.append(character)
        }
      } else if character == "\"", cell.isEmpty {
        quoted = true
      } else if character == "," {
        cells.append(cell)
        cell = ""
      } else if isNewline(character) {
        rows.append((start, cells + [cell]))
        (cells, cell) = ([], "")
        number += 1
        start = number
      } else {
        cell.append(character)
      }
    }
    guard !quoted else { throw unclosed(start) }
    if !cells.isEmpty || !cell.isEmpty { rows.append((start, cells + [cell])) }
    return rows
  }
}
