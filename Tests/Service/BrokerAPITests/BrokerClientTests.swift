import BrokerAPI
import BrokerClient
import Foundation
import Synchronization
import Testing
import Transport

/// A broker that answers from a list and remembers what it was asked.
private final class ScriptedBroker: Sendable {
  enum Step: Sendable {
    case answer(Int, String)
    case failure(TransportError)
  }

  private let script: Mutex<[Step]>
  private let heard = Mutex<[HTTPRequest]>([])

  init(_ script: [Step]) { self.script = Mutex(script) }

  var requests: [HTTPRequest] { heard.withLock { $0 } }

  var client: BrokerClient {
    BrokerClient(
      baseURL: "http://127.0.0.1:7440/", token: { "secret-token-0123" },
      send: { request in
        self.heard.withLock { $0.append(request) }
        switch self.script.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
        case .answer(let status, let body):
          return HTTPResponse(status: status, body: Array(body.utf8))
        case .failure(let error): throw error
        case nil: return HTTPResponse(status: 404)
        }
      },
      open: { request in
        self.heard.withLock { $0.append(request) }
        let step = self.script.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        return AsyncThrowingStream { continuation in
          switch step {
          case .answer(200, let body):
            var reader = ServerSentEvents()
            for event in (try? reader.feed(body.utf8)) ?? [] { continuation.yield(event) }
            continuation.finish()
          case .answer(let status, let body):
            let response = HTTPResponse(status: status, body: Array(body.utf8))
            continuation.finish(throwing: TransportError.status(Self.operation, response))
          case .failure(let error): continuation.finish(throwing: error)
          case nil: continuation.finish(throwing: CancellationError())
          }
        }
      })
  }

  static let operation = TransportError.Operation(method: "POST", url: "http://127.0.0.1:7440/v1")
}

struct BrokerClientTests {
  static let accepted = #"{"position":"7","state":"accepted","at":"2026-12-01T00:00:00+08:00"}"#
  static let key = CommandID("0123456789abcdef0123456789abcdef") ?? .random()

  @Test("a command carries token, key and body, and the answer is typed")
  func command() async throws {
    let broker = ScriptedBroker([.answer(201, Self.accepted)])
    let answer = try await broker.client.placeBid(Samples.placeBid, key: Self.key)
    #expect(answer.position.value == 7)
    let request = try #require(broker.requests.first)
    #expect(request.method == "POST")
    #expect(request.url == "http://127.0.0.1:7440/v1/bids")
    #expect(request.body == Samples.placeBid.json())
    #expect(header(request, "Authorization") == "Bearer secret-token-0123")
    #expect(header(request, "Idempotency-Key") == Self.key.text)
    #expect(header(request, "Content-Type") == "application/json")
  }

  @Test("each command without a key gets a new one; questions get none")
  func keys() async throws {
    let broker = ScriptedBroker([
      .answer(201, Self.accepted), .answer(201, Self.accepted),
      .answer(200, String(decoding: Samples.quotes.json(), as: UTF8.self)),
    ])
    _ = try await broker.client.cancelBid("bid-1")
    _ = try await broker.client.cancelBid("bid-1")
    _ = try await broker.client.requestQuote(Samples.requestQuote)
    let keys = broker.requests.map { header($0, "Idempotency-Key") }
    #expect(keys[0].flatMap(CommandID.init) != nil)
    #expect(keys[0] != keys[1])
    #expect(keys[2] == nil)
  }

  @Test("who enrols sends no token")
  func enrolment() async throws {
    let broker = ScriptedBroker([
      .answer(201, String(decoding: Samples.enrolled.json(), as: UTF8.self))
    ])
    _ = try await broker.client.enrol(Samples.enrol)
    #expect(header(try #require(broker.requests.first), "Authorization") == nil)
  }

  @Test("a line that breaks under a command leaves its outcome unknown; before it, nothing is done")
  func outcomes() async {
    let at = ScriptedBroker.operation
    let broken: [TransportError] = [
      .timedOut(at, after: .seconds(30)), .interrupted(at, cause: "reset"), .tooLarge(at, limit: 1),
    ]
    for error in broken {
      let thrown = await failure([.failure(error)])
      #expect(thrown == .outcomeUnknown(Self.key, cause: error.cause))
    }
    let unsent: [TransportError] = [
      .unreachable(at, cause: "refused"), .unresolved(at, cause: "no host"),
      .untrusted(at, cause: "expired"), .invalidRequest(at, cause: "space"),
    ]
    for error in unsent {
      let thrown = await failure([.failure(error)])
      #expect(thrown == .unreachable(cause: error.cause, next: error.nextStep))
    }
  }

