/// What keeps the core pure: the same log gives the same state on every machine only when nothing in
/// it asks a clock, rolls dice, rounds, or walks a hash table.
enum CoreRules {
  /// Words that do not stand where the log is applied, each with the reason that the finding gives.
  static let banned: [String: String] = {
    var banned: [String: String] = [:]
    for word in [
      "Double", "Float", "Float16", "Float32", "Float64", "Float80", "CGFloat", "Decimal",
    ] {
      banned[word] = "floating point differs between machines; count in integers"
    }
    for word in ["Date", "Clock", "ContinuousClock", "SuspendingClock", "TimeZone", "Locale"] {
      banned[word] = "time comes in with the entry"
    }
    for word in [
      "random", "randomElement", "shuffled", "shuffle", "SystemRandomNumberGenerator", "UUID",
    ] { banned[word] = "chance comes in as a seed (Dice)" }
    for word in ["hashValue", "Hasher", "describing", "reflecting", "Mirror"] {
      banned[word] = "differs between two starts of a process, or between two compilers"
    }
    for word in ["async", "await", "Task", "actor", "print", "FileManager", "ProcessInfo"] {
      banned[word] = "the core is values in, values out"
    }
    return banned
  }()

  /// What has to come out the same everywhere: the core, and what makes rows of its events.
  static func isOfApply(_ file: SourceFile) -> Bool {
    file.isUnder("Sources/Core") || StoreRules.isProjection(file)
  }

  static func vocabulary(_ file: SourceFile) -> [Finding] {
    guard isOfApply(file) else { return [] }
    return file.tokens.filter { $0.kind == .word }.compactMap { token in
      banned[token.text].map { reason in
        Finding(
          path: file.path, line: token.line, subject: token.text,
          what: "`\(token.text)` where the log is applied: \(reason)")
      }
    }
  }

  // MARK: Hash tables are not walked

  /// Members whose result depends on the order of a `Dictionary` or `Set`.
  private static let ordered: Set = [
    "map", "compactMap", "flatMap", "forEach", "reduce", "first", "enumerated", "popFirst",
    "makeIterator", "prefix", "dropFirst", "lazy", "removeFirst", "description",
  ]

  /// Names of a target that are declared as `Set` or `Dictionary` anywhere in it, so that a stored
  /// property is known in the extensions of its type too.
  static func hashTables(_ files: [SourceFile]) -> Set<String> {
    var names: Set<String> = []
    for file in files {
      for index in file.tokens.indices where file.tokens[index].kind == .word {
        if file.isFollowed(index, by: ":"), isHashTable(file, index + 2) {
          names.insert(file.tokens[index].text)
        }
        if ["let", "var"].contains(file.previous(index)), file.isFollowed(index, by: "="),
          isHashTable(file, index + 2)
        {
          names.insert(file.tokens[index].text)
        }
      }
    }
    return names
  }

  /// Whether `Set<A>`, `Set(a)`, `Dictionary(...)`, `[A: B]` or `[:]` stands at `index`.
  private static func isHashTable(_ file: SourceFile, _ index: Int) -> Bool {
    guard index < file.tokens.count else { return false }
    if file.tokens[index].text == "inout" { return isHashTable(file, index + 1) }
    if file.tokens[index].isWord(["Set", "Dictionary"]) { return true }
    guard file.tokens[index].isMark("["), let end = file.closing(index) else { return false }
    var depth = 0
    for other in index...end where file.tokens[other].kind == .mark {
      let mark = file.tokens[other].text
      if "([{".contains(mark) { depth += 1 }
      if ")]}".contains(mark) { depth -= 1 }
      if mark == ":", depth == 1 { return true }
    }
    return false
  }

  /// Finds walks over hash tables by name: loops, `keys` and `values` that are not sorted at once,
  /// members that depend on the order, arrays made from them. It judges by names within a target, so
  /// it can be wrong in both directions; it is a net, the replay of one log on two starts is the proof.
  static func unordered(_ file: SourceFile, _ names: Set<String>) -> [Finding] {
    guard isOfApply(file) else { return [] }
    return file.tokens.indices.compactMap { index in
      let token = file.tokens[index]
      guard token.kind == .word else { return nil }
      let isTable = names.contains(token.text)
      let isMade = token.isWord(["Set", "Dictionary"]) && file.previous(index) == "in"
      guard isTable || isMade, isWalked(file, index) else { return nil }
      return Finding(
        path: file.path, line: token.line, subject: token.text,
        what:
          "walks `\(token.text)`, a hash table: its order changes with every start; use OrderedMap")
    }
  }

  private static func isWalked(_ file: SourceFile, _ index: Int) -> Bool {
    let next = index + 1 < file.tokens.count ? file.tokens[index + 1].text : ""
    if next == ".", index + 2 < file.tokens.count {
      let member = file.tokens[index + 2].text
      if member == "keys" || member == "values" {
        let harmless: Set = ["sorted", "count", "contains", "allSatisfy", "isEmpty"]
        return
          !(index + 4 < file.tokens.count && file.isFollowed(index + 2, by: ".")
          && harmless.contains(file.tokens[index + 4].text))
      }
      return ordered.contains(member)
    }
    var before = index - 1
    while before > 0, file.tokens[before].text == "." || file.tokens[before].text == "self" {
      before -= 1
    }
    guard before > 0 else { return false }
    if file.tokens[before].isWord(["in"]) { return isLoop(file, before) }
    return file.tokens[before].isMark("(") && file.previous(before) == "Array" && next == ")"
  }

  private static func isLoop(_ file: SourceFile, _ index: Int) -> Bool {
    for before in stride(from: index - 1, through: max(0, index - 12), by: -1) {
      if file.tokens[before].isWord(["for"]) { return true }
      if file.tokens[before].isMark("{") || file.tokens[before].isMark("}") { return false }
    }
    return false
  }
}
