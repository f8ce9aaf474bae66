/// The form of a JSON value: it prints itself as JSON Schema for the API document, and it finds all
/// faults of a tree. One value does both, so that the document cannot promise what is not checked.
package indirect enum Schema: Sendable {
  /// Closed: members that are not named are faults. The name stands in the document.
  case record(name: String, about: String, members: [Member])
  case array(Schema, ClosedRange<Int>, distinct: Bool)
  case text(TextForm)
  case integer(ClosedRange<Int64>)
  case boolean
  /// Names of people's choice, each with a text.
  case map(to: TextForm, ClosedRange<Int>)

  package struct Member: Sendable {
    package var name: String
    package var schema: Schema
    package var isRequired: Bool
    package var about: String

    package static func required(_ name: String, _ schema: Schema, _ about: String = "") -> Member {
      Member(name: name, schema: schema, isRequired: true, about: about)
    }

    package static func optional(_ name: String, _ schema: Schema, _ about: String = "") -> Member {
      Member(name: name, schema: schema, isRequired: false, about: about)
    }
  }

  package static func object(_ name: String, _ about: String, _ members: [Member]) -> Schema {
    .record(name: name, about: about, members: members)
  }

  package static func array(_ element: Schema, _ count: ClosedRange<Int>) -> Schema {
    .array(element, count, distinct: false)
  }
}

extension Schema {
  /// More than these are not collected: who sends a thousand wrong elements learns from twenty.
  package static let mostFaults = 20

  /// Everything that does not fit, in the order of the tree; empty when it fits.
  package func faults(of tree: JSONTree) -> [Fault] {
    var found: [Fault] = []
    collect(tree, at: "", &found)
    return Array(found.prefix(Self.mostFaults))
  }

  private func collect(_ tree: JSONTree, at pointer: String, _ found: inout [Fault]) {
    guard found.count < Self.mostFaults else { return }
    switch (self, tree) {
    case (.record(_, _, let members), .object(let given)):
      collect(given, members, at: pointer, &found)
    case (.array(let element, let count, let distinct), .array(let given)):
      collect(given, element, count, distinct, at: pointer, &found)
    case (.map(let form, let count), .object(let given)):
      if !count.contains(given.count) {
        found.append(Fault(.range, at: pointer, "write at most \(count.upperBound) entries"))
      }
      for member in given.prefix(count.upperBound) {
        let place = pointer + "/" + Self.escaped(member.name)
        if let fault = TextForm.words(1...64).fault(of: member.name) {
          found.append(Fault(fault.kind, at: place, "the name: \(fault)"))
        }
        Schema.text(form).collect(member.value, at: place, &found)
      }
    case (.text(let form), .string(let text)):
      if let fault = form.fault(of: text) {
        found.append(Fault(fault.kind, at: pointer, fault.description))
      }
    case (.integer(let range), .integer(let value)):
      if !range.contains(value) {
        found.append(
          Fault(
            .range, at: pointer,
            "\(value) is out of range: write \(range.lowerBound) to \(range.upperBound)"))
      }
    case (.boolean, .boolean): break
    default:
      found.append(Fault(.type, at: pointer, "write \(expectation), not \(tree.kind)"))
    }
  }

  private func collect(
    _ given: [JSONTree.Member], _ members: [Member], at pointer: String, _ found: inout [Fault]
  ) {
    for entry in given {
      let place = pointer + "/" + Self.escaped(entry.name)
      if let member = members.first(where: { $0.name.utf8.elementsEqual(entry.name.utf8) }) {
        member.schema.collect(entry.value, at: place, &found)
      } else {
        let near = nearest(to: entry.name, among: members.map(\.name))
        let advice = near.map { "did you mean \"\($0)\"?" } ?? "leave it out"
        found.append(
          Fault(.unknown, at: place, "no member is named \(quoted(entry.name)); \(advice)"))
      }
    }
    for member in members where member.isRequired {
      guard !given.contains(where: { $0.name.utf8.elementsEqual(member.name.utf8) }) else {
        continue
      }
      found.append(
        Fault(
          .missing, at: pointer + "/" + member.name,
          "\"\(member.name)\" is missing; write \(member.schema.expectation)"))
    }
  }

