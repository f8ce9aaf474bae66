package import BrokerAPI
import Transport

/// A stream of the broker's that goes on after the line broke: it asks again from the last event.
///
/// It ends only by an error that waiting does not mend, or with the task that reads it.
package struct BrokerEvents<Value: WireValue>: AsyncSequence, Sendable {
  package struct Element: Sendable, Equatable {
    package var position: Position
    package var value: Value
  }

  let client: BrokerClient
  let operation: OperationID
  var query: [(String, String?)] = []
  /// The first pause before asking again; it doubles up to 16 times that.
  package var pause: Duration = .seconds(1)

  package func makeAsyncIterator() -> Iterator { Iterator(events: self) }

  package struct Iterator: AsyncIteratorProtocol {
    private let events: BrokerEvents
    private var line: AsyncThrowingStream<ServerSentEvents.Event, any Error>.Iterator?
    private var last: String?
    private var failures = 0

    init(events: BrokerEvents) { self.events = events }

    package mutating func next() async throws -> Element? {
      while true {
        try Task.checkCancellation()
        do {
          var line = self.line ?? open()
          let event = try await line.next()
          self.line = line
          guard let event else {
            try await reconnect()
            continue
          }
          failures = 0
          last = event.id ?? last
          return try element(event)
        } catch let error as TransportError {
          let meaning = BrokerClientError(error, command: nil)
          guard meaning.isTransient else { throw meaning }
          try await reconnect()
        }
      }
    }

    private func open() -> AsyncThrowingStream<ServerSentEvents.Event, any Error>.Iterator {
      var request = events.client.request(
        events.operation, [], last == nil ? events.query : [], timeout: .seconds(60))
      if let last { request.headers.append(("Last-Event-ID", last)) }
      return events.client.open(request).makeAsyncIterator()
    }

    private mutating func reconnect() async throws {
      line = nil
      try await Task.sleep(for: events.pause * (1 << Swift.min(failures, 4)))
      failures += 1
    }

    private func element(_ event: ServerSentEvents.Event) throws -> Element {
      do {
        let position = try Position(parsing: event.id ?? "")
        return Element(position: position, value: try Value(json: Array(event.data.utf8)))
      } catch {
        throw BrokerClientError.badAnswer(cause: "event \(event.id ?? "without id"): \(error)")
      }
    }
  }
}
