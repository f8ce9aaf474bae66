import Foundation
import Yams

/// A strict reader of one YAML settings file, or of one section of it.
///
/// Ask for every key that may stand in the file, with its default and one line of explanation;
/// then call `finish`, which throws all faults at once: unknown keys, missing and wrong values,
/// files that others may read. Until then a key with a fault yields its default or a placeholder,
/// so that reading goes on and nothing is reported twice. A key is asked for once.
///
/// An environment variable `SAMPAN_<SECTION>_<KEY>` wins over the file: `http.publicURL` is
/// `SAMPAN_HTTP_PUBLIC_URL`. An empty variable counts as not set. Items of lists have no variable.
/// Not for secrets: those stand in files of their own, which settings only name.
package struct SettingsReader {
  /// Whether the mapping stands in the file (or, for items, exists at all).
  package let isPresent: Bool

  let notes: SettingsNotes
  /// Keys from the top, joined by points; empty at the top.
  let path: String
  /// The keys of this mapping in the file.
  let members: [Member]
  /// Missing keys are faults. False in a section that is not needed, and where the file had none.
  let isNeeded: Bool
  /// Below a list, where no environment variable reaches.
  let isItem: Bool
  let depth: Int
  let line: Int?

  struct Member {
    let key: String
    let line: Int?
    let node: Node
  }

  /// Reads the file. One that cannot be read or parsed is the first fault that `finish` throws.
  package init(
    file: String, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    let notes = SettingsNotes(file: file, environment: environment)
    var text: String?
    if let data = FileManager.default.contents(atPath: file), data.count <= Self.largestFile {
      text = String(data: data, encoding: .utf8)
    }
    if text == nil {
      notes.add(
        .unreadable, line: nil, path: "",
        "cannot be read: it must exist, be readable, be UTF-8 text and hold at most 256 KiB")
    }
    self.init(text: text, notes: notes)
  }

  /// Reads text; `name` stands for the file in messages, and paths are relative to its folder.
  package init(text: String, name: String, environment: [String: String] = [:]) {
    self.init(text: text, notes: SettingsNotes(file: name, environment: environment))
  }

  private static let largestFile = 256 << 10

  private init(text: String?, notes: SettingsNotes) {
    var root: Node?
    do {
      root = try text.flatMap { try compose(yaml: $0) }
    } catch {
      let (line, problem) = Self.explained(error)
      notes.add(.syntax, line: line, path: "", "this is not YAML as expected: \(problem)")
    }
    let isBroken = !notes.faults.isEmpty
    self.init(
      node: root, key: nil, notes: notes, path: "", isNeeded: !isBroken, isItem: false, depth: 0)
  }

  init(
    node: Node?, key: Member?, notes: SettingsNotes, path: String, isNeeded: Bool, isItem: Bool,
    depth: Int
  ) {
    self.notes = notes
    self.path = path
    self.isItem = isItem
    self.depth = depth
    line = key?.line ?? node?.mark?.line
    var members: [Member] = []
    var hasKeys = true
    switch node {
    case .mapping(let mapping):
      for (key, value) in mapping {
        guard let text = key.scalar?.string else {
          notes.add(.wrongType, line: key.mark?.line, path: path, "has a key that is not a word")
          continue
        }
        members.append(Member(key: text, line: key.mark?.line, node: value))
      }
      isPresent = true
    case .none:
      isPresent = false
    case .some(let other) where other.isEmptyScalar:
      isPresent = key != nil  // `http:` with every line under it commented out
    case .some(let other):
      notes.add(
        .wrongType, line: key?.line ?? other.mark?.line, path: path,
        "must hold keys, each on its line as `key: value`, not \(other.kindInWords)")
      isPresent = true
      hasKeys = false  // what is missing from it is not worth a second fault
    }
    self.isNeeded = isNeeded && hasKeys
    self.members = members
    notes.visit(members, of: path)
  }

  // MARK: Structure

  /// The mapping under a key. When it is not `needed` (its rival was chosen, say), keys missing
  /// from it are no faults; those that are there are still checked.
  package func section(
    _ key: String, needed: Bool = true, doc: String = ""
  ) -> SettingsReader {
    notes.declare(key, in: path)
    notes.show(depth: depth, doc: doc, text: "\(key):")
    let member = members.first { $0.key == key }
    return SettingsReader(
      node: member?.node, key: member, notes: notes, path: join(key),
      isNeeded: isNeeded && needed, isItem: isItem, depth: depth + 1)
  }

  /// A list of mappings, each read by `read`; empty when the key is absent.
  package func items<Item>(
    _ key: String, doc: String, read: (SettingsReader) -> Item
  ) -> [Item] {
    notes.declare(key, in: path)
    notes.show(depth: depth, doc: "\(doc); each item has:", text: "\(key): []")
    // One reading of nothing shows the keys of an item, and leaves no other trace.
    let mark = notes.startShadow()
    _ = read(
      SettingsReader(
        node: nil, key: nil, notes: notes, path: join(key) + "[]", isNeeded: false, isItem: true,
        depth: depth + 2))
    notes.endShadow(mark)
    guard let member = members.first(where: { $0.key == key }) else { return [] }
    guard let nodes = member.node.sequence else {
      notes.add(
        .wrongType, line: member.line, path: join(key),
        "must be a list, each item starting with `- `, not \(member.node.kindInWords)")
      return []
    }
    return notes.silently {
      nodes.enumerated().map { index, node in
        let holder = Member(key: key, line: node.mark?.line, node: node)
        return read(
          SettingsReader(
            node: node, key: holder, notes: notes, path: "\(join(key))[\(index)]",
            isNeeded: isNeeded, isItem: true, depth: depth + 2))
      }
    }
  }

  /// A mapping whose keys are free, with text values, in the order of the file.
  package func entries(_ key: String, doc: String) -> [(key: String, value: String)] {
    notes.declare(key, in: path)
    notes.show(depth: depth, doc: doc, text: "\(key): {}")
    guard let member = members.first(where: { $0.key == key }) else { return [] }
    let inner = SettingsReader(
      node: member.node, key: member, notes: notes, path: join(key), isNeeded: false,
      isItem: true, depth: depth + 1)
    return inner.members.compactMap { entry in
      notes.declare(entry.key, in: inner.path)
      return inner.scalarText(entry).map { (entry.key, $0) }
    }
  }

  // MARK: Ending

  /// Throws all that is wrong, once every key has been asked for.
  package func finish() throws(SettingsError) {
    let faults = notes.allFaults()
    guard faults.isEmpty else { throw SettingsError(file: notes.file, faults: faults) }
  }

  /// Every key asked for so far, as a file that says what the defaults are, each with its
  /// explanation; a value in force that differs is named beside it.
  package func show() -> String { notes.shown() }

  func join(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private static func explained(_ error: any Error) -> (line: Int?, problem: String) {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (mark.line, problem)
    case .duplicatedKeysInMapping(let keys, let context):
      (context.mark.line, "\(keys.joined(separator: ", ")) stands twice; keep one")
    case .reader(let problem, _, _, _):
      (nil, problem)
    default:
      (nil, "\(error)")
    }
  }
}