  private func collect(
    _ given: [JSONTree], _ element: Schema, _ count: ClosedRange<Int>, _ distinct: Bool,
    at pointer: String, _ found: inout [Fault]
  ) {
    if !count.contains(given.count) {
      found.append(
        Fault(
          .range, at: pointer,
          "write \(count.lowerBound) to \(count.upperBound) elements, not \(given.count)"))
    }
    for (index, value) in given.prefix(count.upperBound).enumerated() {
      element.collect(value, at: "\(pointer)/\(index)", &found)
      if distinct, given[..<index].contains(value) {
        found.append(
          Fault(.contradiction, at: "\(pointer)/\(index)", "it is there twice; write it once"))
      }
    }
  }

  /// What stands here, for a message.
  var expectation: String {
    switch self {
    case .record, .map: "an object"
    case .array: "an array"
    case .text(.money): "money in a string, as in \"HKD 18.40\""
    case .text(.time): "a time in a string, as in \"2026-12-01T00:00:00+08:00\""
    case .text(.gpuTime): "GPU-seconds in a string, as in \"7200.000\""
    case .text(.choice(let words)): "one of \(words.map { "\"\($0)\"" }.joined(separator: ", "))"
    case .text: "a string"
    case .integer(let range): "a number, \(range.lowerBound) to \(range.upperBound)"
    case .boolean: "true or false"
    }
  }

  private static func escaped(_ name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars.prefix(64) {
      switch scalar {
      case "~": result += "~0"
      case "/": result += "~1"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

extension Schema {
  /// As JSON Schema; named objects as references, which are put into `components`.
  package func document(_ components: inout [String: JSONTree]) -> JSONTree {
    switch self {
    case .record(let name, let about, let members):
      if components[name] == nil {
        // The name is taken before the members are printed, so that a loop would end.
        components[name] = .boolean(true)
        components[name] = Self.document(about, members, &components)
      }
      return .object([JSONTree.Member("$ref", .string("#/components/schemas/\(name)"))])
    case .array(let element, let count, let distinct):
      var members = [
        JSONTree.Member("type", .string("array")),
        JSONTree.Member("items", element.document(&components)),
        JSONTree.Member("minItems", .integer(Int64(count.lowerBound))),
        JSONTree.Member("maxItems", .integer(Int64(count.upperBound))),
      ]
      if distinct { members.append(JSONTree.Member("uniqueItems", .boolean(true))) }
      return .object(members)
    case .text(let form): return .object(form.document)
    case .integer(let range):
      return .object([
        JSONTree.Member("type", .string("integer")),
        JSONTree.Member("minimum", .integer(range.lowerBound)),
        JSONTree.Member("maximum", .integer(range.upperBound)),
      ])
    case .boolean: return .object([JSONTree.Member("type", .string("boolean"))])
    case .map(let form, let count):
      return .object([
        JSONTree.Member("type", .string("object")),
        JSONTree.Member("additionalProperties", .object(form.document)),
        JSONTree.Member("maxProperties", .integer(Int64(count.upperBound))),
      ])
    }
  }

  private static func document(
    _ about: String, _ members: [Member], _ components: inout [String: JSONTree]
  ) -> JSONTree {
    var properties: [JSONTree.Member] = []
    for member in members {
      var schema = member.schema.document(&components)
      if !member.about.isEmpty, case .object(let parts) = schema {
        schema = .object(
          parts.filter { $0.name != "description" }
            + [JSONTree.Member("description", .string(member.about))])
      }
      properties.append(JSONTree.Member(member.name, schema))
    }
    var result = [
      JSONTree.Member("type", .string("object")),
      JSONTree.Member("description", .string(about)),
      JSONTree.Member("properties", .object(properties)),
      JSONTree.Member("additionalProperties", .boolean(false)),
    ]
    let required = members.filter(\.isRequired).map { JSONTree.string($0.name) }
    if !required.isEmpty { result.append(JSONTree.Member("required", .array(required))) }
    return .object(result)
  }
}

/// The name that was probably meant: at most two letters away.
func nearest(to name: String, among names: [String]) -> String? {
  let given = Array(name.utf8)
  guard given.count <= 40 else { return nil }
  var best: (name: String, distance: Int)?
  for candidate in names {
    let wanted = Array(candidate.utf8)
    var row = Array(0...wanted.count)
    for (i, letter) in given.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for j in wanted.indices {
        let substituted = diagonal + (letter == wanted[j] ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
      }
    }
    let distance = row[wanted.count]
    if distance <= min(2, wanted.count / 2), distance < best?.distance ?? Int.max {
      best = (candidate, distance)
    }
  }
  return best?.name
}
