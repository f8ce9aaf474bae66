import Foundation
import Testing
import Transport

/// Every test runs against a server process of its own, one after the other because they measure
/// time. Proxies are switched off, since the machine that runs the tests may have one.
@Suite("Over a real connection", .serialized)
enum WireTests {}

extension WireTests {
  @Suite("Exchanges") final class Exchanges {
    let server: OriginServer
    let transport = HTTPTransport(proxy: .none)

    init() throws { server = try OriginServer() }

    private struct Echo: Decodable {
      let method: String
      let target: String
      let body: String
      let headers: [[String]]

      func values(_ name: String) -> [String] {
        headers.filter { $0[0].lowercased() == name.lowercased() }.map { $0[1] }
      }
    }

    private func echo(_ request: HTTPRequest, by transport: HTTPTransport? = nil) async throws
      -> Echo
    {
      let response = try await (transport ?? self.transport).send(request)
      return try JSONDecoder().decode(Echo.self, from: Data(response.body))
    }

    private func count(_ name: String) async throws -> Int {
      let response = try await transport.send(HTTPRequest(url: server.url("/count?of=\(name)")))
      return try #require(Int(String(decoding: response.body, as: UTF8.self)))
    }

    /// Waits until a count of the server satisfies the condition, at most a minute and more.
    private func waitForCount(_ name: String, _ holds: (Int) -> Bool) async throws -> Bool {
      for _ in 0..<1_200 {
        if holds(try await count(name)) { return true }
        try await Task.sleep(for: .milliseconds(50))
      }
      return false
    }

    private func failure(_ request: HTTPRequest) async -> TransportError? {
      do {
        let response = try await transport.send(request)
        Issue.record("answered with status \(response.status)")
        return nil
      } catch {
        return error as? TransportError
      }
    }

    // MARK: What is sent and what comes back

    @Test("method, headers and body arrive as given, and nothing is added to them")
    func sendsAsGiven() async throws {
      let echo = try await echo(
        HTTPRequest(
          method: "POST", url: server.url("/echo?a=b"),
          headers: [("X-One", "1"), ("X-One", "2"), ("X-Empty", "")], body: Array("héllo".utf8)))
      #expect(echo.method == "POST")
      #expect(echo.target == "/echo?a=b")
      #expect(echo.body == "héllo")
      #expect(echo.values("X-One") == ["1", "2"])
      #expect(echo.values("X-Empty") == [""])
      #expect(echo.values("User-Agent") == ["sampan"])
      #expect(echo.values("Content-Type") == [] && echo.values("Expect") == [])
    }

    @Test("a body of two megabytes is sent whole, without waiting for leave")
    func sendsLargeBodies() async throws {
      let body = [UInt8](repeating: 0x61, count: 2 << 20)
      let echo = try await echo(HTTPRequest(method: "PUT", url: server.url("/echo"), body: body))
      #expect(echo.body.utf8.count == body.count)
      #expect(echo.values("Expect") == [])
    }

    @Test(
      "each method is sent with a length only where it has a body",
      arguments: [("GET", nil), ("DELETE", nil), ("POST", "0"), ("PUT", "0"), ("PATCH", "0")])
    func sendsMethods(method: String, length: String?) async throws {
      let echo = try await echo(HTTPRequest(method: method, url: server.url("/echo")))
      #expect(echo.method == method)
      #expect(echo.values("Content-Length") == [length].compactMap { $0 })
    }

    @Test("a DELETE with a body and a HEAD without an answer's body both work")
    func sendsUnusualMethods() async throws {
      let deleted = try await echo(
        HTTPRequest(method: "DELETE", url: server.url("/echo"), body: Array("x".utf8)))
      #expect(deleted.method == "DELETE" && deleted.body == "x")
      let head = try await transport.send(HTTPRequest(method: "HEAD", url: server.url("/echo")))
      #expect(head.status == 200 && head.body.isEmpty)
      #expect(head.header("content-length") != "0")
    }

    @Test("headers of the answer are found in any case, without outer spaces")
    func readsHeaders() async throws {
      let response = try await transport.send(HTTPRequest(url: server.url("/echo")))
      #expect(response.header("x-tWO") == "spaced")
      #expect(response.header("X-Three") == nil)
    }

