/// One piece of Swift source. Comments are left out; what stands in a string is one `text` token, so
/// that no rule takes a word of a message for a word of the language.
struct Token: Equatable {
  enum Kind {
    /// A name or a keyword; numbers are words too.
    case word
    /// One character of punctuation.
    case mark
    /// The contents of a string literal, without what is interpolated; that follows as code.
    case text
  }

  var kind: Kind
  var text: String
  /// From 1.
  var line: Int

  func isWord(_ words: Set<String>) -> Bool { kind == .word && words.contains(text) }
  func isMark(_ mark: String) -> Bool { kind == .mark && text == mark }
}

/// Cuts Swift source into tokens: names, punctuation, strings. It knows comments, raw and multi-line
/// strings and interpolation; regex literals it takes for punctuation.
struct Lexer {
  private let bytes: [UInt8]
  private var at = 0
  private var line = 1
  private var tokens: [Token] = []

  private init(_ source: String) { bytes = Array(source.utf8) }

  static func tokens(of source: String) -> [Token] {
    var lexer = Lexer(source)
    lexer.readCode(untilParenthesis: false)
    return lexer.tokens
  }

  private func byte(_ ahead: Int = 0) -> UInt8 {
    at + ahead < bytes.count ? bytes[at + ahead] : 0
  }

  private mutating func step(_ count: Int = 1) {
    for _ in 0..<count where at < bytes.count {
      if bytes[at] == UInt8(ascii: "\n") { line += 1 }
      at += 1
    }
  }

  /// Reads code to the end, or to the parenthesis that closes an interpolation.
  private mutating func readCode(untilParenthesis: Bool) {
    var depth = 0
    while at < bytes.count {
      let next = byte()
      if next == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "/") {
        while at < bytes.count, byte() != UInt8(ascii: "\n") { step() }
      } else if next == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
        skipBlockComment()
      } else if let hashes = openingOfString() {
        readString(hashes: hashes)
      } else if Self.isWordByte(next) {
        readWord()
      } else if next <= UInt8(ascii: " ") {
        step()
      } else {
        if next == UInt8(ascii: "(") { depth += 1 }
        if next == UInt8(ascii: ")") {
          if untilParenthesis, depth == 0 { return step() }
          depth -= 1
        }
        tokens.append(Token(kind: .mark, text: String(UnicodeScalar(next)), line: line))
        step()
      }
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 128...:
      true
    default: false
    }
  }

  private mutating func readWord() {
    let start = at
    while at < bytes.count, Self.isWordByte(byte()) { step() }
    tokens.append(
      Token(kind: .word, text: String(decoding: bytes[start..<at], as: UTF8.self), line: line))
  }

  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
        depth += 1
        step(2)
      } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
        depth -= 1
        step(2)
      } else {
        step()
      }
    } while depth > 0 && at < bytes.count
  }

  /// The number of `#` before the quote when a string begins here.
  private func openingOfString() -> Int? {
    var hashes = 0
    while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
    return byte(hashes) == UInt8(ascii: "\"") ? hashes : nil
  }

  private mutating func readString(hashes: Int) {
    step(hashes)
    let quote = UInt8(ascii: "\"")
    let quotes = byte(1) == quote && byte(2) == quote ? 3 : 1
    step(quotes)
    var contents: [UInt8] = []
    let started = line
    let closing =
      Array(repeating: quote, count: quotes) + Array(repeating: UInt8(ascii: "#"), count: hashes)
    let escape = [UInt8(ascii: "\\")] + Array(repeating: UInt8(ascii: "#"), count: hashes)
    let place = tokens.count
    while at < bytes.count, !stands(closing) {
      if stands(escape) {
        step(escape.count)
        if byte() == UInt8(ascii: "(") {
          step()
          readCode(untilParenthesis: true)
        } else {
          step()
        }
      } else {
        contents.append(byte())
        step()
      }
    }
    step(closing.count)
    let text = Token(kind: .text, text: String(decoding: contents, as: UTF8.self), line: started)
    tokens.insert(text, at: place)
  }

  private func stands(_ wanted: [UInt8]) -> Bool {
    wanted.indices.allSatisfy { byte($0) == wanted[$0] }
  }
}
