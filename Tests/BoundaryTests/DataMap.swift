import BrokerFixture
import Foundation
import Testing
import Yams

/// `config/data-map.yaml`: which field is of which class, where it is kept, and whether it crosses.
struct DataMap {
  struct Row: Equatable {
    var type: String
    var kept: String
    var crosses: String
  }

  /// By `section/name/field`; `section` is `files/ledger`, `peers`, `records` or `wire`.
  var rows: [String: Row] = [:]
  /// The words that rows may use.
  var classes: Set<String> = []
  var kept: Set<String> = []
  var crosses: Set<String> = []

  struct Malformed: Error { var what: String }

  static let path = BrokerProcess.root.appendingPathComponent("config/data-map.yaml")

  init() throws { try self.init(text: String(contentsOf: Self.path, encoding: .utf8)) }

  init(text: String) throws {
    guard let root = try compose(yaml: text)?.mapping else { throw Malformed(what: "no mapping") }
    for (key, value) in root {
      switch key.string {
      case "classes": classes = try Self.words(value)
      case "kept": kept = try Self.words(value)
      case "crosses": crosses = try Self.words(value)
      case "files":
        for (file, tables) in try Self.mapping(value, "files") {
          try take(tables, "files/\(file.string ?? "?")")
        }
      case "records": try take(value, "records")
      case "peers": try take(value, "peers")
      case "wire": try take(value, "wire")
      default: throw Malformed(what: "\(key.string ?? "?") is no section")
      }
    }
  }

  private mutating func take(_ node: Node, _ section: String) throws {
    for (name, fields) in try Self.mapping(node, section) {
      let place = "\(section)/\(name.string ?? "?")"
      // A type without fields.
      if fields.string == "" { continue }
      for (field, row) in try Self.mapping(fields, place) {
        let key = "\(place)/\(field.string ?? "?")"
        let words = row.sequence?.compactMap(\.string) ?? []
        guard words.count == 3 else { throw Malformed(what: "\(key) is no [class, kept, crosses]") }
        guard rows[key] == nil else { throw Malformed(what: "\(key) is there twice") }
        rows[key] = Row(type: words[0], kept: words[1], crosses: words[2])
      }
    }
  }

  private static func mapping(_ node: Node, _ what: String) throws -> Node.Mapping {
    guard let mapping = node.mapping else { throw Malformed(what: "\(what) is no mapping") }
    return mapping
  }

  private static func words(_ node: Node) throws -> Set<String> {
    Set(try mapping(node, "the words").compactMap(\.key.string))
  }

  /// The rows of a section, without it in their names.
  func fields(of section: String) -> [String: Row] {
    var found: [String: Row] = [:]
    for (key, row) in rows where key.hasPrefix(section + "/") {
      found[String(key.dropFirst(section.count + 1))] = row
    }
    return found
  }

  /// What the map lacks, and what it has too much, each with what to do.
  func differences(_ section: String, from real: Set<String>) -> [String] {
    let mapped = Set(fields(of: section).keys)
    return real.subtracting(mapped).sorted().map {
      "\(section)/\($0) has no row: say in config/data-map.yaml what it is and whether it crosses"
    }
      + mapped.subtracting(real).sorted().map {
        "\(section)/\($0) is no field any more: take its row out of config/data-map.yaml"
      }
  }
}