    @Test(
      "an error status is an answer, and a redirect is not followed", arguments: [302, 404, 503])
    func returnsStatuses(status: Int) async throws {
      let response = try await transport.send(HTTPRequest(url: server.url("/status?is=\(status)")))
      #expect(response.status == status)
      #expect(response.header("Location") == "/echo")
      #expect(String(decoding: response.body, as: UTF8.self) == "the reason")
    }

    @Test("a unix socket is used instead of the host of the URL")
    func usesUnixSockets() async throws {
      let echo = try await echo(
        HTTPRequest(url: "http://broker.invalid/echo", unixSocket: server.socket))
      #expect(echo.values("Host") == ["broker.invalid"])
    }

    @Test("a proxy that was named gets the whole address of the server")
    func usesProxies() async throws {
      let proxied = HTTPTransport(proxy: .url("http://127.0.0.1:\(server.port)"))
      let echo = try await echo(HTTPRequest(url: "http://site.invalid/echo"), by: proxied)
      #expect(echo.target == "http://site.invalid/echo")
    }

    // MARK: Many at a time

    @Test("64 exchanges are under way together, and later ones use their connections again")
    func servesManyAtOnce() async throws {
      let url = server.url("/gate?of=64")
      let transport = transport
      let answers = try await withThrowingTaskGroup(of: String.self) { group in
        for _ in 0..<64 {
          group.addTask {
            let request = HTTPRequest(url: url, timeout: .seconds(300))
            return String(decoding: try await transport.send(request).body, as: UTF8.self)
          }
        }
        return try await group.reduce(into: [String]()) { $0.append($1) }
      }
      #expect(answers == Array(repeating: "passed", count: 64))
      for _ in 0..<20 { _ = try await echo(HTTPRequest(url: server.url("/echo"))) }
      #expect(try await count("connections") == 64)
    }

