/// What holds for SQL and for folders.
enum StoreRules {
  /// Queries for many rows that do not say in which order. SQLite may give another order after any
  /// change of plan, so every such query orders by something. Whether the order is total is review.
  static func order(_ file: SourceFile) -> [Finding] {
    guard file.isUnder("Sources/Service") else { return [] }
    let functions = file.functions
    return file.tokens.indices.compactMap { index in
      let many: Set = ["fetchAll", "fetchCursor", "fetchSet"]
      guard file.tokens[index].isWord(many), file.isFollowed(index, by: "("),
        let end = file.closing(index + 1)
      else { return nil }
      var sql = text(file.tokens[index...end])
      if !sql.contains("SELECT") {
        // The text was put together before: look through the whole function.
        let around = functions.last { $0.range.contains(index) }
        sql = around.map { text(file.tokens[$0.range]) } ?? sql
      }
      guard !sql.contains("ORDER BY"), !sql.contains("PRAGMA") else { return nil }
      return Finding(
        path: file.path, line: file.tokens[index].line, subject: file.tokens[index].text,
        what: "\(file.tokens[index].text) without ORDER BY")
    }
  }

  /// What SQLite answers otherwise at another time or by chance.
  private static let fickle = [
    "'now'", "current_time", "current_date", "random(", "randomblob(", "unixepoch()", "julianday()",
    "datetime()", "changes()", "last_insert_rowid(",
  ]

  /// SQL that asks the clock or rolls dice: rows follow from the log alone.
  static func fickleQueries(_ file: SourceFile) -> [Finding] {
    guard file.isUnder("Sources/Service", "Sources/Programs") else { return [] }
    return file.tokens.filter { $0.kind == .text }.flatMap { token -> [Finding] in
      let text = token.text.lowercased()
      let verbs = ["select ", "insert ", "update ", "delete ", "create ", "default "]
      guard verbs.contains(where: text.contains) else { return [] }
      return fickle.filter(text.contains).map { word in
        Finding(
          path: file.path, line: token.line, subject: word,
          what: "`\(word)` in SQL: differs with the time or by chance; bind a value of the log")
      }
    }
  }

  /// Files outside the core that turn events into rows: their words are those of the core.
  static func isProjection(_ file: SourceFile) -> Bool {
    file.path.hasPrefix("Sources/Service/LedgerStore/Projection")
      || file.path.hasPrefix("Sources/Service/LedgerStore/Schema")
  }

  private static func text(_ tokens: ArraySlice<Token>) -> String {
    tokens.filter { $0.kind == .text }.map(\.text).joined(separator: " ")
  }

  /// Files in a folder of a target that the target does not use, Swift files outside of every target,
  /// and placeholders that were left.
  static func folders(_ manifest: Manifest, _ files: [SourceFile]) -> [Finding] {
    files.compactMap { file in
      guard file.isUnder("Sources", "adapters", "Tests") else { return nil }
      func finding(_ what: String) -> Finding {
        Finding(path: file.path, line: 1, subject: "folder", what: what)
      }
      if file.path.hasSuffix("/Stub.swift") { return finding("a placeholder that was left") }
      let target = manifest.targets.first { file.path.hasPrefix($0.path + "/") }
      guard let target else {
        return file.isSwift ? finding("belongs to no target of Package.swift") : nil
      }
      let rest = file.path.dropFirst(target.path.count + 1)
      let isNamed = target.others.contains { rest == $0 || rest.hasPrefix($0 + "/") }
      let isLibrary = rest == "module.modulemap" || rest.hasSuffix(".h") || rest.hasSuffix(".c")
      if file.isSwift || isNamed || isLibrary { return nil }
      return finding(
        "no source of \(target.name), and Package.swift neither excludes nor carries it")
    }
  }
}
