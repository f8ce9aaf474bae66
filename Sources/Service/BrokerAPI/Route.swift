/// One line of the API: what is asked, by whom, with what, for what answer.
package struct Route: Sendable {
  package enum Method: String, Sendable { case get = "GET", post = "POST" }

  /// Who may ask. What of it they see is the broker's affair: others' objects are not found.
  package enum Who: Sendable, Equatable {
    case anybody
    case signedIn
    case roles([Wire.Role])
  }

  package enum Answer: Sendable {
    case json(Schema, status: Int)
    case text
    /// Server-sent events; the id of each is a position, the data is of the schema.
    case events(Schema)
    /// Entries of the log as they stand: canonical JSON, one a line.
    case entries
    /// A signed note.
    case note
    /// Bytes that are no text.
    case octets
    /// The API document itself.
    case document
  }

  package var id: OperationID
  package var method: Method
  /// With `{name}` for what varies.
  package var path: String
  package var summary: String
  package var who: Who
  package var query: [Parameter] = []
  package var body: (any RequestBody.Type)?
  package var answer: Answer
  /// In force only when another principal approves it.
  package var needsSecondPerson = false

  /// Every POST that changes something is sent under a key.
  package var needsKey: Bool { method == .post && id != .requestQuote }

  package var pathParameters: [Parameter] {
    path.split(separator: "/").compactMap { part in
      guard part.hasPrefix("{"), part.hasSuffix("}") else { return nil }
      let name = String(part.dropFirst().dropLast())
      switch name {
      case "position": return Parameter(name, .text(.position), "A position in the ledger.")
      case "tile":
        return Parameter(
          name, .text(.words(1...200)), "The rest of a tile's path (C2SP tlog-tiles), slashes too.")
      case "n": return Parameter(name, .integer(0...1_000_000_000_000), "The number of a round.")
      default: return Parameter(name, .text(.id), "The id of a \(name).")
      }
    }
  }

  /// Part of a path or of a query.
  package struct Parameter: Sendable {
    package var name: String
    /// A text, a number or a boolean.
    package var schema: Schema
    package var about: String

    package init(_ name: String, _ schema: Schema, _ about: String) {
      self.name = name
      self.schema = schema
      self.about = about
    }

    package static let limit = Parameter(
      "limit", .integer(1...500), "How many items at most; 50 when left out.")
    package static let cursor = Parameter(
      "cursor", .text(.cursor), "Goes on where the page that had it as next ended.")
    package static let minimumPosition = Parameter(
      "min_position", .text(.position),
      "Answer from this position or a later one; after two seconds 503.")
    package static let fresh = Parameter(
      "fresh", .text(.choice(["strong"])),
      "strong: answer from everything that was ordered before the request; 503 when no majority tells."
    )
  }
}

/// The parameters of one request, checked against its route.
package struct Arguments: Sendable {
  /// What `limit` is when it is left out.
  package static let defaultLimit = 50
  private var texts: [String: String] = [:]

  /// Everything that was given, by name.
  package var all: [(name: String, value: String)] {
    texts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  package func text(_ name: String) -> String? { texts[name] }
  package func integer(_ name: String) -> Int64? { texts[name].flatMap { Int64($0) } }
  package func position(_ name: String) -> Position? {
    texts[name].flatMap { text in try? Position(parsing: text) }
  }
  package var limit: Int { integer("limit").map(Int.init) ?? Self.defaultLimit }
  package var cursor: String? { texts["cursor"] }
  package var minimumPosition: Position? { position("min_position") }
  package var isStrong: Bool { texts["fresh"] != nil }

  fileprivate mutating func take(_ name: String, _ value: String) { texts[name] = value }
}

extension Route {
  /// Checks path and query parameters, already decoded from their percent form. A parameter that
  /// the route does not have, or that is there twice, is a fault: a misspelt filter must not be
  /// ignored.
  package func arguments(
    path given: [(name: String, value: String)], query pairs: [(name: String, value: String)]
  ) throws(Problem) -> Arguments {
    var result = Arguments()
    var faults: [Fault] = []
    let known = pathParameters
    for parameter in known {
      guard let value = given.first(where: { $0.name == parameter.name })?.value else {
        faults.append(Fault(.missing, at: parameter.name, "the path needs \(parameter.name)"))
        continue
      }
      faults += parameter.faults(of: value)
      result.take(parameter.name, value)
    }
    for (index, pair) in pairs.enumerated() {
      guard let parameter = query.first(where: { $0.name == pair.name }) else {
        let near = nearest(to: pair.name, among: query.map(\.name))
        let advice = near.map { "did you mean \($0)?" } ?? "leave it out"
        faults.append(
          Fault(.unknown, at: "?", "no query parameter is named \(quoted(pair.name)); \(advice)"))
        continue
      }
      if pairs[..<index].contains(where: { $0.name == pair.name }) {
        faults.append(
          Fault(.contradiction, at: pair.name, "\(pair.name) is there twice; send it once"))
      }
      faults += parameter.faults(of: pair.value)
      result.take(pair.name, pair.value)
    }
    guard faults.isEmpty else { throw Problem(faults) }
    return result
  }

  /// The path with its parameters put in; they are percent-encoded.
  package func filled(_ values: [String]) -> String {
    var rest = values[...]
    return path.split(separator: "/", omittingEmptySubsequences: false).map { part in
      guard part.hasPrefix("{") else { return String(part) }
      return Self.percentEncoded(rest.popFirst() ?? "")
    }.joined(separator: "/")
  }

  /// Everything but letters, digits and - . _ ~ as percent triples.
  package static func percentEncoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return result
  }
}

extension Route.Parameter {
  fileprivate func faults(of value: String) -> [Fault] {
    let tree: JSONTree
    switch schema {
    case .integer(let range):
      let isNegative = value.hasPrefix("-")
      guard let number = plainNumber(value.utf8.dropFirst(isNegative ? 1 : 0)) else {
        return [
          Fault(
            .format, at: name,
            "\(quoted(value)) is not a number: write \(range.lowerBound) to \(range.upperBound)")
        ]
      }
      tree = .integer(isNegative ? -number : number)
    default: tree = .string(value)
    }
    return schema.faults(of: tree).map { Fault($0.code, at: name, "\(name): \($0.detail)") }
  }
}
