import CertificateFixture
import Foundation
import Testing
import Transport

/// Connections on which both sides show a certificate, against `openssl s_server`.
@Suite struct ClientCertificateTests {
  /// A server that asks for a certificate of the same authority.
  private final class Server {
    let process = Process()
    let port: Int

    init(_ certificates: TestCertificates) throws {
      let (certificate, key) = try certificates.issue("server")
      port = Self.freePort()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
      process.arguments = [
        "s_server", "-accept", "127.0.0.1:\(port)", "-www", "-cert", certificate, "-key", key,
        "-CAfile", certificates.trust, "-Verify", "1", "-verify_return_error",
      ]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    private static func freePort() -> Int {
      let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(listener) }
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { plain in
          _ = bind(listener, plain, length)
          _ = getsockname(listener, plain, &length)
        }
        return Int(UInt16(bigEndian: pointer.pointee.sin_port))
      }
    }

    /// It takes no notice of SIGTERM while it waits for a client.
    deinit { kill(process.processIdentifier, SIGKILL) }
  }

  /// Asks, again and again until the server listens.
  private func ask(_ server: Server, _ trust: TransportTrust?) async throws -> HTTPResponse {
    let transport = HTTPTransport(proxy: .none, trust: trust)
    for _ in 0..<1_200 {
      do {
        return try await transport.send(
          HTTPRequest(url: "https://127.0.0.1:\(server.port)/", timeout: .seconds(20)))
      } catch let error as TransportError {
        switch error {
        case .unreachable, .timedOut: break
        default: throw error
        }
        guard server.process.isRunning else { throw PortTaken() }
        try await Task.sleep(for: .milliseconds(50))
      }
    }
    throw CancellationError()
  }

  /// Somebody had the port before the server did.
  private struct PortTaken: Error {}

  /// Asks a server, on another port if somebody took its own.
  private func ask(
    _ certificates: TestCertificates, _ trust: TransportTrust?
  ) async throws -> HTTPResponse {
    for _ in 0..<5 {
      do { return try await ask(try Server(certificates), trust) } catch is PortTaken {}
    }
    throw PortTaken()
  }

  @Test("Both certificates of one authority: the exchange goes through")
  func mutual() async throws {
    let certificates = try TestCertificates()
    let (certificate, key) = try certificates.issue("client")
    let answer = try await ask(
      certificates,
      TransportTrust(authorities: certificates.trust, certificate: certificate, key: key))
    #expect(answer.status == 200)
  }

  @Test("A certificate that the server's authority did not issue is turned away, as untrusted")
  func stranger() async throws {
    let certificates = try TestCertificates()
    let others = try TestCertificates()
    let (certificate, key) = try others.issue("client")
    let error = await #expect(throws: TransportError.self) {
      try await ask(
        certificates,
        TransportTrust(
          authorities: certificates.trust, certificate: certificate, key: key))
    }
    guard case .untrusted? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("A server whose issuer is not in our trust file is not believed")
  func otherTrust() async throws {
    let certificates = try TestCertificates()
    let others = try TestCertificates()
    let (certificate, key) = try certificates.issue("client")
    let error = await #expect(throws: TransportError.self) {
      try await ask(
        certificates, TransportTrust(authorities: others.trust, certificate: certificate, key: key))
    }
    guard case .untrusted? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }
}
