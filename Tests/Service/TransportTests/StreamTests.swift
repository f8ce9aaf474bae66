import Foundation
import Testing
import Transport

extension WireTests {
  @Suite("Streams") final class Streams {
    let server: OriginServer
    let transport = HTTPTransport(proxy: .none)

    init() throws { server = try OriginServer() }

    private func count(_ name: String) async throws -> Int {
      let response = try await transport.send(HTTPRequest(url: server.url("/count?of=\(name)")))
      return try #require(Int(String(decoding: response.body, as: UTF8.self)))
    }

    /// Waits until the server has counted one, at most a minute and more.
    private func waitFor(_ name: String) async throws -> Bool {
      for _ in 0..<1_200 {
        if try await count(name) == 1 { return true }
        try await Task.sleep(for: .milliseconds(50))
      }
      return false
    }

    @Test("pieces arrive while the server is still sending, and the stream ends with the answer")
    func arrivesInPieces() async throws {
      let start = ContinuousClock.now
      var pieces = 0
      var bytes: [UInt8] = []
      for try await piece in transport.stream(HTTPRequest(url: server.url("/chunks?n=5&ms=200"))) {
        pieces += 1
        bytes += piece
      }
      // All at once it would be one. However late this task runs, they do not come sooner than sent.
      #expect(pieces > 1)
      #expect(ContinuousClock.now - start >= .milliseconds(800))
      #expect(String(decoding: bytes, as: UTF8.self) == (0..<5).map { "piece \($0)\n" }.joined())
    }

    @Test("a stream outlives its time-out as long as the server speaks, and ends when it does not")
    func endsInSilence() async throws {
      let timeout = Duration.seconds(20)
      var bytes = 0
      let steady = HTTPRequest(url: server.url("/chunks?n=22&ms=1000"), timeout: timeout)
      for try await piece in transport.stream(steady) { bytes += piece.count }
      #expect(bytes == 10 * 8 + 12 * 9)

      var received: [UInt8] = []
      do {
        let silent = HTTPRequest(url: server.url("/silent"), timeout: timeout)
        for try await piece in transport.stream(silent) { received += piece }
        Issue.record("the stream ended as if whole")
      } catch let error as TransportError {
        guard case .timedOut = error else {
          Issue.record("\(error)")
          return
        }
      }
      #expect(String(decoding: received, as: UTF8.self) == "then nothing")
    }

    @Test("what came before a broken connection is delivered, then the break is thrown")
    func breaks() async throws {
      var received: [UInt8] = []
      do {
        for try await piece in transport.stream(HTTPRequest(url: server.url("/cutchunks"))) {
          received += piece
        }
        Issue.record("the stream ended as if whole")
      } catch let error as TransportError {
        #expect(error.isTransient)
      }
      #expect(String(decoding: received, as: UTF8.self) == "only this")
    }

    @Test("an error status is thrown with the answer", arguments: [(302, false), (503, true)])
    func throwsStatuses(status: Int, isTransient: Bool) async throws {
      do {
        let request = HTTPRequest(url: server.url("/status?is=\(status)"))
        for try await _ in transport.stream(request) { Issue.record("a piece came") }
        Issue.record("no error")
      } catch let error as TransportError {
        guard case .status(_, let response) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(response.status == status)
        #expect(response.header("Retry-After") == "2")
        #expect(String(decoding: response.body, as: UTF8.self) == "the reason")
        #expect(error.isTransient == isTransient)
      }
    }

    @Test("a slow reader makes the server wait, loses nothing, and a dropped stream closes it")
    func holdsBack() async throws {
      do {
        var iterator = transport.stream(
          HTTPRequest(url: server.url("/flood"), timeout: .seconds(20))
        )
        .makeAsyncIterator()
        var received = try #require(try await iterator.next()).count
        var before = -1
        var now = try await count("flooded")
        for _ in 0..<400 where before != now {
          try await Task.sleep(for: .milliseconds(300))
          (before, now) = (now, try await count("flooded"))
        }
        #expect(before == now, "the server was never made to wait")
        #expect(now < 64 << 20)
        // The silence of a server that we hold back is not held against it.
        try await Task.sleep(for: .milliseconds(20_500))
        while received < now + (4 << 20) {
          let piece = try #require(try await iterator.next())
          #expect(piece.allSatisfy { $0 == 0x7A })
          #expect(piece.count <= 2 << 20)
          received += piece.count
        }
        #expect(try await count("flooded") > now)
      }
      #expect(try await waitFor("gone"))
    }

    @Test("cancelling the reading task ends a silent stream")
    func cancels() async throws {
      let request = HTTPRequest(url: server.url("/silent"), timeout: .seconds(3_600))
      let transport = transport
      let task = Task {
        var pieces = 0
        for try await _ in transport.stream(request) { pieces += 1 }
        return pieces
      }
      #expect(try await waitFor("hanging"))
      task.cancel()
      // Otherwise it would not end: the server says nothing more.
      _ = await task.result
      #expect(try await waitFor("gone"))
    }

    @Test("events of a stream continue after the last id that was asked for")
    func readsEvents() async throws {
      let request = HTTPRequest(url: server.url("/events"), headers: [("Last-Event-ID", "41")])
      var events: [ServerSentEvents.Event] = []
      for try await event in transport.events(request) { events.append(event) }
      #expect(
        events
          == (42...44).map { .init(id: "\($0)", event: "round", data: "{\"n\":\($0)}") })
    }

    @Test("an event larger than the stream's buffer is an error, not memory")
    func limitsEvents() async throws {
      let small = HTTPTransport(limits: TransportLimits(streamBuffer: 50_000), proxy: .none)
      do {
        for try await _ in small.events(HTTPRequest(url: server.url("/flood"))) {}
        Issue.record("the stream ended")
      } catch let error as TransportError {
        guard case .tooLarge(_, 50_000) = error else {
          Issue.record("\(error)")
          return
        }
      }
    }
  }
}
