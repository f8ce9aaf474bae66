import Access
import BrokerAPI
import CommandLog
import HTTPTypes
import Hummingbird
import Ledger
import LedgerStore
import Logging
import NIOCore
import Replica

/// Lets requests in: route, who, how often, path and query, key, body, in this order; what fails first
/// is what the caller hears.
struct Door: HTTPResponder {
  typealias Context = BasicRequestContext

  let broker: Broker
  private let limit: Int
  private let rate: RateLimit

  init(broker: Broker, options: BrokerServerOptions) {
    self.broker = broker
    limit = options.requestBody
    rate = RateLimit(perMinute: options.requestsPerMinute)
  }

  /// The body did not come to its end; the connection is what failed, not the request.
  private struct BodyLost: Error { var cause: any Error }

  func respond(to request: Request, context: Context) async throws -> Response {
    var answer: Answer
    do {
      answer = try await admit(request)
    } catch let lost as BodyLost {
      throw lost.cause
    } catch let turned as Turned {
      answer = Answer(turned.problem)
      for (name, value) in turned.headers { answer.set(name, value) }
    } catch let problem as Problem {
      answer = Answer(problem)
    } catch let error as SubmissionError {
      answer = Answer(error.problem)
    } catch let error as AccessError {
      answer = Answer(error.problem)
    } catch {
      broker.logger.error(
        "request failed",
        metadata: ["method": "\(request.method)", "error": "\(String(reflecting: error))"])
      answer = Answer(
        Problem(.internalFault, "Something in the broker failed; it was written to its log."))
    }
    if !answer.has(.position) { answer.set(.position, String(broker.position)) }
    if let since = broker.replica.status.pausedSince {
      answer.set(.staleSince, instant(since).text)
    }
    broker.counters.count(answer.status)
    return answer.response
  }

  private func admit(_ request: Request) async throws -> Answer {
    let (route, target, path) = try find(request)
    let isProbe = route.answer.isProbe
    guard isProbe || broker.replica.status.serving else {
      if case .halted(let why) = broker.replica.status.standing {
        throw SubmissionError.halted(why)
      }
      throw Problem(.notServing, "The broker is starting or stopping.")
    }
    let caller = try await identify(request, route)
    if !isProbe, caller != nil || route.needsKey {
      if let wait = rate.take(caller?.principal ?? "") {
        throw Turned(
          problem: Problem(
            .tooManyRequests, "\(rate.perMinute) requests in a minute are what one may send."),
          headers: [(.retryAfter, String(wait))])
      }
    }
    let arguments = try route.arguments(path: path, query: target.query)
    var call = Call(route: route, arguments: arguments, caller: caller)
    call.lastEvent = request.headers[.lastEvent]
    if route.needsKey {
      call.key = try CommandID(headerValues: request.headers[values: .idempotencyKey])
    }
    if route.body != nil { call.bytes = try await body(request) }
    if arguments.isStrong { try await catchUp() }
    if let minimum = arguments.minimumPosition { try await reach(minimum.value) }
    // Whoever sees what is not its own is seen to look; what cannot be recorded is not answered.
    if let caller, caller.seesAll, !route.needsKey { try await broker.record(call, of: caller) }
    let position = broker.position
    var answer = try await broker.answer(call)
    if !answer.has(.position) { answer.set(.position, String(position)) }
    return answer
  }

  // MARK: Route

  private func find(
    _ request: Request
  ) throws -> (Route, Target, [(name: String, value: String)]) {
    guard let target = Target(request.head.path ?? "") else {
      throw Problem(
        .notFound, "The request names no path of this server.",
        next: "Ask for a path that begins with /v1; /v1/openapi.json lists them.")
    }
    switch RouteTable.match(request.method.rawValue, target) {
    case .route(let route, let path): return (route, target, path)
    case .otherMethods(let methods):
      let allowed = methods.joined(separator: ", ")
      throw Turned(
        problem: Problem(.methodNotAllowed, "This path takes \(allowed)."),
        headers: [(.allow, allowed)])
    case .nothing:
      throw Problem(
        .notFound, "There is no such path.", next: "/v1/openapi.json lists the paths.")
    }
  }

  // MARK: Who

  private func identify(_ request: Request, _ route: Route) async throws -> Viewer? {
    guard route.who != .anybody else { return nil }
    let values = request.headers[values: .authorization]
    guard let value = values.first, values.count == 1 else {
      throw Problem(
        .notSignedIn,
        values.isEmpty ? "The request carries no token." : "The request carries several tokens.")
    }
    let parts = value.split(separator: " ", maxSplits: 1).map(String.init)
    let access = broker.access
    guard parts.count == 2, parts[0].lowercased() == "bearer",
      let viewer = try await broker.store.aside({ try access.viewer(bearer: parts[1]) })
    else { throw Problem(.notSignedIn, "The token is not known here.") }
    guard case .roles(let allowed) = route.who else { return viewer }
    guard viewer.roles.contains(where: { allowed.contains($0.wire) }) else {
      let needed = allowed.map(\.rawValue).joined(separator: " or ")
      let held = viewer.roles.map(\.rawValue).joined(separator: ", ")
      throw Problem(
        .notAllowed, "This needs the role \(needed); \(viewer.principal) holds \(held).")
    }
    return viewer
  }

  // MARK: Body

  private func body(_ request: Request) async throws -> [UInt8] {
    let tooLarge = Problem(.bodyTooLarge, "A body may have \(limit) bytes.")
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw tooLarge
    }
    let types = request.headers[values: .contentType]
    guard types.count == 1, Self.isJSON(types[0]) else {
      throw Problem(
        .wrongContentType,
        types.isEmpty ? "The request has no Content-Type." : "The body is not declared as JSON.")
    }
    guard request.headers[.contentEncoding] == nil else {
      throw Problem(
        .wrongContentType, "The body is compressed.",
        next: "Send it as plain JSON, without Content-Encoding.")
    }
    do {
      var buffer = try await request.body.collect(upTo: limit)
      return buffer.readBytes(length: buffer.readableBytes) ?? []
    } catch is NIOTooManyBytesError {
      throw tooLarge
    } catch {
      throw BodyLost(cause: error)
    }
  }

  /// `application/json`, with `charset=utf-8` or without.
  private static func isJSON(_ type: String) -> Bool {
    let parts = type.lowercased().split(separator: ";").map { part in
      String(part.filter { $0 != " " && $0 != "\t" && $0 != "\"" })
    }
    return parts.first == "application/json"
      && parts.dropFirst().allSatisfy { $0 == "charset=utf-8" }
  }

  // MARK: Position

  /// Waits until everything is applied here that a majority has now, two seconds at most.
  private func catchUp() async throws {
    do {
      try await broker.replica.catchUp(timeout: .seconds(2))
    } catch let error as LogFailure {
      throw Problem(.behindPosition, "No majority says what the ledger's end is: \(error).")
    }
  }

  /// Waits until the ledger is there, two seconds at most.
  private func reach(_ position: Int64) async throws {
    guard broker.position < position else { return }
    await broker.feed.wait(after: position, atMost: .seconds(2))
    guard broker.position >= position else {
      throw Problem(
        .behindPosition, "The ledger here is at \(broker.position), not yet at \(position).")
    }
  }
}

extension Route.Answer {
  /// Served whatever state the broker is in.
  fileprivate var isProbe: Bool {
    switch self {
    case .text, .document: true
    case .json, .events, .entries, .note, .octets: false
    }
  }
}
