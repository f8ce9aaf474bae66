/// Why an exchange gave no usable answer. A cancelled caller gets `CancellationError` instead.
package enum TransportError: Error, Sendable, CustomStringConvertible {
  /// The request cannot be sent as it is; nothing left this machine.
  case invalidRequest(Operation, cause: String)
  /// The host name has no address, here and now.
  case unresolved(Operation, cause: String)
  /// No connection came about: refused, unreachable, or the proxy would not.
  case unreachable(Operation, cause: String)
  /// The server's certificate, or ours, was not accepted.
  case untrusted(Operation, cause: String)
  /// No (whole) answer within the time allowed. The server may have acted on the request.
  case timedOut(Operation, after: Duration)
  /// The connection broke under way. The server may have acted on the request.
  case interrupted(Operation, cause: String)
  /// The answer passes a limit of this transport, in bytes.
  case tooLarge(Operation, limit: Int)
  /// A stream was asked for and the server answered something other than 200 to 299.
  case status(Operation, HTTPResponse)
  /// libcurl could not be set up or failed in a way that has no other name here.
  case failed(Operation, cause: String)

  /// The exchange as it may be shown and logged: no user, password, query or fragment, which is
  /// where secrets travel in URLs.
  package struct Operation: Sendable, Equatable, CustomStringConvertible {
    package let method: String
    package let url: String

    package init(method: String, url: String) {
      self.method = String(method.prefix(16))
      self.url = Self.redacted(url)
    }

    package var description: String { "\(method) \(url)" }

    /// Control characters become `?`, since a log line may carry the text.
    private static func redacted(_ url: String) -> String {
      let printable = String(url.prefix(2_000).map { $0.isNewline || $0 < " " ? "?" : $0 })
      let ending = printable.firstIndex { $0 == "?" || $0 == "#" } ?? printable.endIndex
      var text = String(printable[..<ending])
      let slashes = text.firstRange(of: "://")
      let start = slashes?.upperBound ?? text.startIndex
      let authorityEnd = text[start...].firstIndex(of: "/") ?? text.endIndex
      if let at = text[start..<authorityEnd].lastIndex(of: "@") {
        text.removeSubrange(start...at)
      }
      return ending == printable.endIndex ? text : text + "?..."
    }
  }

  package var operation: Operation {
    switch self {
    case .invalidRequest(let operation, _), .unresolved(let operation, _),
      .unreachable(let operation, _), .untrusted(let operation, _), .timedOut(let operation, _),
      .interrupted(let operation, _), .tooLarge(let operation, _), .status(let operation, _),
      .failed(let operation, _):
      operation
    }
  }

  /// Whether the same request may well succeed later, with nothing changed on this side.
  package var isTransient: Bool {
    switch self {
    case .unresolved, .unreachable, .timedOut, .interrupted: true
    case .invalidRequest, .untrusted, .tooLarge, .failed: false
    case .status(_, let response): [408, 425, 429, 500, 502, 503, 504].contains(response.status)
    }
  }

  /// Why it failed, in words for a person.
  package var cause: String {
    switch self {
    case .invalidRequest(_, let cause): "the request cannot be sent: \(cause)"
    case .unresolved(_, let cause): "the host name was not found (\(cause))"
    case .unreachable(_, let cause): "no connection could be made (\(cause))"
    case .untrusted(_, let cause): "the secure connection was not trusted (\(cause))"
    case .timedOut(_, let time): "no complete answer within \(Self.seconds(time))"
    case .interrupted(_, let cause): "the connection broke before the answer was whole (\(cause))"
    case .tooLarge(_, let limit): "the answer is larger than \(limit) bytes, the limit set here"
    case .status(_, let response): "the server answered with status \(response.status)"
    case .failed(_, let cause): "the HTTP client failed (\(cause))"
    }
  }

  /// What the person may do next.
  package var nextStep: String {
    switch self {
    case .invalidRequest: "Correct the address or the value that it names."
    case .unresolved: "Check the spelling of the host, and this machine's DNS; then try again."
    case .unreachable:
      "Check that the service runs, the address and port, and http_proxy, https_proxy and no_proxy."
    case .untrusted:
      "Check the host name, this machine's clock, and that it trusts the issuer of the certificate."
    case .timedOut: "Try again with the same idempotency key: the server may have acted on it."
    case .interrupted: "Try again with the same idempotency key: the server may have acted on it."
    case .tooLarge: "Ask for less at a time (a smaller page or range)."
    case .status(_, let response):
      [401, 403].contains(response.status)
        ? "Check the token and the rights of whoever asks."
        : "See the server's answer; if it is 429 or 5xx, wait and try again."
    case .failed: "Check this machine's memory and open files; if it stays, report it."
    }
  }

  package var description: String { "\(operation) failed: \(cause). \(nextStep)" }

  /// Seconds with up to three decimals, no trailing zeros.
  private static func seconds(_ time: Duration) -> String {
    let thousandths = time.milliseconds
    guard thousandths % 1_000 != 0 else { return "\(thousandths / 1_000) s" }
    return "\(thousandths) ms"
  }
}

extension Duration {
  /// Whole milliseconds, at least 1 and at most 24 days, since libcurl takes 0 as "no limit".
  var milliseconds: Int {
    let (seconds, attoseconds) = components
    guard seconds < 2_000_000 else { return 2_000_000_000 }
    return Swift.max(1, Int(seconds) * 1_000 + Int(attoseconds / 1_000_000_000_000_000))
  }
}
