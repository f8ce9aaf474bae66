import BrokerAPI
import Foundation
import Testing

struct WireTypeTests {
  @Test("every type fits its own schema with all its members, and goes there and back")
  func samples() throws {
    for sample in Samples.all { try check(sample) }
  }

  private func check<Value: WireValue>(_ value: Value) throws {
    let bytes = value.json()
    let tree = try StrictJSON.parse(bytes)
    #expect(Value.schema.faults(of: tree) == [], "\(Value.self)")
    #expect(try Value(json: bytes) == value)
    #expect(tree.bytes == bytes, "\(Value.self): members are sorted")
    guard case .record(let name, _, let members) = Value.schema, case .object(let given) = tree
    else { return #expect(Bool(false), "\(Value.self) is no object") }
    #expect(name == "\(Value.self)")
    #expect(Set(members.map(\.name)) == Set(given.map(\.name)), "\(Value.self)")
  }

  @Test("every type that a route speaks of has a sample")
  func samplesAreComplete() {
    var names: [String: JSONTree] = [:]
    for route in Route.all {
      if let body = route.body { _ = body.schema.document(&names) }
      switch route.answer {
      case .json(let schema, _), .events(let schema): _ = schema.document(&names)
      case .text, .entries, .note, .octets, .document: break
      }
    }
    for answer in AdminAPI.answers { _ = answer.document(&names) }
    let sampled = Set(Samples.all.map { "\(type(of: $0))" })
    let spoken = Set(names.keys.filter { !$0.hasSuffix("Page") })
    #expect(spoken.subtracting(sampled) == [])
    #expect(sampled.subtracting(spoken) == [])
  }

  @Test("a member that is left out is required or optional as the schema says")
  func requiredMembers() throws {
    for sample in Samples.all { try checkRequired(sample) }
  }

  private func checkRequired<Value: WireValue>(_ value: Value) throws {
    guard case .record(_, _, let members) = Value.schema,
      case .object(let given) = try StrictJSON.parse(value.json())
    else { return #expect(Bool(false)) }
    for member in members {
      let without = JSONTree.object(given.filter { $0.name != member.name })
      let decoded = try? Value(json: without.bytes)
      #expect((decoded == nil) == member.isRequired, "\(Value.self).\(member.name)")
      let codes = Value.schema.faults(of: without).map(\.code)
      #expect(codes == (member.isRequired ? [.missing] : []), "\(Value.self).\(member.name)")
    }
  }

  @Test("an answer with members of a later version is still read")
  func laterAnswers() throws {
    let bytes = Array(
      #"{"position":"7","state":"accepted","at":"2026-12-01T00:00:00Z","later":1}"#.utf8)
    #expect(try Wire.Accepted(json: bytes).position.value == 7)
  }

  @Test("rules that contradict themselves are refused")
  func rules() throws {
    var rules = Samples.rules
    rules.budgets = [Wire.Budget(bids: 100, iterations: 1), Wire.Budget(bids: 100, iterations: 2)]
    rules.grid = Wire.GridRules(quarterHours: 2, hourlyDays: 0, days: 1, weeks: 0)
    #expect(rules.contradictions().map(\.pointer) == ["/budgets/1/bids", "/grid/days"])
    #expect(Samples.rules.contradictions() == [])
  }
}

struct RouteTests {
  @Test("every operation has one route, and no two routes answer one request")
  func oneRouteEach() {
    #expect(Route.all.map(\.id.rawValue).sorted() == OperationID.allCases.map(\.rawValue).sorted())
    let shapes = Route.all.map { route in
      "\(route.method.rawValue) "
        + route.path.split(separator: "/").map { $0.hasPrefix("{") ? "{}" : $0 }.joined(
          separator: "/")
    }
    #expect(Set(shapes).count == shapes.count)
  }

  @Test("every POST has a body, every GET has none; only a quote needs no key")
  func methods() {
    for route in Route.all {
      #expect((route.body != nil) == (route.method == .post), "\(route.id)")
      #expect(route.needsKey == (route.method == .post && route.id != .requestQuote), "\(route.id)")
    }
  }

  @Test("parameters are read as they were checked")
  func arguments() throws {
    let route = Route.route(of: .listBids)
    let read = try route.arguments(
      path: [], query: [("limit", "7"), ("state", "filled"), ("min_position", "1042")])
    #expect(read.limit == 7)
    #expect(read.text("state") == "filled")
    #expect(read.minimumPosition?.value == 1_042)
    #expect(try route.arguments(path: [], query: []).limit == Arguments.defaultLimit)
    #expect(
      Route.route(of: .showAccount).filled(["hku nlp:hkd/x"]) == "/v1/accounts/hku%20nlp%3Ahkd%2Fx")
  }
}

struct OpenAPITests {
  /// Python with the package `openapi-spec-validator`.
  static let validator = "openapi_spec_validator"
  static let hasValidator = python(["-c", "import \(validator)"]) == 0

  @Test("the document is the same each time and strict JSON itself")
  func deterministic() throws {
    let document = OpenAPI.document(version: "1.0.0")
    #expect(OpenAPI.document(version: "1.0.0") == document)
    #expect(try StrictJSON.parse(document).bytes == document)
  }

  @Test(
    "the document is valid OpenAPI 3.1",
    .enabled(if: hasValidator, "SKIPPED: python3 cannot import openapi_spec_validator"))
  func valid() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("sampan-openapi-\(ProcessInfo.processInfo.processIdentifier).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(OpenAPI.document(version: "1.0.0")).write(to: file)
    #expect(Self.python(["-m", Self.validator, "--schema", "3.1.0", file.path]) == 0)
    try Data(#"{"openapi":"3.1.0","info":{}}"#.utf8).write(to: file)
    #expect(Self.python(["-m", Self.validator, "--schema", "3.1.0", file.path]) != 0)
  }

  private static func python(_ arguments: [String]) -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return process.terminationStatus
  }
}