    @Test("connections are not inherited by the programs that this process starts")
    func keepsSocketsPrivate() async throws {
      _ = try await echo(HTTPRequest(url: server.url("/echo")))
      var found = 0
      for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
        guard let descriptor = Int32(name) else { continue }
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) {
          $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            getpeername(descriptor, $0, &size)
          }
        }
        guard result == 0, Int(UInt16(bigEndian: address.sin_port)) == server.port else { continue }
        found += 1
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
      }
      #expect(found == 1)
    }

    @Test("what is under way when the last user lets go of the transport still ends well")
    func drains() async throws {
      let request = HTTPRequest(url: server.url("/slow?ms=200"))
      let task = Task {
        let passing = HTTPTransport(proxy: .none)
        return try await passing.send(request)
      }
      #expect(try await task.value.status == 200)
      let pieces = HTTPTransport(proxy: .none).stream(
        HTTPRequest(url: server.url("/chunks?n=3&ms=20")))
      var bytes = 0
      for try await piece in pieces { bytes += piece.count }
      #expect(bytes == 24)
    }

    // MARK: Failures

    @Test("a refused connection is transient and says what to check")
    func reportsRefusedConnections() async throws {
      let url = "http://127.0.0.1:\(server.refusingPort)/echo"
      let error = try #require(await failure(HTTPRequest(url: url)))
      guard case .unreachable = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.isTransient)
      #expect(error.description.contains("GET \(url) failed"))
      #expect(error.description.contains("Connection refused"))
      #expect(error.description.contains("Check that the service runs"))
    }

    @Test("a missing unix socket is transient too")
    func reportsMissingSockets() async throws {
      let request = HTTPRequest(url: "http://local/echo", unixSocket: server.socket + ".none")
      let error = try #require(await failure(request))
      guard case .unreachable = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.isTransient)
    }

    @Test("an answer that is late ends in a time-out")
    func timesOut() async throws {
      let request = HTTPRequest(url: server.url("/slow?ms=600000"), timeout: .seconds(5))
      let error = try #require(await failure(request))
      guard case .timedOut(_, .seconds(5)) = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.isTransient)
    }

    @Test(
      "a connection that breaks in a body is an interruption", arguments: ["/cut", "/cutchunks"])
    func reportsBrokenBodies(path: String) async throws {
      let error = try #require(await failure(HTTPRequest(url: server.url(path))))
      guard case .interrupted = error else {
        Issue.record("\(error)")
        return
      }
      #expect(error.isTransient)
    }

    @Test("a body is taken up to the limit and refused one byte later, announced or not")
    func limitsBodies() async throws {
      let limits = TransportLimits(responseBody: 100_000)
      let small = HTTPTransport(limits: limits, proxy: .none)
      for path in ["/big?bytes=100000", "/bigchunks?n=10"] {
        let response = try await small.send(HTTPRequest(url: server.url(path)))
        #expect(response.body.count == 100_000)
      }
      for path in ["/big?bytes=100001", "/bigchunks?n=11"] {
        do {
          _ = try await small.send(HTTPRequest(url: server.url(path)))
          Issue.record("\(path) was taken")
        } catch let error as TransportError {
          guard case .tooLarge(_, 100_000) = error else {
            Issue.record("\(error)")
            return
          }
          #expect(!error.isTransient)
        }
      }
    }

    @Test("header lines are limited too")
    func limitsHeaders() async throws {
      let small = HTTPTransport(limits: TransportLimits(responseHeaders: 4_096), proxy: .none)
      let fitting = try await small.send(HTTPRequest(url: server.url("/headers?bytes=2000")))
      #expect(fitting.header("X-Long")?.count == 2_000)
      await #expect(throws: TransportError.self) {
        try await small.send(HTTPRequest(url: server.url("/headers?bytes=5000")))
      }
    }

    @Test(
      "a request that cannot be sent safely is refused here",
      arguments: [
        HTTPRequest(url: "file:///etc/passwd"), HTTPRequest(url: "ftp://127.0.0.1/x"),
        HTTPRequest(url: "http://127.0.0.1:99999/"), HTTPRequest(url: "http://127.0.0.1/a b"),
        HTTPRequest(url: ""),
        HTTPRequest(url: "http://127.0.0.1/", headers: [("X", "a\r\nAuthorization: b")]),
        HTTPRequest(url: "http://127.0.0.1/", headers: [("X: y\r\nZ", "a")]),
        HTTPRequest(method: "GET /", url: "http://127.0.0.1/"),
      ])
    func refusesUnsafeRequests(request: HTTPRequest) async throws {
      let error = try #require(await failure(request))
      guard case .invalidRequest = error else {
        Issue.record("\(error)")
        return
      }
      #expect(!error.isTransient)
    }

    @Test("an error shows neither user, password, query nor line breaks of the URL")
    func redacts() {
      func shown(_ url: String) -> String {
        TransportError.Operation(method: "GET", url: url).url
      }
      #expect(shown("https://me:secret@host:1/p/q?token=secret#x") == "https://host:1/p/q?...")
      #expect(shown("http://a@secret@host") == "http://host")
      #expect(shown("http://host/p@q") == "http://host/p@q")
      #expect(shown("me:secret@host/p") == "host/p")
      #expect(!shown("http://host/a\r\nb").contains { $0.isNewline })
    }

    // MARK: Cancellation

    @Test("cancelling the task ends the wait at once and closes the connection")
    func cancels() async throws {
      let request = HTTPRequest(url: server.url("/hang"), timeout: .seconds(3_600))
      let transport = transport
      let task = Task { try await transport.send(request) }
      #expect(try await waitForCount("hanging") { $0 == 1 })
      task.cancel()
      // Otherwise it would not end: the server never answers.
      await #expect(throws: CancellationError.self) { try await task.value }
      #expect(try await waitForCount("gone") { $0 == 1 })
    }

    @Test("a task that is cancelled before it sends gets its cancellation, a hundred times over")
    func cancelsEarly() async throws {
      let request = HTTPRequest(url: server.url("/hang"), timeout: .seconds(3_600))
      let transport = transport
      for _ in 0..<100 {
        let task = Task { try await transport.send(request) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
      }
    }
  }
}
