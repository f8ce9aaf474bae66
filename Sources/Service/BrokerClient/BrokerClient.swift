import BrokerAPI
package import Transport

/// The API as functions: one for each route, typed. A value; copies share the transport.
///
/// Commands take a `CommandID` and make one when none is given. Whoever must survive a crash
/// between sending and hearing gives one that was written down before.
package struct BrokerClient: Sendable {
  /// Makes one exchange.
  package typealias Send = @Sendable (HTTPRequest) async throws -> HTTPResponse
  /// Opens one stream of server-sent events.
  package typealias Open =
    @Sendable (HTTPRequest) -> AsyncThrowingStream<ServerSentEvents.Event, any Error>

  /// Without a slash at the end.
  package let baseURL: String
  /// How long one exchange may take, waiting that was asked for aside.
  package var timeout: Duration = .seconds(30)
  private let token: @Sendable () -> String?
  private let send: Send
  let open: Open

  /// - Parameters:
  ///   - baseURL: scheme, host and port, and whatever stands before `/v1`.
  ///   - token: asked for each request, so that it may change; nil sends none.
  package init(
    baseURL: String, token: @escaping @Sendable () -> String?, transport: HTTPTransport
  ) {
    self.init(
      baseURL: baseURL, token: token, send: { try await transport.send($0) },
      open: { transport.events($0) })
  }

  /// On other ground than the network: a test's, the simulator's.
  package init(
    baseURL: String, token: @escaping @Sendable () -> String?, send: @escaping Send,
    open: @escaping Open
  ) {
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.token = token
    self.send = send
    self.open = open
  }

  // MARK: One exchange

  /// A request that reads.
  func read<Value: WireValue>(
    _ id: OperationID, _ path: [String] = [], _ query: [(String, String?)] = [],
    atLeast minimum: Position? = nil, waiting: Duration = .zero
  ) async throws -> Value {
    let query = query + [("min_position", minimum?.text)]
    let response = try await exchange(
      request(id, path, query, timeout: timeout + waiting), command: nil)
    return try Self.decoded(response)
  }

  /// A command, or a question with a body.
  func post<Value: WireValue>(
    _ id: OperationID, path: [String] = [], _ body: some RequestBody, key: CommandID?
  ) async throws -> Value {
    var request = request(id, path, [], timeout: timeout)
    request.headers.append(("Content-Type", "application/json"))
    request.body = body.json()
    guard Route.route(of: id).needsKey else {
      return try Self.decoded(try await exchange(request, command: nil))
    }
    let command = key ?? .random()
    request.headers.append((CommandID.header, command.text))
    return try Self.decoded(try await exchange(request, command: command))
  }

  /// The lines of an answer; none when it is empty.
  func lines(
    _ id: OperationID, _ query: [(String, String?)], waiting: Duration
  ) async throws -> [[UInt8]] {
    let response = try await exchange(
      request(id, [], query, timeout: timeout + waiting), command: nil)
    guard !response.body.isEmpty else { return [] }
    return response.body.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
  }

  /// The body of an answer in plain text.
  func text(_ id: OperationID) async throws -> String {
    let response = try await exchange(request(id, [], [], timeout: timeout), command: nil)
    return String(decoding: response.body, as: UTF8.self)
  }

  func request(
    _ id: OperationID, _ path: [String], _ query: [(String, String?)], timeout: Duration
  ) -> HTTPRequest {
    let route = Route.route(of: id)
    let pairs = query.compactMap { name, value in
      value.map { "\(name)=\(Route.percentEncoded($0))" }
    }
    let question = pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    var request = HTTPRequest(
      method: route.method.rawValue, url: baseURL + route.filled(path) + question,
      timeout: timeout)
    if route.who != .anybody, let token = token() {
      request.headers.append(("Authorization", "Bearer \(token)"))
    }
    return request
  }

  private func exchange(
    _ request: HTTPRequest, command: CommandID?
  ) async throws -> HTTPResponse {
    let response: HTTPResponse
    do {
      response = try await send(request)
    } catch let error as TransportError {
      throw BrokerClientError(error, command: command)
    }
    guard response.isSuccess else {
      throw BrokerClientError.failure(response, command: command)
    }
    return response
  }

  private static func decoded<Value: WireValue>(_ response: HTTPResponse) throws -> Value {
    do {
      return try Value(json: response.body)
    } catch {
      throw BrokerClientError.badAnswer(cause: "status \(response.status): \(error)")
    }
  }
}
