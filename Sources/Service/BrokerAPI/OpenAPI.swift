/// The API described by itself: OpenAPI 3.1, made from the routes and schemas that are checked. The
/// same version gives the same bytes.
package enum OpenAPI {
  package static func document(version: String) -> [UInt8] { tree(version: version).bytes }

  private typealias Member = JSONTree.Member

  private static func tree(version: String) -> JSONTree {
    var components: [String: JSONTree] = [:]
    _ = Problem.schema.document(&components)
    var paths: [(path: String, operations: [Member])] = []
    for route in Route.all {
      let operation = Member(
        route.method.rawValue.lowercased(), document(route, &components))
      if let index = paths.firstIndex(where: { $0.path == route.path }) {
        paths[index].operations.append(operation)
      } else {
        paths.append((route.path, [operation]))
      }
    }
    return .object([
      Member("openapi", .string("3.1.0")),
      Member(
        "info",
        .object([
          Member("title", .string("Sampan broker")),
          Member("version", .string(version)),
          Member("description", .string(about)),
          Member(
            "license",
            .object([
              Member("name", .string("Apache-2.0")), Member("identifier", .string("Apache-2.0")),
            ])),
        ])),
      Member("paths", .object(paths.map { Member($0.path, .object($0.operations)) })),
      Member(
        "components",
        .object([
          Member("schemas", .object(components.map { Member($0.key, $0.value) })),
          Member(
            "securitySchemes",
            .object([
              Member(
                "token",
                .object([
                  Member("type", .string("http")), Member("scheme", .string("bearer")),
                ]))
            ])),
        ])),
    ])
  }

  private static let about = """
    Times are ISO 8601 with an offset, written at +08:00. Money is a string: currency, one space, \
    two decimals. Numbers are integers. Unknown or doubled members, null and fractions are \
    refused. Every POST that changes something carries an Idempotency-Key of 32 lower-case \
    hexadecimal \
    digits; the same key and body give the same answer for ever. Answers carry Sampan-Position; a \
    GET with min_position sees at least that far.
    """

  private static func document(
    _ route: Route, _ components: inout [String: JSONTree]
  ) -> JSONTree {
    var members = [
      Member("operationId", .string(route.id.rawValue)),
      Member("summary", .string(route.summary)),
      Member("description", .string(description(of: route))),
      Member("tags", .array([.string(tag(of: route))])),
      Member("responses", responses(of: route, &components)),
      Member(
        "security",
        .array(route.who == .anybody ? [] : [.object([Member("token", .array([]))])])),
    ]
    var parameters: [JSONTree] = []
    for parameter in route.pathParameters {
      parameters.append(document(parameter, in: "path", &components))
    }
    for parameter in route.query {
      parameters.append(document(parameter, in: "query", &components))
    }
    if route.needsKey {
      let key = Route.Parameter(
        CommandID.header, .text(.hexadecimal(32)), "Chosen by the client, new for each command.")
      parameters.append(document(key, in: "header", &components))
    }
    if !parameters.isEmpty { members.append(Member("parameters", .array(parameters))) }
    if let body = route.body {
      members.append(
        Member(
          "requestBody",
          .object([
            Member("required", .boolean(true)),
            Member("content", content("application/json", body.schema.document(&components))),
          ])))
    }
    return .object(members)
  }

  private static func description(of route: Route) -> String {
    var sentences: [String] = []
    switch route.who {
    case .anybody: sentences.append("For anybody.")
    case .signedIn: sentences.append("For anybody who is signed in, who sees what is his own.")
    case .roles(let roles):
      sentences.append("For \(roles.map(\.rawValue).joined(separator: ", ")).")
    }
    if route.needsSecondPerson {
      sentences.append("In force only when another principal approves it.")
    }
    return sentences.joined(separator: " ")
  }

  private static func tag(of route: Route) -> String {
    let parts = route.path.split(separator: "/").filter { $0 != "v1" && !$0.hasPrefix("{") }
    guard let first = parts.first, route.path.hasPrefix("/v1/") else { return "process" }
    return first == "openapi.json" ? "process" : String(first)
  }

  private static func document(
    _ parameter: Route.Parameter, in place: String, _ components: inout [String: JSONTree]
  ) -> JSONTree {
    .object([
      Member("name", .string(parameter.name)),
      Member("in", .string(place)),
      Member("required", .boolean(place != "query")),
      Member("description", .string(parameter.about)),
      Member("schema", parameter.schema.document(&components)),
    ])
  }

  private static func responses(
    of route: Route, _ components: inout [String: JSONTree]
  ) -> JSONTree {
    var success = [Member("description", .string("Done."))]
    var status = 200
    switch route.answer {
    case .json(let schema, let code):
      status = code
      success.append(Member("content", content("application/json", schema.document(&components))))
      if route.who != .anybody { success.append(Member("headers", headers(of: route))) }
    case .text:
      let text = JSONTree.object([Member("type", .string("string"))])
      success.append(Member("content", content("text/plain", text)))
    case .events(let schema):
      // OpenAPI 3.1 has no word for the data of an event; its schema is named in the description.
      _ = schema.document(&components)
      if case .record(let name, _, _) = schema {
        success[0] = Member("description", .string("Events, each with a \(name) as data."))
      }
      let text = JSONTree.object([Member("type", .string("string"))])
      success.append(Member("content", content("text/event-stream", text)))
    case .entries:
      let text = JSONTree.object([Member("type", .string("string"))])
      success.append(Member("content", content("application/jsonl", text)))
      success.append(Member("headers", headers(of: route)))
    case .note:
      let text = JSONTree.object([Member("type", .string("string"))])
      success.append(Member("content", content("text/plain", text)))
    case .octets:
      success.append(Member("content", content("application/octet-stream", .object([]))))
    case .document:
      let any = JSONTree.object([Member("type", .string("object"))])
      success.append(Member("content", content("application/json", any)))
    }
    let problem = Problem.schema.document(&components)
    return .object([
      Member(String(status), .object(success)),
      Member(
        "default",
        .object([
          Member("description", .string("What is wrong, and what to do.")),
          Member("content", content(Problem.mediaType, problem)),
        ])),
    ])
  }

  private static func headers(of route: Route) -> JSONTree {
    func header(_ name: String, _ about: String, _ form: TextForm) -> Member {
      Member(
        name,
        .object([
          Member("description", .string(about)), Member("schema", .object(form.document)),
        ]))
    }
    var result = [
      header("Sampan-Position", "The position that the answer speaks of.", .position)
    ]
    if route.needsKey {
      result.append(
        header("Idempotency-Replayed", "The answer was given before.", .choice(["true"])))
    }
    return .object(result)
  }

  private static func content(_ type: String, _ schema: JSONTree) -> JSONTree {
    .object([Member(type, .object([Member("schema", schema)]))])
  }
}

extension Problem {
  package static let schema = Schema.object(
    "Problem", "What is wrong, where, and what to do (RFC 9457).",
    [
      .required("type", .text(.anything), "urn:sampan:problem:code"),
      .required("title", .text(.anything)),
      .required("status", .integer(400...599)),
      .required("detail", .text(.anything)),
      .required("code", .text(.anything), "The name of the refusal; what programs branch on."),
      .optional(
        "number", .integer(0...100_000), "The number of the refusal, when it is the ledger's."),
      .optional("position", .text(.position), "Where the refusal stands, when it is the ledger's."),
      .optional("pointer", .text(.anything), "JSON pointer to the member at fault."),
      .optional("next", .text(.anything), "What to do."),
      .optional("faults", .array(Fault.schema, 0...Schema.mostFaults), "All faults, when several."),
    ])
}

extension Fault {
  package static let schema = Schema.object(
    "Fault", "One thing that is wrong with a request.",
    [
      .required("code", .text(.choice(Kind.allCases.map(\.rawValue)))),
      .required("pointer", .text(.anything)),
      .required("detail", .text(.anything)),
    ])
}
