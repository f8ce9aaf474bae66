/// Bounds on what one transport takes from a server, so that no answer can fill the memory or hold
/// a caller for ever.
package struct TransportLimits: Sendable {
  /// Bytes of a response body in `send`; one more fails the exchange.
  package var responseBody: Int
  /// Bytes of all header lines of one response.
  package var responseHeaders: Int
  /// Bytes that a stream holds for a slow reader before the server is made to wait.
  package var streamBuffer: Int
  /// The longest time until a connection stands, host name lookup and TLS included.
  package var connect: Duration

  package init(
    responseBody: Int = 16 << 20, responseHeaders: Int = 256 << 10, streamBuffer: Int = 1 << 20,
    connect: Duration = .seconds(10)
  ) {
    self.responseBody = responseBody
    self.responseHeaders = responseHeaders
    self.streamBuffer = streamBuffer
    self.connect = connect
  }
}

/// How requests leave the house.
package enum ProxyChoice: Sendable, Equatable {
  /// By `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`, as every libcurl program does.
  case environment
  /// Always straight to the server.
  case none
  /// Always by this proxy, `http://host:port`.
  case url(String)
}

/// Files by which two machines of one house know each other, all PEM.
package struct TransportTrust: Sendable, Equatable {
  /// The authorities whose servers are trusted; no others are, not those of the system either.
  package var authorities: String
  /// Our certificate and its key, for servers that ask for one.
  package var certificate: String
  package var key: String

  package init(authorities: String, certificate: String, key: String) {
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
  }
}
