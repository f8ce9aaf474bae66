import Seeded
import Testing

/// The tree against the rules. `RuleTests` shows that each rule can fail.
@Suite("The tree is tidy")
struct TidyTests {
  static let manifest: Manifest = {
    Tree.here.file("Package.swift").map(Manifest.init) ?? Manifest(SourceFile("Package.swift", ""))
  }()

  /// Every rule with its name, over the whole tree.
  static let rules: [(name: String, findings: [Finding])] = {
    let tree = Tree.here
    let core = Dictionary(grouping: tree.swift.filter(CoreRules.isOfApply)) { file in
      String(file.path.split(separator: "/")[2])
    }
    return [
      ("arrows", Arrows.check(manifest)),
      ("imports", Arrows.imports(manifest, tree.swift)),
      ("core words", tree.swift.flatMap(CoreRules.vocabulary)),
      (
        "hash tables",
        core.values.flatMap { files in
          let names = CoreRules.hashTables(files)
          return files.flatMap { CoreRules.unordered($0, names) }
        }
      ),
      ("length", tree.swift.flatMap(HouseRules.length)),
      ("documentation", tree.swift.flatMap(HouseRules.documentation)),
      ("names", tree.swift.flatMap(HouseRules.names)),
      ("text", tree.files.flatMap(HouseRules.text)),
      ("order of rows", tree.swift.flatMap(StoreRules.order)),
      ("time and chance in SQL", tree.swift.flatMap(StoreRules.fickleQueries)),
      ("documents", documents(tree)),
      ("folders", StoreRules.folders(manifest, tree.files)),
    ]
  }()

  private static func documents(_ tree: Tree) -> [Finding] {
    let targets = tree.file("Makefile").map(DocumentRules.targets) ?? []
    let picture = tree.file("ARCHITECTURE.md").map { DocumentRules.picture($0, manifest) }
    return (picture ?? [])
      + tree.files.flatMap {
        DocumentRules.references($0, exists: tree.exists, targets: targets)
      }
  }

  static func isExcepted(_ finding: Finding, by rule: String) -> Bool {
    Exception.all.contains {
      $0.rule == rule && $0.path == finding.path && $0.subject == finding.subject
    }
  }

  @Test("the rules read the whole tree")
  func wholeTree() {
    let tree = Tree.here
    #expect(tree.swift.count > 200)
    #expect(Self.manifest.targets.count > 30)
    for target in Self.manifest.targets {
      #expect(
        tree.files.contains { $0.path.hasPrefix(target.path + "/") },
        "no file of \(target.name) was read in \(target.path)")
    }
    #expect(tree.swift.reduce(0) { $0 + $1.functions.count } > 1_000)
  }

  @Test(
    "every rule holds, except where an exception gives its reason", arguments: rules.map(\.name))
  func holds(rule: String) {
    for (name, findings) in Self.rules where name == rule {
      let left = findings.sorted().filter { !Self.isExcepted($0, by: name) }
      let list = left.map(\.description).joined(separator: "\n")
      #expect(left.isEmpty, "\(left.count) findings of the rule on \(name):\n\(list)")
    }
  }

  @Test("what applies the log says the same on every machine, by its words, imports and queries")
  func deterministic() {
    let rules: Set = [
      "arrows", "imports", "core words", "hash tables", "order of rows", "time and chance in SQL",
    ]
    let found = Self.rules.filter { rules.contains($0.name) }
    #expect(found.count == rules.count)
    let files = Tree.here.swift.filter {
      CoreRules.isOfApply($0) || $0.isUnder("Sources/Service/LedgerStore")
    }
    #expect(files.count { $0.path.contains("/Projection") } >= 4)
    // No exception is taken here.
    for (name, findings) in found {
      let left = findings.filter { finding in files.contains { $0.path == finding.path } }
      #expect(left.isEmpty, "\(name): \(left.map(\.description))")
    }
    figure(
      "T16", "files that apply the log or keep its rows: no clock, chance or order by hash",
      files.count)
  }

  @Test("every exception is needed, and gives a reason")
  func exceptions() {
    for exception in Exception.all {
      let needed = Self.rules.contains { name, findings in
        name == exception.rule
          && findings.contains { $0.path == exception.path && $0.subject == exception.subject }
      }
      #expect(
        needed, "\(exception.rule), \(exception.path), \(exception.subject): no longer needed")
      #expect(exception.reason.count > 20, "\(exception.path): the reason is missing")
    }
  }

  @Test("versions of packages are exact, since Package.resolved is not kept")
  func exactVersions() {
    #expect(
      Self.manifest.looseVersions == [], "lines of Package.swift that take a range or a branch")
  }
}
