import Foundation

/// What the readers of one file write down together: faults, keys asked for, keys that stand
/// there, and the lines for `show`.
final class SettingsNotes {
  let file: String
  let environment: [String: String]
  private(set) var faults: [SettingsError.Fault] = []
  private var declared: [String: [String]] = [:]
  private var present: [(path: String, members: [SettingsReader.Member])] = []
  private var lines: [(text: String, doc: String)] = []
  private var isShadow = false
  private var isSilent = false

  init(file: String, environment: [String: String]) {
    self.file = file
    self.environment = environment
  }

  // MARK: Faults

  func add(
    _ kind: SettingsError.Fault.Kind, line: Int?, variable: String? = nil, path: String,
    _ message: String
  ) {
    guard !isShadow else { return }
    faults.append(
      SettingsError.Fault(
        kind: kind, line: variable == nil ? line : nil, variable: variable, path: path,
        message: message))
  }

  /// A reader says that the key may stand in its mapping.
  func declare(_ key: String, in path: String) {
    guard !isShadow else { return }
    let keys = declared[path, default: []]
    precondition(!keys.contains(key), "the setting \(path).\(key) is asked for twice")
    declared[path] = keys + [key]
  }

  /// A reader says which keys stand in its mapping.
  func visit(_ members: [SettingsReader.Member], of path: String) {
    if !isShadow { present.append((path, members)) }
  }

  /// All faults, keys that nobody asked for included, by line.
  func allFaults() -> [SettingsError.Fault] {
    let strangers = present.flatMap { path, members in
      members.filter { !(declared[path] ?? []).contains($0.key) }.map { member in
        SettingsError.Fault(
          kind: .unknownKey, line: member.line, variable: nil,
          path: path.isEmpty ? member.key : "\(path).\(member.key)",
          message: "is not a key\(advice(for: member.key, in: path))")
      }
    }
    let all = (faults + strangers).enumerated()
    return all.sorted {
      ($0.element.line ?? .max, $0.offset) < ($1.element.line ?? .max, $1.offset)
    }
    .map(\.element)
  }

  private func advice(for key: String, in path: String) -> String {
    let neighbours = declared[path] ?? []
    if let near = Spelling.nearest(to: key, among: neighbours) { return "; did you mean \(near)?" }
    let elsewhere = declared.filter { $0.value.contains(key) }.map(\.key).sorted()
    if let home = elsewhere.first {
      return home.isEmpty ? "; it belongs at the top" : "; it belongs under \(home)"
    }
    return neighbours.isEmpty
      ? "" : "; known here: \(neighbours.sorted().joined(separator: ", "))"
  }

  // MARK: Show

  /// Until the matching end, keys are shown and nothing else is noted.
  func startShadow() -> Bool {
    defer { isShadow = true }
    return isShadow
  }

  func endShadow(_ mark: Bool) { isShadow = mark }

  /// Runs with nothing shown.
  func silently<Result>(_ body: () -> Result) -> Result {
    let before = isSilent
    isSilent = true
    defer { isSilent = before }
    return body()
  }

  func show(depth: Int, doc: String, text: String) {
    guard !isSilent else { return }
    // The keys of an item are comments: the list itself is shown empty.
    let text = isShadow && !text.hasPrefix("#") ? "# \(text)" : text
    lines.append((String(repeating: "  ", count: depth) + text, doc))
  }

  func show(depth: Int, key: String, preset: String?, doc: String, inForce: String?) {
    let note = inForce.map { "\(doc) [now \($0)]" } ?? doc
    show(depth: depth, doc: note, text: preset.map { "\(key): \($0)" } ?? "# \(key):")
  }

  func shown() -> String {
    let width = min(44, lines.map(\.text.count).max() ?? 0)
    return lines.map { text, doc in
      guard !doc.isEmpty else { return text }
      let gap = String(repeating: " ", count: max(0, width - text.count))
      return "\(text)\(gap)  # \(doc)"
    }.joined(separator: "\n") + "\n"
  }

  // MARK: Paths

  func absolute(_ path: String, fromVariable: Bool) -> String {
    if path.hasPrefix("/") { return URL(fileURLWithPath: path).standardizedFileURL.path }
    let here = FileManager.default.currentDirectoryPath
    let folder =
      fromVariable
      ? URL(fileURLWithPath: here)
      : URL(fileURLWithPath: file, relativeTo: URL(fileURLWithPath: here, isDirectory: true))
        .deletingLastPathComponent()
    return folder.appendingPathComponent(path).standardizedFileURL.path
  }
}
