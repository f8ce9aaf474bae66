import Testing
import Transport

@Suite("Server-sent events")
struct ServerSentEventsTests {
  private typealias Event = ServerSentEvents.Event

  /// Feeds the text in pieces of the given size.
  private func parse(_ text: String, pieces size: Int = .max) throws -> [Event] {
    var parser = ServerSentEvents()
    let bytes = Array(text.utf8)
    var events: [Event] = []
    var start = 0
    while start < bytes.count {
      let end = start + min(size, bytes.count - start)
      events += try parser.feed(bytes[start..<end])
      start = end
    }
    return events
  }

  @Test("the same events come out whatever the line ends and wherever the bytes are cut")
  func splitsAnywhere() throws {
    let text = "\u{FEFF}: hello\nid: 7\nevent: price\ndata: 深圳\ndata:  two\n\nretry: 10\ndata\n\n"
    let expected = [
      Event(id: "7", event: "price", data: "深圳\n two"), Event(id: "7", event: "message", data: ""),
    ]
    for lineEnd in ["\n", "\r\n", "\r"] {
      let wire = text.split(separator: "\n", omittingEmptySubsequences: false)
        .joined(separator: lineEnd)
      for size in 1...wire.utf8.count {
        #expect(try parse(wire, pieces: size) == expected, "\(size) bytes at a time")
      }
    }
  }

  @Test("an event that its empty line never ended, or that has no data, is not delivered")
  func dropsIncompleteEvents() throws {
    #expect(try parse("data: a") == [])
    #expect(try parse("data: a\n") == [])
    #expect(try parse("event: a\nid: 3\n\n") == [])
    #expect(try parse("event: a\n\ndata: b\n\n") == [Event(event: "message", data: "b")])
  }

  @Test("the id stays until another comes, an id with a zero byte counts for nothing")
  func keepsIds() throws {
    let events = try parse("data: 0\n\nid: 1\ndata: a\n\nid: 2\0\ndata: b\n\nid\ndata: c\n\n")
    #expect(events.map(\.id) == [nil, "1", "1", ""])
    var resumed = ServerSentEvents(lastID: "9")
    #expect(try resumed.feed(Array("data: a\n\n".utf8)) == [Event(id: "9", data: "a")])
    #expect(resumed.lastID == "9")
  }

  @Test(
    "a retry of digits alone is taken", arguments: [("1500", true), ("1.5", false), ("", false)])
  func readsRetry(value: String, isTaken: Bool) throws {
    var parser = ServerSentEvents()
    _ = try parser.feed(Array("retry: \(value)\n".utf8))
    #expect(parser.retry == (isTaken ? .milliseconds(1_500) : nil))
  }

  @Test("a line or an event past the limit is refused")
  func limits() throws {
    var parser = ServerSentEvents(limit: 10)
    #expect(try parser.feed(Array("data:12345\n\n".utf8)).count == 1)
    #expect(throws: ServerSentEvents.Overlong.self) {
      try parser.feed(Array("data:123456".utf8))
    }
    var joined = ServerSentEvents(limit: 10)
    #expect(throws: ServerSentEvents.Overlong.self) {
      try joined.feed(Array("data:1234\ndata:1234\ndata:12\n".utf8))
    }
  }
}
