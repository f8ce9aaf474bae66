import Foundation
import Yams

extension SettingsReader {
  /// What stands for a key, in the file or in the environment.
  struct Found {
    let text: String
    /// What a plain YAML scalar resolves to; nil for quoted text and for the environment's.
    let tag: Tag.Name?
    let line: Int?
    let variable: String?

    /// Text of the environment may be anything that it can be read as.
    func isPlain(_ wanted: Tag.Name) -> Bool { variable != nil || tag == wanted }

    var inWords: String {
      if let tag, tag != .str { return text }
      let quoted = SettingsReader.quoted(text)
      return variable == nil && tag == nil ? "the text \(quoted)" : quoted
    }
  }

  /// What a value read as.
  enum Reading<Value> {
    case value(Value)
    case fault(SettingsError.Fault.Kind, String)
  }

  /// The one way to a scalar: the environment, then the file, then the default; notes the key for
  /// `show` and every fault for `finish`.
  func value<Value>(
    _ key: String, _ preset: Value?, shown: String?, doc: String, placeholder: Value,
    allows tags: [Tag.Name] = [], read: (Found) -> Reading<Value>
  ) -> Value {
    notes.declare(key, in: path)
    var inForce: String?
    defer { notes.show(depth: depth, key: key, preset: shown, doc: doc, inForce: inForce) }
    guard let found = find(key, allows: tags) else {
      let isThere = members.contains { $0.key == key }
      if preset == nil && isNeeded && !isThere {
        notes.add(
          .missing, line: line, path: join(key),
          "is missing and has no default: \(doc)")
      }
      return preset ?? placeholder
    }
    switch read(found) {
    case .value(let value):
      if found.text != shown.map(Self.unquoted) {
        let place = found.variable ?? "line \(found.line ?? 0)"
        inForce = "\(tags.isEmpty ? Self.quoted(found.text) : found.text), \(place)"
      }
      return value
    case .fault(let kind, let message):
      notes.add(kind, line: found.line, variable: found.variable, path: join(key), message)
      return preset ?? placeholder
    }
  }

  private func find(_ key: String, allows tags: [Tag.Name]) -> Found? {
    if let (variable, text) = variableValue(key) {
      return Found(text: text, tag: nil, line: nil, variable: variable)
    }
    guard let member = members.first(where: { $0.key == key }),
      let text = scalarText(member, allows: tags)
    else { return nil }
    return Found(text: text, tag: member.node.plainTag, line: member.line, variable: nil)
  }

  func variableValue(_ key: String) -> (name: String, text: String)? {
    guard !isItem else { return nil }
    let name = Self.variable(for: join(key))
    guard let text = notes.environment[name], !text.isEmpty else { return nil }
    return (name, text)
  }

  /// The text of a scalar, or nil and a fault. Plain words that YAML takes for a number, a truth
  /// value or nothing must be quoted to count as text, since the writer may not have meant text.
  func scalarText(_ member: Member, allows tags: [Tag.Name] = []) -> String? {
    guard let scalar = member.node.scalar else {
      notes.add(
        .wrongType, line: member.line, path: join(member.key),
        "must be one value, not \(member.node.kindInWords)")
      return nil
    }
    if member.node.isEmptyScalar {
      notes.add(
        .missing, line: member.line, path: join(member.key),
        "has no value; write one, or remove the line to get the default")
      return nil
    }
    let misread: [Tag.Name: String] = [
      .int: "a number", .float: "a number", .bool: "a truth value", .merge: "a merge key",
    ]
    if tags.isEmpty, let tag = member.node.plainTag, let words = misread[tag] {
      notes.add(
        .wrongType, line: member.line, path: join(member.key),
        "is \(scalar.string), which YAML takes for \(words); to mean the text, write "
          + "\"\(scalar.string)\"")
      return nil
    }
    return scalar.string
  }

  /// `http.publicURL` is `SAMPAN_HTTP_PUBLIC_URL`: a new word at each point and where a capital
  /// follows a small letter or a digit.
  static func variable(for path: String) -> String {
    var name = "SAMPAN_"
    var previous: Character = "."
    for character in path {
      if character == "." {
        name.append("_")
      } else {
        if character.isUppercase && (previous.isLowercase || previous.isNumber) {
          name.append("_")
        }
        name.append(contentsOf: character.uppercased())
      }
      previous = character
    }
    return name
  }

  /// As it would stand in a file, cut when it is long.
  static func quoted(_ text: String) -> String {
    let short = text.count > 80 ? "\(text.prefix(77))..." : text
    let isPlain =
      !short.isEmpty && Node(short).tag.rawValue == Tag.Name.str.rawValue
      && short.allSatisfy { $0.isLetter || $0.isNumber || "-_./:+@".contains($0) }
      && (short.first.map { $0.isLetter || $0.isNumber || $0 == "/" } ?? false)
      && !short.hasSuffix(":")
    if isPlain { return short }
    let escaped = short.map {
      $0.isNewline ? "\\n" : $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)"
    }
    return "\"\(escaped.joined())\""
  }

  private static func unquoted(_ text: String) -> String {
    text.hasPrefix("\"") && text.hasSuffix("\"") && text.count > 1
      ? String(text.dropFirst().dropLast()) : text
  }
}

extension Node {
  /// What a scalar without quotes resolves to; nil for quoted text and for lists and mappings.
  var plainTag: Tag.Name? {
    guard let scalar, scalar.style == .plain || scalar.style == .any else { return nil }
    return Tag.Name(rawValue: tag.rawValue)
  }

  /// `key:` with nothing after it, `~` or `null`.
  var isEmptyScalar: Bool { plainTag == .null }

  var kindInWords: String {
    switch self {
    case .mapping: "a group of keys"
    case .sequence: "a list"
    case .scalar, .alias: isEmptyScalar ? "nothing" : "one value"
    }
  }
}
