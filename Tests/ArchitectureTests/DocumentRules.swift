/// What documents say of the tree must be there.
enum DocumentRules {
  /// Links to files that do not exist, and `make` targets that the Makefile does not have.
  static func references(_ file: SourceFile, exists: (String) -> Bool, targets: Set<String>)
    -> [Finding]
  {
    guard file.path.hasSuffix(".md") else { return [] }
    let folder = file.path.split(separator: "/").dropLast()
    var findings: [Finding] = []
    for (index, line) in file.lines.enumerated() {
      for link in links(in: line) where !link.contains("://") && !link.hasPrefix("#") {
        let path = resolve(link.prefix { $0 != "#" }, in: Array(folder))
        guard !exists(path) else { continue }
        findings.append(
          Finding(
            path: file.path, line: index + 1, subject: link,
            what: "links to \(link), which is not there"))
      }
      for target in commands(in: line) where !targets.contains(target) {
        findings.append(
          Finding(
            path: file.path, line: index + 1, subject: target,
            what: "`make \(target)`: the Makefile has no such target"))
      }
    }
    return findings
  }

  /// `](link)`.
  private static func links(in line: Substring) -> [String] {
    line.split(separator: "](").dropFirst().compactMap { rest in
      rest.firstIndex(of: ")").map { String(rest[..<$0]) }
    }
  }

  /// What stands behind `make ` in code: after a backtick, or at the beginning of an indented line.
  private static func commands(in line: Substring) -> [String] {
    let starts =
      line.hasPrefix("    make ")
      ? [line.dropFirst(9)] : line.split(separator: "`make ").dropFirst() + []
    return starts.map { rest in String(rest.prefix { $0.isLetter || $0 == "-" }) }.filter {
      !$0.isEmpty
    }
  }

  private static func resolve(_ link: Substring, in folder: [Substring]) -> String {
    var parts = folder
    for part in link.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  static func targets(_ makefile: SourceFile) -> Set<String> {
    Set(
      makefile.lines.compactMap { line in
        guard let colon = line.firstIndex(of: ":"), line.contains("## ") else { return nil }
        return String(line[..<colon])
      })
  }

  // MARK: The picture

  /// The picture of the arrows against the manifest: an arrow that is drawn and not declared, declared
  /// and not implied by what is drawn.
  static func picture(_ document: SourceFile, _ manifest: Manifest) -> [Finding] {
    var drawn: [String: Set<String>] = [:]
    for line in document.lines {
      let ends = line.split(separator: " --> ").map { $0.filter { $0 != " " } }
      if ends.count == 2 { drawn[ends[0], default: []].insert(ends[1]) }
    }
    let rooms = manifest.targets.filter { !$0.path.hasPrefix("Tests/") }
    let names = Set(rooms.map(\.name))
    func finding(_ from: String, _ to: String, _ what: String) -> Finding {
      Finding(
        path: document.path, line: 1, subject: "\(from) -> \(to)",
        what: "the picture \(what) \(from) --> \(to)")
    }
    return rooms.flatMap { room in
      let declared = Set(room.needs).intersection(names)
      let seen = reach(room.name, drawn)
      return declared.subtracting(seen).sorted().map { finding(room.name, $0, "lacks") }
        + (drawn[room.name] ?? []).subtracting(declared).sorted().map {
          finding(room.name, $0, "has what Package.swift does not:")
        }
    }
  }

  private static func reach(_ name: String, _ arrows: [String: Set<String>]) -> Set<String> {
    var reached: Set<String> = []
    var open = Array(arrows[name] ?? [])
    while let next = open.popLast() {
      if reached.insert(next).inserted { open += arrows[next] ?? [] }
    }
    return reached
  }
}
