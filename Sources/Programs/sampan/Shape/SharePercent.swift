import BrokerAPI

/// A share as people write it: `70%`, `67.5%`.
enum SharePercent {
  static func permille(_ text: String) throws(TextFault) -> Int {
    let fault = TextFault("\"\(Display.plain(text))\" is no share: write 70%, or 67.5%")
    guard text.last == "%" else { throw fault }
    let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
    guard let whole = parts.first, (1...4).contains(whole.utf8.count), let percent = Int(whole),
      parts.count <= 2, percent >= 0
    else { throw fault }
    guard parts.count == 2 else { return percent * 10 }
    guard parts[1].utf8.count == 1, let tenth = Int(parts[1]) else { throw fault }
    return percent * 10 + tenth
  }
}

/// What a person wrote in a file, as one line of words.
enum WordsFile {
  static func text(_ path: String) throws -> String {
    let text = try InputFile.text(path).split(whereSeparator: \.isWhitespace)
      .joined(separator: " ")
    guard (1...4_000).contains(text.unicodeScalars.count) else {
      throw Failure.usage(
        "\(path) has \(text.unicodeScalars.count) characters", code: "file_content",
        next: "Write 1 to 4,000.")
    }
    return text
  }
}

extension Display {
  /// `70 %`, `67.5 %`.
  static func percent(_ permille: Int) -> String {
    permille.isMultiple(of: 10) ? "\(permille / 10) %" : "\(permille / 10).\(permille % 10) %"
  }
}
