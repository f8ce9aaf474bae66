import Access
import BrokerAPI
import HTTPTypes
import Hummingbird
import LedgerStore
import NIOCore

/// One request that passed the door: its route, who asks, and what with.
struct Call: Sendable {
  var route: Route
  var arguments: Arguments
  /// Nil only where anybody may ask.
  var caller: Viewer?
  /// There wherever the route needs one.
  var key: CommandID?
  var bytes: [UInt8] = []
  var lastEvent: String?

  /// Who asks.
  var viewer: Viewer {
    get throws {
      guard let caller else { throw Problem(.notSignedIn, "The request names nobody.") }
      return caller
    }
  }

  /// What the caller may see of objects that belong to somebody.
  var scope: Scope {
    get throws {
      let viewer = try viewer
      if viewer.seesAll { return .all }
      return Scope(party: viewer.party, site: viewer.site)
    }
  }

  /// A part of the path; the route has checked that it is there.
  func path(_ name: String) throws -> String {
    guard let text = arguments.text(name) else {
      throw Problem(.internalFault, "The route has no \(name).")
    }
    return text
  }

  /// The body, or everything that is wrong with it.
  func body<Body: BrokerAPI.RequestBody>(_ type: Body.Type = Body.self) throws(Problem) -> Body {
    try Body.read(bytes)
  }
}

/// What goes back.
struct Answer: Sendable {
  enum Body: Sendable {
    case bytes([UInt8], type: String)
    case stream(@Sendable (inout any ResponseBodyWriter) async throws -> Void)
  }

  var status: Int
  var headers: [(name: HTTPField.Name, value: String)] = []
  var body: Body

  static func json(_ bytes: [UInt8], status: Int = 200) -> Answer {
    Answer(status: status, body: .bytes(bytes, type: "application/json"))
  }

  static func text(
    _ text: String, status: Int = 200, type: String = "text/plain; charset=utf-8"
  ) -> Answer {
    Answer(status: status, body: .bytes(Array(text.utf8), type: type))
  }

  static func page<Item: WireValue>(_ items: [Item], next: String?) -> Answer {
    .json(Wire.Page(items: items, next: next).json())
  }

  /// With what belongs to the problem's code in the headers.
  init(_ problem: Problem) {
    self.init(
      status: problem.status, body: .bytes(problem.json(), type: Problem.mediaType))
    switch ProblemCode(rawValue: problem.code) {
    case .notSignedIn: headers.append((.wwwAuthenticate, "Bearer"))
    case .behindPosition, .notServing, .tradingPaused, .tooManyRequests, .tooManyStreams,
      .outcomeUnknown:
      headers.append((.retryAfter, "1"))
    default: break
    }
  }

  init(status: Int, body: Body) {
    self.status = status
    self.body = body
  }

  /// Replaces a header.
  mutating func set(_ name: HTTPField.Name, _ value: String) {
    headers.removeAll { $0.name == name }
    headers.append((name, value))
  }

  func has(_ name: HTTPField.Name) -> Bool { headers.contains { $0.name == name } }

  var response: Response {
    var fields = HTTPFields()
    for (name, value) in headers { fields[name] = value }
    fields[.cacheControl] = "no-store"
    let status = HTTPResponse.Status(code: self.status)
    switch body {
    case .bytes(let bytes, let type):
      fields[.contentType] = type
      return Response(
        status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    case .stream(let write):
      fields[.contentType] = "text/event-stream"
      return Response(status: status, headers: fields, body: ResponseBody(write))
    }
  }
}

/// A problem with headers of its own.
struct Turned: Error {
  var problem: Problem
  var headers: [(name: HTTPField.Name, value: String)]
}

extension HTTPField.Name {
  /// The headers of the API that have no name elsewhere.
  static let position = Self.named("Sampan-Position")
  /// Since when this replica hears nothing of the log: what it answers may be as old.
  static let staleSince = Self.named("Sampan-Stale-Since")
  static let replayed = Self.named("Idempotency-Replayed")
  static let idempotencyKey = Self.named(CommandID.header)
  static let retryAfter = Self.named("Retry-After")
  static let lastEvent = Self.named("Last-Event-ID")

  private static func named(_ text: String) -> HTTPField.Name {
    guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no header") }
    return name
  }
}
