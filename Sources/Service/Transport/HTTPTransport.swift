import Foundation

/// The one HTTP client of the project: libcurl behind two functions.
///
/// It speaks `http` and `https` over HTTP/1.1, keeps connections for reuse, follows no redirect,
/// asks for no compression and stores no cookie. One thread serves all exchanges, as many at a
/// time as callers start, so one transport a process is enough. Released by its last user, it
/// ends what is under way in good order and then its thread.
package final class HTTPTransport: Sendable {
  private let loop: TransferLoop

  /// - Parameter trust: whom `https` trusts; nil: whom the system trusts, without a certificate of ours.
  package init(
    limits: TransportLimits = TransportLimits(), proxy: ProxyChoice = .environment,
    trust: TransportTrust? = nil, userAgent: String = "sampan"
  ) {
    loop = TransferLoop(limits: limits, proxy: proxy, trust: trust, userAgent: userAgent)
    loop.start()
  }

  deinit { loop.stop() }

  /// Makes one exchange and returns the whole answer, whatever its status.
  ///
  /// Throws `TransportError`, or `CancellationError` when the task is cancelled, which also breaks
  /// the exchange off.
  package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    let id = loop.newID()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        loop.give(.start(id, request, .answer(continuation)))
        // The handler may have run before the start was given, when there was nothing to cancel.
        if Task.isCancelled { loop.give(.cancel(id)) }
      }
    } onCancel: {
      loop.give(.cancel(id))
    }
  }

  /// The body of one answer, in pieces as they come; the cuts between pieces mean nothing.
  ///
  /// The request leaves with the first wait for a piece. A status other than 200 to 299 is thrown
  /// as `TransportError.status` with the answer. A reader that is slow makes the server wait. The
  /// exchange is broken off when the reading task is cancelled or the stream is dropped.
  package func stream(_ request: HTTPRequest) -> AsyncThrowingStream<[UInt8], any Error> {
    let source = StreamSource(loop: loop, transport: self, request: request)
    return AsyncThrowingStream { try await source.next() }
  }

  /// The events of a `text/event-stream` answer. Ends when the server ends it: to continue, ask
  /// again with the last id as `Last-Event-ID`.
  package func events(
    _ request: HTTPRequest
  ) -> AsyncThrowingStream<ServerSentEvents.Event, any Error> {
    var request = request
    if !request.headers.contains(where: { $0.0.lowercased() == "accept" }) {
      request.headers.append(("Accept", "text/event-stream"))
    }
    let source = StreamSource(loop: loop, transport: self, request: request)
    let reader = EventReader(source: source, limit: loop.limits.streamBuffer)
    return AsyncThrowingStream { try await reader.next() }
  }
}

/// One stream as its reader holds it; released, it breaks the exchange off.
private final class StreamSource: Sendable {
  private let loop: TransferLoop
  /// Keeps the loop running while somebody may still read.
  private let transport: HTTPTransport
  private let id: UInt64
  private let buffer: StreamBuffer
  let request: HTTPRequest

  init(loop: TransferLoop, transport: HTTPTransport, request: HTTPRequest) {
    self.loop = loop
    self.transport = transport
    self.request = request
    id = loop.newID()
    buffer = StreamBuffer(limit: loop.limits.streamBuffer)
  }

  deinit { loop.give(.cancel(id)) }

  func next() async throws -> [UInt8]? {
    if buffer.begin() { loop.give(.start(id, request, .stream(buffer))) }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        if buffer.take(continuation) == .resume { loop.give(.resume(id)) }
        if Task.isCancelled { loop.give(.cancel(id)) }
      }
    } onCancel: {
      loop.give(.cancel(id))
    }
  }
}

/// Turns the pieces of a stream into events, for one reader.
private actor EventReader {
  private let source: StreamSource
  private var parser: ServerSentEvents
  private var ready: [ServerSentEvents.Event] = []

  init(source: StreamSource, limit: Int) {
    self.source = source
    let lastID = source.request.headers.first { $0.0.lowercased() == "last-event-id" }?.1
    parser = ServerSentEvents(lastID: lastID, limit: limit)
  }

  func next() async throws -> ServerSentEvents.Event? {
    while ready.isEmpty {
      guard let bytes = try await source.next() else { return nil }
      do {
        ready = try parser.feed(bytes).reversed()
      } catch {
        let request = source.request
        throw TransportError.tooLarge(
          TransportError.Operation(method: request.method, url: request.url), limit: error.limit)
      }
    }
    return ready.removeLast()
  }
}
