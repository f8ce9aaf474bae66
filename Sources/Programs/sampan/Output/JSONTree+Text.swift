import BrokerAPI

extension WireValue {
  /// The value as a tree, as the API has it.
  func tree() throws -> JSONTree { try StrictJSON.parse(json()) }
}

extension JSONTree {
  /// JSON over several lines, two spaces deep.
  var pretty: String { pretty("") }

  /// JSON on one line.
  var line: String { String(decoding: bytes, as: UTF8.self) }

  private func pretty(_ indent: String) -> String {
    let deeper = indent + "  "
    switch self {
    case .object(let members) where !members.isEmpty:
      let lines = members.map { member in
        "\(deeper)\(JSONTree.string(member.name).line): \(member.value.pretty(deeper))"
      }
      return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
    case .array(let elements) where !elements.isEmpty:
      let lines = elements.map { deeper + $0.pretty(deeper) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
    default: return line
    }
  }

  /// Block YAML. Strings that a reader could take for something else are quoted.
  var yaml: String {
    switch self {
    case .object(let members) where !members.isEmpty: Self.mapping(members, "")
    case .array(let elements) where !elements.isEmpty: Self.sequence(elements, "")
    default: yamlScalar + "\n"
    }
  }

  private static func mapping(_ members: [Member], _ indent: String) -> String {
    members.map { member in
      let key = JSONTree.string(member.name).yamlScalar
      switch member.value {
      case .object(let inner) where !inner.isEmpty:
        return "\(indent)\(key):\n" + mapping(inner, indent + "  ")
      case .array(let inner) where !inner.isEmpty:
        return "\(indent)\(key):\n" + sequence(inner, indent + "  ")
      default: return "\(indent)\(key): \(member.value.yamlScalar)\n"
      }
    }.joined()
  }

  private static func sequence(_ elements: [JSONTree], _ indent: String) -> String {
    elements.map { element in
      switch element {
      case .object(let inner) where !inner.isEmpty:
        return "\(indent)- " + mapping(inner, indent + "  ").dropFirst(indent.count + 2)
      case .array(let inner) where !inner.isEmpty:
        return "\(indent)- " + sequence(inner, indent + "  ").dropFirst(indent.count + 2)
      default: return "\(indent)- \(element.yamlScalar)\n"
      }
    }.joined()
  }

  private var yamlScalar: String {
    guard case .string(let text) = self else { return line }
    let words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
    let isPlain =
      text.utf8.first.map { Self.isLetter($0) || $0 == 0x2F } == true && text.utf8.last != 0x20
      && !words.contains(text.lowercased())
      && text.utf8.allSatisfy {
        Self.isLetter($0) || (0x30...0x39).contains($0)
          || [0x20, 0x2D, 0x2E, 0x2F, 0x5F].contains($0)
      }
    return isPlain ? text : line
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
