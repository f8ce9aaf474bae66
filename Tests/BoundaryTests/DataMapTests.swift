import BrokerAPI
import BrokerFixture
import Foundation
import GRDB
import LedgerStore
import Testing

/// Every field that is kept or sent has a row in `config/data-map.yaml`, and every row a field.
@Suite struct DataMapTests {
  /// `table/column` of all tables and views of a file.
  private static func columns(_ path: String) throws -> Set<String> {
    try DatabaseQueue(path: path).read { db in
      Set(
        try Row.fetchAll(
          db,
          sql: """
            SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
            WHERE t.type IN ('table', 'view') AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid
            """
        ).map { "\($0[0] as String)/\($0[1] as String)" })
    }
  }

  @Test("Every column of every file of a replica has a row, and every row a column")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-map-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
    let store = try LedgerStore(path: path("ledger"))
    defer { try? store.close() }
    _ = try LocalCommandLog(path: path("log"))
    _ = try Directory(path: path("directory"))
    _ = try ReadBook(path: path("reads"))
    _ = try Shelf(path: path("tokens"))
    let map = try DataMap()
    let files = ["ledger", "log", "directory", "reads", "tokens"]
    for file in files {
      let columns = try Self.columns(path(file))
      #expect(!columns.isEmpty)
      #expect(map.differences("files/\(file)", from: columns) == [])
    }
    let known = Set(
      map.rows.keys.filter { $0.hasPrefix("files/") }.map { $0.split(separator: "/")[1] })
    #expect(known == Set(files.map { $0[...] }))
  }

  @Test("Every field of what replicas send each other has a row, and every row a field")
  func peers() throws {
    let real = try PeerFields.all()
    #expect(real.isSuperset(of: ["PeerClaim/digest", "PeerSubmission/cmd", "ShelfItem/words"]))
    let differences = try DataMap().differences("peers", from: real)
    #expect(differences == [])
  }

  @Test("Every field of every record of the log has a row, and every row a field")
  func records() throws {
    #expect(try DataMap().differences("records", from: RecordFields.all()) == [])
  }

  @Test(
    "The fields of records are found with their types, those that may be left out and nested ones too"
  )
  func reading() {
    let source = """
      // codec.int("comment", &x)
      struct Outer: Record {
        func fields(_ codec: inout FieldCodec) { try codec.int(
            "first", &first, 0...1)
          if isLater { try codec.text("second", optional: &second, .id) }
        }
        struct Inner { mutating func fields() { try codec.flag("third", &third) } }
        let other = "fourth"
      }
      extension Other { func fields() { codec.key("fifth") } }
      """
    #expect(
      RecordFields.fields(in: source) == [
        "Outer/first", "Outer/second", "Outer.Inner/third", "Other/fifth",
      ])
  }

  /// `Type/member` with the member's schema, of everything that a route or the admin socket speaks of.
  private static let wire: [String: Schema] = {
    var found: [String: Schema] = [:]
    func visit(_ schema: Schema) {
      switch schema {
      case .record(let name, _, let members):
        for member in members where found["\(name)/\(member.name)"] == nil {
          found["\(name)/\(member.name)"] = member.schema
          visit(member.schema)
        }
      case .array(let element, _, _): visit(element)
      case .text, .integer, .boolean, .map: break
      }
    }
    for route in Route.all {
      if let body = route.body { visit(body.schema) }
      switch route.answer {
      case .json(let schema, _), .events(let schema): visit(schema)
      case .text, .entries, .note, .octets, .document: break
      }
      for parameter in route.query + route.pathParameters {
        found["parameters/\(parameter.name)"] = parameter.schema
      }
    }
    for schema in AdminAPI.answers { visit(schema) }
    return found
  }()

  /// What is sent when a request fails has no schema of its own; its members stand in its coding.
  private static func problem() throws -> Set<String> {
    let problem = Problem([
      Fault(.range, at: "/a", "words"), Fault(.missing, at: "/b", "words"),
    ])
    let refusal = Problem(
      refusal: "words", number: 7, position: Position(clamping: 1), status: 409, title: "words",
      detail: "words", next: "words")
    var found: Set<String> = []
    for one in [problem, refusal] {
      guard case .object(let members) = try StrictJSON.parse(one.json()) else { continue }
      for member in members {
        found.insert("Problem/\(member.name)")
        guard case .array(let faults) = member.value else { continue }
        for case .object(let inner) in faults {
          found.formUnion(inner.map { "Fault/\($0.name)" })
        }
      }
    }
    return found
  }

  @Test("Every field of every request and answer has a row, and every row a field")
  func wireFields() throws {
    let real = Set(Self.wire.keys).union(try Self.problem())
    #expect(real.count > 500)
    let differences = try DataMap().differences("wire", from: real)
    #expect(differences == [])
  }

  @Test("Rows use the words that the map explains, and each of these is used")
  func words() throws {
    let map = try DataMap()
    for (key, row) in map.rows {
      #expect(map.classes.contains(row.type), "\(key)")
      #expect(map.kept.contains(row.kept), "\(key)")
      #expect(map.crosses.contains(row.crosses), "\(key)")
    }
    #expect(Set(map.rows.values.map(\.type)) == map.classes)
    #expect(Set(map.rows.values.map(\.kept)) == map.kept)
    #expect(Set(map.rows.values.map(\.crosses)) == map.crosses)
  }

  @Test("Words of people and secrets are rows as such, and none of them is in the log")
  func wordsOfPeople() throws {
    let map = try DataMap()
    for (key, row) in map.rows where ["word", "secret", "operation"].contains(row.type) {
      #expect(row.kept != "all" && row.crosses != "yes", "\(key)")
      #expect(!key.hasPrefix("files/ledger") && !key.hasPrefix("records"), "\(key)")
    }
    let wire = map.fields(of: "wire")
    for (key, schema) in Self.wire {
      switch schema {
      case .text(.words), .map: #expect(["word", "operation"].contains(wire[key]?.type), "\(key)")
      case .text(.secret): #expect(wire[key]?.type == "secret", "\(key)")
      default: #expect(wire[key]?.type != "secret", "\(key)")
      }
    }
  }

  @Test("A map that lacks a field, has one too many or is no map is found out")
  func spoiledMaps() throws {
    let text = """
      wire:
        Bid:
          label: [word, one, on-request]
      """
    let map = try DataMap(text: text)
    #expect(map.differences("wire", from: ["Bid/label"]) == [])
    #expect(map.differences("wire", from: ["Bid/label", "Bid/hold"]).count == 1)
    #expect(map.differences("wire", from: []).count == 1)
    for wrong in ["wires: {}", "wire: {Bid: {label: word}}", "wire: {Bid: {label: [word]}}"] {
      #expect(throws: DataMap.Malformed.self) { try DataMap(text: wrong) }
    }
  }
}
