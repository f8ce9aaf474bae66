import Yams

/// What is wrong with a file, collected so that all of it is said at once.
final class FormFaults {
  let file: String
  private(set) var found: [String] = []

  init(file: String) { self.file = file }

  func add(_ place: String, _ text: String) {
    found.append(place.isEmpty ? text : "\(place): \(text)")
  }

  /// Throws when anything was found.
  func check() throws {
    guard let first = found.first else { return }
    let rest = found.dropFirst().map { "; \($0)" }.joined()
    throw Failure.usage(
      "\(file): \(first)\(rest)", code: "file_content",
      next: found.count > 1
        ? "Correct all \(found.count) and try again." : "Correct it and try again.")
  }
}

/// One mapping of a YAML file, read key by key; keys that nobody read are faults.
struct Form {
  private let mapping: [(key: String, node: Node)]
  private let place: String
  private let faults: FormFaults
  private var read: Set<String> = []

  /// The mapping that the text is; nil when the text is empty.
  static func compose(_ text: String, _ faults: FormFaults) throws -> Form? {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw Failure.usage(
        "\(faults.file) is not YAML: \(error)", code: "file_content",
        next: "Correct it and try again.")
    }
    guard let node else { return nil }
    return Form(node, place: "", faults)
  }

  private init(_ node: Node, place: String, _ faults: FormFaults) {
    self.place = place
    self.faults = faults
    guard case .mapping(let pairs) = node else {
      mapping = []
      faults.add(place, "write keys and values")
      return
    }
    mapping = pairs.map { ($0.key.string ?? "?", $0.value) }
  }

  func has(_ key: String) -> Bool { mapping.contains { $0.key == key } }

  func fault(_ key: String, _ text: String) { faults.add(path(key), text) }

  private func path(_ key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

  private mutating func node(_ key: String) -> Node? {
    read.insert(key)
    return mapping.first { $0.key == key }?.node
  }

  /// The text of a scalar, as it stands in the file.
  mutating func text(_ key: String) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.scalar?.string else {
      fault(key, "write one value")
      return nil
    }
    return text
  }

  mutating func requiredText(_ key: String) -> String {
    if let text = text(key) { return text }
    if !has(key) { fault(key, "is missing") }
    return ""
  }

  mutating func flag(_ key: String) -> Bool? {
    guard let text = text(key) else { return nil }
    guard text == "true" || text == "false" else {
      fault(key, "write true or false")
      return nil
    }
    return text == "true"
  }

  /// What the scalar means; a refused text is a fault.
  mutating func value<Value>(_ key: String, _ parse: (String) throws -> Value) -> Value? {
    guard let text = text(key) else { return nil }
    do {
      return try parse(text)
    } catch let failure as Failure {
      fault(key, failure.why)
    } catch {
      fault(key, String(describing: error))
    }
    return nil
  }

  mutating func requiredValue<Value>(
    _ key: String, _ parse: (String) throws -> Value
  ) -> Value? {
    if !has(key) { fault(key, "is missing") }
    return value(key, parse)
  }

  /// A list of scalars; one scalar is a list of one.
  mutating func texts(_ key: String) -> [String] {
    guard let node = node(key) else { return [] }
    if let text = node.scalar?.string { return [text] }
    let texts = node.sequence?.compactMap { $0.scalar?.string }
    guard let texts, texts.count == node.sequence?.count else {
      fault(key, "write a list of values")
      return []
    }
    return texts
  }

  /// A list of mappings.
  mutating func forms(_ key: String) -> [Form] {
    guard let node = node(key) else { return [] }
    guard case .sequence(let items) = node else {
      fault(key, "write a list")
      return []
    }
    return items.enumerated().map { Form($1, place: "\(path(key))[\($0)]", faults) }
  }

  mutating func form(_ key: String) -> Form? {
    node(key).map { Form($0, place: path(key), faults) }
  }

  /// Mappings by names of people's choice.
  mutating func namedForms(_ key: String) -> [(String, Form)] {
    guard let form = form(key) else { return [] }
    return form.mapping.map { ($0.key, Form($0.node, place: form.path($0.key), faults)) }
  }

  /// Refuses every key that was not read; the known but unsupported ones by their reason.
  func refuseRest(unsupported: [String] = []) {
    for (key, _) in mapping where !read.contains(key) {
      if unsupported.contains(key) {
        fault(key, "is not supported by this version; leave it out")
      } else if let near = Spelling.nearest(to: key, among: read.sorted()) {
        fault(key, "is not known; did you mean \(near)?")
      } else {
        fault(key, "is not known; leave it out")
      }
    }
  }
}

/// Guesses what a misspelt word was meant to be.
enum Spelling {
  /// The word that is at most two letters away, the nearest first; nil when none is.
  static func nearest(to word: String, among words: [String]) -> String? {
    words.map { ($0, distance(word, $0)) }
      .filter { $0.1 <= min(2, $0.0.count / 2) }
      .min { $0.1 < $1.1 }?.0
  }

  /// Letters to insert, remove or replace.
  private static func distance(_ left: String, _ right: String) -> Int {
    let wanted = Array(right.utf8)
    var row = Array(0...wanted.count)
    for (index, letter) in left.utf8.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for place in wanted.indices {
        let replaced = diagonal + (letter == wanted[place] ? 0 : 1)
        diagonal = row[place + 1]
        row[place + 1] = min(replaced, row[place] + 1, diagonal + 1)
      }
    }
    return row[wanted.count]
  }
}
