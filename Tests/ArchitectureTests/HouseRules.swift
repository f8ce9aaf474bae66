/// What holds in every folder.
enum HouseRules {
  static let longestFile = 400
  static let longestFunction = 70

  static func length(_ file: SourceFile) -> [Finding] {
    guard file.isSwift else { return [] }
    var findings: [Finding] = []
    if file.lines.count > longestFile {
      findings.append(
        Finding(
          path: file.path, line: longestFile, subject: "file",
          what: "\(file.lines.count) lines; above \(longestFile) look for the missing noun"))
    }
    for function in file.functions where function.length > longestFunction {
      findings.append(
        Finding(
          path: file.path, line: function.first, subject: function.name,
          what: "\(function.name) has \(function.length) lines; \(longestFunction) are the most"))
    }
    return findings
  }

  // MARK: Documentation

  private static let modifiers: Set = [
    "static", "final", "mutating", "nonmutating", "nonisolated", "indirect", "override", "class",
    "consuming", "borrowing", "isolated",
  ]

  /// Said once, at the protocol: `Record.fields` and the operators.
  private static let witnesses: Set = ["fields", "<", "="]

  /// Types and functions of the core and of the seam that say nothing about themselves.
  static func documentation(_ file: SourceFile) -> [Finding] {
    guard file.isUnder("Sources/Core", "adapters/AdapterKit") else { return [] }
    return file.tokens.indices.compactMap { index in
      guard file.tokens[index].isWord(["package", "public"]) else { return nil }
      var next = index + 1
      while next + 1 < file.tokens.count, file.tokens[next].isWord(modifiers) { next += 1 }
      let kinds: Set = ["struct", "enum", "actor", "protocol", "func", "typealias"]
      guard next + 1 < file.tokens.count, file.tokens[next].isWord(kinds),
        !witnesses.contains(file.tokens[next + 1].text)
      else { return nil }
      var line = file.tokens[index].line - 1
      while line > 0, trimmed(file.lines[line - 1]).hasPrefix("@") { line -= 1 }
      guard line == 0 || !trimmed(file.lines[line - 1]).hasPrefix("///") else { return nil }
      let name = file.tokens[next + 1].text
      return Finding(
        path: file.path, line: file.tokens[index].line, subject: name,
        what: "\(file.tokens[next].text) \(name) has no doc comment")
    }
  }

  private static func trimmed(_ line: Substring) -> Substring { line.drop { $0 == " " } }

  // MARK: Names

  private static let emptyNouns = [
    "Manager", "Helper", "Helpers", "Util", "Utils", "Common", "Impl",
  ]

  /// Types whose name says nothing of the domain.
  static func names(_ file: SourceFile) -> [Finding] {
    let kinds: Set = ["struct", "enum", "class", "actor", "protocol"]
    return file.tokens.indices.dropLast().compactMap { index in
      let name = file.tokens[index + 1].text
      guard file.tokens[index].isWord(kinds), emptyNouns.contains(where: { name.hasSuffix($0) })
      else {
        return nil
      }
      return Finding(
        path: file.path, line: file.tokens[index].line, subject: name,
        what: "\(name) is no noun of the domain")
    }
  }

  // MARK: Text of any file

  // Put together here, so that this file does not hold what it looks for.
  private static let promises = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
  private static let machines = ["home", "root", "Users", "work", "workspace", "builds"].map {
    "/" + $0 + "/"
  }

  /// Addresses that the tree may name: its libraries, the standards it keeps, its own machine, and
  /// names that belong to nobody.
  private static let hosts: Set = [
    "github.com", "c2sp.org", "www.rfc-editor.org", "www.apache.org", "json-schema.org",
    "spec.openapis.org", "www.swift.org", "localhost", "127.0.0.1",
  ]

  static func text(_ file: SourceFile) -> [Finding] {
    var findings: [Finding] = []
    for (index, line) in file.lines.enumerated() {
      func find(_ subject: String, _ what: String) {
        findings.append(Finding(path: file.path, line: index + 1, subject: subject, what: what))
      }
      for word in promises where line.contains(word) && isWord(word, in: line) {
        find(word, "\(word): open an issue, or do it")
      }
      for path in machines where line.contains(path) && begins(path, in: line) {
        find(path, "\(path) is a path of one machine")
      }
      for host in Self.hosts(in: line) where !mayName(host) {
        find(host, "\(host): the tree names no such host (HouseRules.hosts)")
      }
    }
    return findings
  }

  private static func mayName(_ host: String) -> Bool {
    let last = host.split(separator: ".").last ?? ""
    return hosts.contains(host) || ["example", "invalid", "test"].contains(last)
      || host.contains(".example.") || host.hasPrefix("example.") || host.hasPrefix("127.")
  }

  private static func isWord(_ word: String, in line: Substring) -> Bool {
    line.split { !$0.isLetter }.contains { $0 == word }
  }

  /// Whether the path stands at the beginning of a path, not inside one.
  private static func begins(_ path: String, in line: Substring) -> Bool {
    guard let range = line.firstRange(of: path) else { return false }
    guard range.lowerBound > line.startIndex else { return true }
    let before = line[line.index(before: range.lowerBound)]
    return !before.isLetter && !before.isNumber && !"._-}).*".contains(before)
  }

  /// What stands behind `://`, up to what cannot be a host.
  private static func hosts(in line: Substring) -> [String] {
    guard line.contains("://") else { return [] }
    return line.split(separator: "://").dropFirst().compactMap { rest in
      let host = rest.prefix { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" }
      return host.contains(".") ? String(host) : nil
    }
  }
}
