import BrokerFixture
import Foundation

/// The fields of every record of the log, read from the one function of each record that writes and reads
/// it: a field that may be left out stands there too, and no field gets into the log otherwise.
enum RecordFields {
  /// `Record/field`; a nested record is `Outer.Inner`.
  static func all() throws -> Set<String> {
    let core = BrokerProcess.root.appendingPathComponent("Sources/Core")
    let files = FileManager.default.enumerator(at: core, includingPropertiesForKeys: nil)
    var found: Set<String> = []
    for case let file as URL in files ?? .init() where file.pathExtension == "swift" {
      let source = try String(contentsOf: file, encoding: .utf8)
      if source.contains("codec.") { found.formUnion(fields(in: source)) }
    }
    return found
  }

  static func fields(in source: String) -> Set<String> {
    let comment = #/\/\/[^\n]*/#
    let token = #/"(?:[^"\\\n]|\\.)*"|\b(?:struct|extension|enum|class)\s+([\w.]+)|[{}]/#
    let call = #/codec\.\w+\(\s*"(\w+)"/#
    var found: Set<String> = []
    var scopes: [(name: String, depth: Int)] = []
    var (depth, pending) = (0, String?.none)
    let text = source.replacing(comment, with: "")
    var rest = text[...]
    while !rest.isEmpty {
      let next = rest.firstMatch(of: token)
      // Calls stand between names of types and braces; a field's name is the text that ends one.
      if let next, next.output.0.hasPrefix("\"") {
        let upTo = rest[..<next.range.upperBound]
        if let last = upTo.matches(of: call).last, last.range.upperBound == upTo.endIndex {
          found.insert(scopes.map(\.name).joined(separator: ".") + "/" + last.output.1)
        }
      } else if let next {
        switch next.output.0 {
        case "{":
          depth += 1
          if let name = pending { scopes.append((name, depth)) }
          pending = nil
        case "}":
          if scopes.last?.depth == depth { scopes.removeLast() }
          depth -= 1
        default: pending = next.output.1.map(String.init)
        }
      }
      guard let end = next?.range.upperBound else { break }
      rest = rest[end...]
    }
    return found
  }
}