  @Test("an answer that is no success means what its problem says")
  func answers() async throws {
    func text(_ problem: Problem) -> String { String(decoding: problem.json(), as: UTF8.self) }
    let broke = Problem(
      refusal: "insufficient_funds", number: 47, position: Position(clamping: 9), status: 409,
      title: "Refused", detail: "the account cannot cover the hold")
    let stranger = Problem(.notAllowed, "traders only")
    let unknown = Problem(.outcomeUnknown, "no majority")
    let down = Problem(.notServing, "starting")
    #expect(await failure([.answer(409, text(broke))]) == .refused(broke))
    #expect(await failure([.answer(403, text(stranger))]) == .notAllowed(stranger))
    #expect(
      await failure([.answer(503, text(unknown))])
        == .outcomeUnknown(Self.key, cause: "no majority"))
    #expect(await failure([.answer(503, text(down))])?.code == "unreachable")
    #expect(await failure([.answer(502, "<html>")])?.code == "outcome_unknown")
    #expect(await failure([.answer(404, "<html>")])?.code == "bad_answer")
    #expect(await failure([.answer(201, "{}")])?.code == "bad_answer")
  }

  @Test("a list is fetched page by page, no further than asked")
  func pages() async throws {
    func page(_ chips: [String], _ next: String?) -> ScriptedBroker.Step {
      let page = Wire.Page(items: chips.map { Wire.Chip(chip: $0) }, next: next)
      return .answer(200, String(decoding: page.json(), as: UTF8.self))
    }
    let script = [page(["a", "b"], "n1"), page([], "n2"), page(["c"], nil)]
    let broker = ScriptedBroker(script)
    let chips = try await broker.client.listChips(atLeast: Position(clamping: 5)).all()
    #expect(chips.map(\.chip) == ["a", "b", "c"])
    #expect(
      broker.requests.map(\.url) == [
        "http://127.0.0.1:7440/v1/chips?limit=500&min_position=5",
        "http://127.0.0.1:7440/v1/chips?limit=500&cursor=n1&min_position=5",
        "http://127.0.0.1:7440/v1/chips?limit=500&cursor=n2&min_position=5",
      ])
    let short = ScriptedBroker(script)
    #expect(try await short.client.listChips().all(atMost: 2).map(\.chip) == ["a", "b"])
    #expect(short.requests.count == 1)
    let circle = ScriptedBroker([page(["a"], "n1"), page(["a"], "n1")])
    await #expect(throws: BrokerClientError.self) { try await circle.client.listChips().all() }
  }

  @Test(
    "a stream goes on from its last event after the line broke, and ends when it is not allowed")
  func events() async throws {
    let event = #"{"kind":"roundEnded","at":"2026-12-01T00:00:00+08:00","round":3}"#
    let stranger = String(decoding: Problem(.notSignedIn, "expired").json(), as: UTF8.self)
    let broker = ScriptedBroker([
      .answer(200, "id: 7\ndata: \(event)\n\nid: 8\ndata: \(event)\n\n"),
      .failure(.interrupted(ScriptedBroker.operation, cause: "reset")),
      .answer(200, "id: 9\ndata: \(event)\n\n"), .answer(401, stranger),
    ])
    var stream = broker.client.marketEvents()
    stream.pause = .milliseconds(1)
    var positions: [Int64] = []
    await #expect(throws: BrokerClientError.self) {
      for try await event in stream {
        #expect(event.value.kind == .roundEnded)
        positions.append(event.position.value)
      }
    }
    #expect(positions == [7, 8, 9])
    #expect(broker.requests.map { header($0, "Last-Event-ID") } == [nil, "8", "8", "9"])
  }

  private func header(_ request: HTTPRequest, _ name: String) -> String? {
    request.headers.first { $0.0 == name }?.1
  }

  /// What placing a bid throws.
  private func failure(_ script: [ScriptedBroker.Step]) async -> BrokerClientError? {
    do {
      _ = try await ScriptedBroker(script).client.placeBid(Samples.placeBid, key: Self.key)
      return nil
    } catch {
      return error as? BrokerClientError
    }
  }
}
