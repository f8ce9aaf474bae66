import BrokerFixture
import Foundation

/// The fields of what replicas send each other: of every type that `Peers` makes a `PeerMessage`, its stored
/// properties, which are what is coded; of records, what their one function names.
enum PeerFields {
  static func all() throws -> Set<String> {
    let service = BrokerProcess.root.appendingPathComponent("Sources/Service")
    func sources(_ folder: String) throws -> [String] {
      let place = service.appendingPathComponent(folder)
      return try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
        .filter { $0.hasSuffix(".swift") }
        .map { try String(contentsOf: place.appendingPathComponent($0), encoding: .utf8) }
    }
    let peers = try sources("Peers")
    var found: Set<String> = []
    var messages: Set<String> = []
    for source in peers {
      found.formUnion(RecordFields.fields(in: source))
      for match in source.matches(of: #/(?:struct|extension) (\w+): PeerMessage/#) {
        messages.insert(String(match.output.1))
      }
    }
    for source in try peers + sources("LedgerStore") {
      found.formUnion(stored(in: source, of: messages))
    }
    return found
  }

  /// `Type/property` of structs of these names; a nested one is `Outer.Inner`.
  static func stored(in source: String, of names: Set<String>) -> Set<String> {
    var found: Set<String> = []
    var scopes: [(name: String, indent: Int)] = []
    for line in source.split(separator: "\n") {
      let indent = line.prefix { $0 == " " }.count
      let text = line.dropFirst(indent)
      if text.hasPrefix("}") { scopes.removeAll { $0.indent >= indent } }
      if !text.hasSuffix("}"),
        let match = text.firstMatch(
          of: #/^(?:package )?(?:struct|enum|extension|final class) (\w+)/#)
      {
        scopes.append((String(match.output.1), indent))
      }
      guard let scope = scopes.last, names.contains(scope.name), indent == scope.indent + 2,
        let match = text.firstMatch(of: #/^(?:package )?(?:var|let) (\w+): [^{]*$/#)
      else { continue }
      found.insert(scopes.map(\.name).joined(separator: ".") + "/" + match.output.1)
    }
    return found
  }
}
