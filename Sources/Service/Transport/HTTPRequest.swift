/// One HTTP exchange to be made: what `HTTPTransport` sends.
package struct HTTPRequest: Sendable {
  /// A token in capitals: `GET`, `POST`, ...
  package var method: String
  /// Absolute, scheme `http` or `https`; anything else is refused.
  package var url: String
  /// Sent in this order. Names and values must be free of line breaks.
  package var headers: [(String, String)]
  /// Nil sends none; an empty array sends `Content-Length: 0`.
  package var body: [UInt8]?
  /// `send`: the longest time for the whole exchange. `stream`: the longest silence of the server.
  package var timeout: Duration
  /// Path of a unix socket to connect to instead of the host of the URL; no proxy is used then.
  package var unixSocket: String?

  package init(
    method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
    timeout: Duration = .seconds(30), unixSocket: String? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.unixSocket = unixSocket
  }

  /// What is wrong with the request itself, or nil. Line breaks would let a value become a header.
  var fault: String? {
    if method.isEmpty || !method.utf8.allSatisfy(Self.isTokenByte) {
      return "the method is not a token"
    }
    if url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) {
      return "the URL holds a space or a control character; write it percent-encoded"
    }
    for (name, value) in headers {
      if name.isEmpty || !name.utf8.allSatisfy(Self.isTokenByte) {
        return "a header's name is not a token"
      }
      if value.utf8.contains(where: { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) {
        return "the value of the header \(name) holds a line break or a zero byte"
      }
    }
    return nil
  }

  /// RFC 9110, section 5.6.2.
  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
