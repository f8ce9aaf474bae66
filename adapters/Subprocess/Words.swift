package import Foundation

/// What a program said on its error channel, safe to show: control characters have become `?`.
package struct Words: Sendable, Hashable {
  /// The lines that say something, each at most 300 characters.
  package let lines: [String]

  package init(_ said: Data) {
    lines = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline)
      .filter { line in line.contains { !$0.isWhitespace } }
      .map { line in String(line.map { Self.isPrintable($0) ? $0 : "?" }.prefix(300)) }
  }

  /// The last line: where most programs put what it comes down to.
  package var last: String { lines.last ?? "it said nothing on its error channel" }

  private static func isPrintable(_ character: Character) -> Bool {
    character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
  }
}
