/// A file of the tree as the rules read it.
struct SourceFile {
  /// From the root of the repository, `Sources/Core/Units/Money.swift`.
  let path: String
  let text: String
  let lines: [Substring]
  /// Empty unless it is Swift.
  let tokens: [Token]

  init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    self.lines = lines
    tokens = path.hasSuffix(".swift") ? Lexer.tokens(of: text) : []
  }

  var isSwift: Bool { path.hasSuffix(".swift") }

  func isUnder(_ folders: String...) -> Bool {
    folders.contains { path.hasPrefix($0 + "/") }
  }

  func isFollowed(_ index: Int, by texts: String...) -> Bool {
    index + texts.count < tokens.count
      && texts.indices.allSatisfy { tokens[index + 1 + $0].text == texts[$0] }
  }

  func previous(_ index: Int) -> String { index > 0 ? tokens[index - 1].text : "" }

  /// The index of the mark that closes the one at `index`.
  func closing(_ index: Int) -> Int? {
    let pairs = ["(": ")", "[": "]", "{": "}"]
    let open = tokens[index].text
    guard let close = pairs[open] else { return nil }
    var depth = 0
    for other in index..<tokens.count where tokens[other].kind == .mark {
      if tokens[other].text == open { depth += 1 }
      if tokens[other].text == close {
        depth -= 1
        if depth == 0 { return other }
      }
    }
    return nil
  }

  // MARK: What is declared

  /// A function, initialiser or subscript with its body.
  struct Function {
    var name: String
    var first: Int
    var last: Int
    /// Indices of its tokens.
    var range: ClosedRange<Int>

    var length: Int { last - first + 1 }
  }

  var functions: [Function] {
    tokens.indices.compactMap { index in
      let token = tokens[index]
      guard token.isWord(["func", "init", "subscript"]), previous(index) != ".",
        let body = body(from: index), let end = closing(body)
      else { return nil }
      let name =
        token.text == "func" && index + 1 < tokens.count ? tokens[index + 1].text : token.text
      return Function(
        name: name, first: token.line, last: tokens[end].line, range: index...end)
    }
  }

  /// The brace that opens the body of the function at `index`; nil for a requirement of a protocol.
  private func body(from index: Int) -> Int? {
    var depth = 0
    for other in (index + 1)..<max(index + 1, tokens.count) {
      let token = tokens[other]
      if token.isMark("(") || token.isMark("[") { depth += 1 }
      if token.isMark(")") || token.isMark("]") { depth -= 1 }
      guard depth == 0 else { continue }
      if token.isMark("{") { return other }
      let ends: Set = [
        "func", "var", "let", "init", "case", "associatedtype", "static", "mutating",
      ]
      if token.isMark("}") || token.isWord(ends) { return nil }
    }
    return nil
  }

  /// The modules that it imports, with their lines.
  var imports: [(module: String, line: Int)] {
    tokens.indices.compactMap { index in
      guard tokens[index].isWord(["import"]), index + 1 < tokens.count else { return nil }
      let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
      let name = tokens[index + 1].isWord(kinds) ? index + 2 : index + 1
      guard name < tokens.count, tokens[name].kind == .word else { return nil }
      return (tokens[name].text, tokens[index].line)
    }
  }
}

/// What a rule found.
struct Finding: Equatable, Comparable, CustomStringConvertible {
  var path: String
  var line: Int
  /// What an exception names: a function, a word, a module.
  var subject: String
  var what: String

  var description: String { "\(path):\(line): \(what)" }

  static func < (one: Finding, other: Finding) -> Bool {
    (one.path, one.line, one.subject) < (other.path, other.line, other.subject)
  }
}
