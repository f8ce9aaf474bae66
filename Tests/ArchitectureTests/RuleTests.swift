import Testing

/// Each rule finds what is planted, and lets its neighbour pass.
@Suite("Each rule can fail")
struct RuleTests {
  private func core(_ text: String) -> SourceFile {
    SourceFile("Sources/Core/Units/Sample.swift", text)
  }

  @Test("words in comments and strings are not code; what is interpolated is")
  func lexer() {
    let file = core(
      #"""
      // Double
      /* Float /* Date */ random */
      let text = "Double \(values.keys) \"Float\" // no comment"
      let raw = #"Date "Clock" \(x)"#
      let long = """
        random "quoted" \(clock(a: (1)))
        """
      let after = end
      """#)
    let words = file.tokens.filter { $0.kind == .word }.map(\.text)
    #expect(
      words == [
        "let", "text", "values", "keys", "let", "raw", "let", "long", "clock", "a", "1", "let",
        "after", "end",
      ])
    #expect(file.tokens.last?.line == 8)
    #expect(file.tokens.first { $0.text.contains("quoted") }?.kind == .text)
  }

  @Test(
    "the core has no floating point, clock, chance, hash or task",
    arguments: [
      "let a: Double = 1", "var f: [Float]", "Date()", "x.random(in: 1...2)",
      "ContinuousClock().now",
      "a.hashValue", "String(describing: a)", "func f() async {}", "\"\\(Double(1))\"",
    ])
  func vocabulary(sample: String) {
    #expect(CoreRules.vocabulary(core(sample)).count == 1)
    #expect(CoreRules.vocabulary(SourceFile("Sources/Service/A/B.swift", sample)) == [])
    #expect(CoreRules.vocabulary(core("// \(sample)\nlet doubled = \"Date\"")) == [])
  }

  @Test(
    "hash tables are not walked in the core",
    arguments: [
      "var a: [String: Int] = [:]\nfor (k, v) in a {}", "let a = Set(b)\nfor x in a where x > 1 {}",
      "func f(_ a: Set<Int>) { a.map { $0 } }", "var a: [Key: [Int]]\nlet b = a.keys.first",
      "private var a = [:]\nfor x in self.a {}", "let a: [B<C>: (Int, Int)]\nreturn a.values",
      "for x in Set(b) {}", "func f(a: inout [A: B]) { for x in a.values.reversed() {} }",
      "var a: Set<Int> = []\nlet b = Array(a)",
    ])
  func hashTables(sample: String) {
    let file = core(sample)
    #expect(CoreRules.unordered(file, CoreRules.hashTables([file])).count == 1)
  }

  @Test(
    "asking a hash table is not walking it",
    arguments: [
      "var a: [String: Int] = [:]\na[b] = 1\nif a.isEmpty {}", "var a: Set<Int>\na.contains(1)",
      "var a: [K: V]\nfor k in a.keys.sorted() {}", "let a: [[Int]]\nfor x in a {}",
      "let a = x ? [1] : [2]\nfor y in a {}", "var a: Set<Int>\nb.filter { x in a.contains(x) }",
    ])
  func asking(sample: String) {
    let file = core(sample)
    #expect(CoreRules.unordered(file, CoreRules.hashTables([file])) == [])
  }

  @Test("a table declared in one file is known in the others of its target")
  func acrossFiles() {
    let one = core("struct S { var open: [String: Int] }")
    let other = core("extension S { func f() { for x in open {} } }")
    #expect(CoreRules.unordered(other, CoreRules.hashTables([one, other])).count == 1)
  }

  @Test("files over 400 and functions over 70 lines are found")
  func length() {
    let long = core(String(repeating: "let a = 1\n", count: 401))
    #expect(HouseRules.length(long).map(\.subject) == ["file"])
    #expect(HouseRules.length(core(String(repeating: "let a = 1\n", count: 400))) == [])
    func function(_ lines: Int) -> SourceFile {
      core(
        "protocol P { func q() -> Int\n func r() }\nfunc f(a: () -> Void = {}) {\n"
          + String(repeating: "  a()\n", count: lines - 2) + "}\n")
    }
    #expect(HouseRules.length(function(71)).map(\.subject) == ["f"])
    #expect(HouseRules.length(function(70)) == [])
  }

  @Test("types and functions without a doc comment are found")
  func documentation() {
    let bare = core("package struct A {\n  @inlinable\n  package static func b() {}\n}")
    #expect(HouseRules.documentation(bare).map(\.subject) == ["A", "b"])
    let good = core(
      "/// A.\npackage struct A {\n  /// B.\n  @inlinable\n  package static func b() {}\n  func c() {}\n}"
    )
    #expect(HouseRules.documentation(good) == [])
    let seam = SourceFile("adapters/AdapterKit/A.swift", "public protocol A {}")
    #expect(HouseRules.documentation(seam).count == 1)
    #expect(
      HouseRules.documentation(core("package import Units\npackage func fields(_ c: inout C) {}"))
        == [])
  }

  @Test("names that say nothing are found")
  func names() {
    #expect(HouseRules.names(core("struct BidManager {}\nenum StringUtils {}")).count == 2)
    #expect(HouseRules.names(core("struct Base64 {}\nlet manager = 1")) == [])
  }

  @Test("promises, paths of one machine and foreign hosts are found in any file")
  func text() {
    let note = "TO" + "DO"
    let home = "/" + "home/me/x"
    func found(_ line: String) -> Int { HouseRules.text(SourceFile("a.md", line)).count }
    #expect(found("// \(note): later") == 1)
    #expect(found("MASTO" + "DONS and lower case promises") == 0)
    #expect(found("cd \(home)") == 1)
    #expect(found("`\(home)`") == 1)
    #expect(found("data\(home)") == 0)
    #expect(found("https:" + "//registry.nowhere.org/x") == 1)
    #expect(found("https://broker.example.hk/v1 and https://github.com/apple/swift-log") == 0)
  }

  @Test("queries for many rows say their order")
  func order() {
    func found(_ text: String) -> Int {
      StoreRules.order(SourceFile("Sources/Service/LedgerStore/A.swift", text)).count
    }
    #expect(found(#"let a = try Row.fetchAll(db, sql: "SELECT * FROM a WHERE b = ?")"#) == 1)
    #expect(found(#"func f() { let sql = "SELECT a FROM b"; Row.fetchCursor(db, sql: sql) }"#) == 1)
    #expect(found(#"let a = try Row.fetchAll(db, sql: "SELECT * FROM a ORDER BY b")"#) == 0)
    #expect(found(#"let a = try Row.fetchAll(db, sql: "PRAGMA foreign_key_check")"#) == 0)
    #expect(
      found(
        #"func f() { let sql = "SELECT a FROM b"; Row.fetchAll(db, sql: sql + " ORDER BY a") }"#)
        == 0)
  }

  private static let sample = """
    let crypto = product("Crypto", "swift-crypto")
    let all: [Target] = [
      room("Units", "Sources/Core", []),
      room("Market", "Sources/Core", ["Units"]),
      room("Exec", "adapters", ["Market", crypto], exclude: ["PROTOCOL.md", "examples"]),
      tests("UnitsTests", "Tests/Core", ["Units"], resources: ["Vectors"]),
      room("Store", "Sources", [product("GRDB", "GRDB.swift"), .product(name: "NIO", package: "nio")]),
      .executableTarget(name: "bench", dependencies: ["Units"], path: "Tests/Bench"),
    ]
    let versions = [.package(url: "x", from: "1.0.0")]
    func room(_ name: String) -> Target { .target(name: name, path: "a") }
    """

  @Test("the manifest is read: targets, what they need, what they carry")
  func manifest() {
    let manifest = Manifest(SourceFile("Package.swift", Self.sample))
    #expect(
      manifest.targets == [
        .init(name: "Units", path: "Sources/Core/Units"),
        .init(name: "Market", path: "Sources/Core/Market", needs: ["Units"]),
        .init(
          name: "Exec", path: "adapters/Exec", needs: ["Market", "Crypto"],
          others: ["PROTOCOL.md", "examples"]),
        .init(
          name: "UnitsTests", path: "Tests/Core/UnitsTests", needs: ["Units"], others: ["Vectors"]),
        .init(name: "Store", path: "Sources/Store", needs: ["GRDB", "NIO"]),
        .init(name: "bench", path: "Tests/Bench", needs: ["Units"]),
      ])
    #expect(manifest.looseVersions == [10])
  }

  @Test("arrows that turn back, and rooms without a line in the table, are found")
  func arrows() {
    let manifest = Manifest(
      SourceFile(
        "Package.swift",
        #"""
        room("Units", "Sources/Core", ["Market"]), room("Exec", "adapters", ["AdapterKit", "Units"]),
        room("Attic", "Sources/Core", []), room("Market", "Sources/Core", ["Units"])
        """#))
    #expect(Arrows.check(manifest).map(\.subject) == ["Units -> Market", "Exec -> Units", "Attic"])
  }

  @Test("imports that the manifest does not list, and lines that nothing imports, are found")
  func imports() {
    let manifest = Manifest(SourceFile("Package.swift", Self.sample))
    let files = [
      SourceFile("Sources/Core/Units/A.swift", "import Foundation\n"),
      SourceFile("Sources/Core/Market/A.swift", "package import Units\n"),
      SourceFile(
        "adapters/Exec/A.swift", "import Foundation\nimport Crypto\n@testable import struct Units.A"
      ),
      SourceFile("Tests/Core/UnitsTests/A.swift", "import Testing\nimport Units"),
    ]
    #expect(
      Arrows.imports(manifest, files).map(\.subject) == ["Foundation", "Units", "Exec -> Market"])
  }

  @Test("documents that name what is not there are found")
  func references() {
    let makefile = SourceFile("Makefile", "core: ## the core\n\tswift test\n.PHONY: core attic\n")
    let page = SourceFile(
      "adapters/Exec/PROTOCOL.md",
      """
      [a](examples/site.py), [b](../../README.md#limits), [c](nothing.md), [d](https://a.example)
      `make core`, `make attic`, to make believe
          make cellar
          make
      """)
    let there: Set = ["adapters/Exec/examples/site.py", "README.md"]
    let found = DocumentRules.references(
      page, exists: there.contains, targets: DocumentRules.targets(makefile))
    #expect(found.map(\.subject) == ["nothing.md", "attic", "cellar"])
  }

  @Test("a picture that does not show the arrows of the manifest is found")
  func picture() {
    let manifest = Manifest(SourceFile("Package.swift", Self.sample))
    func found(_ picture: String) -> [String] {
      DocumentRules.picture(SourceFile("A.md", picture), manifest).map(\.subject)
    }
    #expect(found("  Market --> Units\n  Exec --> Market") == [])
    #expect(found("  Exec --> Market") == ["Market -> Units"])
    #expect(found("  Market --> Units\n  Exec --> Market\n  Exec --> Units") == ["Exec -> Units"])
  }

  @Test(
    "SQL that asks the clock or rolls dice is found, and what makes rows keeps to the core's words",
    arguments: [
      #""SELECT strftime('%s', 'now')""#, #""INSERT INTO a VALUES (random())""#,
      #""CREATE TABLE a (at TEXT DEFAULT CURRENT_TIMESTAMP)""#, #""UPDATE a SET at = unixepoch()""#,
    ])
  func fickle(sample: String) {
    let path = "Sources/Service/LedgerStore/ProjectionSample.swift"
    #expect(StoreRules.fickleQueries(SourceFile(path, "let sql = \(sample)")).count == 1)
    #expect(StoreRules.fickleQueries(SourceFile(path, "// \(sample)")) == [])
    #expect(
      StoreRules.fickleQueries(SourceFile(path, #"let s = "SELECT date(d, 'unixepoch')""#)) == [])
    #expect(CoreRules.vocabulary(SourceFile(path, "let now = Date()")).count == 1)
  }

  @Test("files that no target uses are found")
  func folders() {
    let manifest = Manifest(SourceFile("Package.swift", Self.sample))
    let paths = [
      "Sources/Core/Units/A.swift", "Sources/Core/Units/notes.txt", "Sources/Core/Units/Stub.swift",
      "Sources/Attic/A.swift", "adapters/Exec/examples/site.py", "adapters/Exec/PROTOCOL.md",
      "Tests/Core/UnitsTests/Vectors/a.json", "adapters/README.md",
    ]
    #expect(
      StoreRules.folders(manifest, paths.map { SourceFile($0, "") }).map(\.path) == [
        "Sources/Core/Units/notes.txt", "Sources/Core/Units/Stub.swift", "Sources/Attic/A.swift",
      ])
  }
}
