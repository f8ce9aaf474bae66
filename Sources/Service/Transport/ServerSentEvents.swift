/// A reader of `text/event-stream` (HTML standard, section 9.2.6): bytes in, in pieces of any size,
/// whole events out.
package struct ServerSentEvents: Sendable {
  /// One event as dispatched by an empty line.
  package struct Event: Sendable, Equatable {
    /// The last id seen so far, which a client sends back as `Last-Event-ID`; nil before the first.
    package var id: String?
    /// The event's name, `message` when the server gave none.
    package var event: String
    /// The data lines, joined by line feeds.
    package var data: String

    package init(id: String? = nil, event: String = "message", data: String) {
      self.id = id
      self.event = event
      self.data = data
    }
  }

  /// An event grew past the limit; the stream is of no more use.
  package struct Overlong: Error, Sendable, CustomStringConvertible {
    package let limit: Int
    package var description: String { "an event of the stream is larger than \(limit) bytes" }
  }

  /// The id to continue after, on a new connection.
  package private(set) var lastID: String?
  /// The pause before a new connection that the server asked for.
  package private(set) var retry: Duration?

  private let limit: Int
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var dataLines = 0
  private var name = ""
  private var afterReturn = false
  private var isFirstLine = true

  /// - Parameters:
  ///   - lastID: the id to report until the server sends one.
  ///   - limit: the most bytes that one line, or the data of one event, may hold.
  package init(lastID: String? = nil, limit: Int = 1 << 20) {
    self.lastID = lastID
    self.limit = limit
  }

  /// Takes the next bytes and returns the events that they complete.
  package mutating func feed(_ bytes: some Sequence<UInt8>) throws(Overlong) -> [Event] {
    var events: [Event] = []
    for byte in bytes {
      let followsReturn = afterReturn
      afterReturn = false
      switch byte {
      case 0x0A where followsReturn:
        continue
      case 0x0A, 0x0D:
        afterReturn = byte == 0x0D
        if let event = try endLine() { events.append(event) }
      default:
        line.append(byte)
        if line.count > limit { throw Overlong(limit: limit) }
      }
    }
    return events
  }

  private mutating func endLine() throws(Overlong) -> Event? {
    defer { line.removeAll(keepingCapacity: true) }
    if isFirstLine {
      isFirstLine = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    }
    if line.isEmpty { return dispatch() }
    let colon = line.firstIndex(of: 0x3A)
    let field = String(decoding: line[..<(colon ?? line.endIndex)], as: UTF8.self)
    var value = colon.map { line[($0 + 1)...] } ?? []
    if value.first == 0x20 { value = value.dropFirst() }
    switch field {
    case "data":
      if dataLines > 0 { data.append(0x0A) }
      dataLines += 1
      data.append(contentsOf: value)
      if data.count > limit { throw Overlong(limit: limit) }
    case "event":
      name = String(decoding: value, as: UTF8.self)
    case "id" where !value.contains(0):
      lastID = String(decoding: value, as: UTF8.self)
    case "retry" where !value.isEmpty && value.count <= 9 && value.allSatisfy { 0x30...0x39 ~= $0 }:
      retry = Int(String(decoding: value, as: UTF8.self)).map { .milliseconds($0) }
    default:
      break  // a comment, or a field of a later standard
    }
    return nil
  }

  private mutating func dispatch() -> Event? {
    defer {
      data.removeAll(keepingCapacity: true)
      dataLines = 0
      name = ""
    }
    guard dataLines > 0 else { return nil }
    return Event(
      id: lastID, event: name.isEmpty ? "message" : name,
      data: String(decoding: data, as: UTF8.self))
  }
}
