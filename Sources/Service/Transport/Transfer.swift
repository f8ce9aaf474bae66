import CCurl
import Foundation

/// One exchange under way: its libcurl handle, what has arrived, and who waits for it. Lives on
/// the loop's thread only.
final class Transfer {
  /// Who waits for the outcome.
  enum Sink: Sendable {
    case answer(CheckedContinuation<HTTPResponse, any Error>)
    case stream(StreamBuffer)

    func finish(_ result: Result<HTTPResponse, any Error>) {
      switch self {
      case .answer(let continuation): continuation.resume(with: result)
      case .stream(let buffer): buffer.finish(result.map { _ in })
      }
    }

    func fail(_ error: any Error) { finish(.failure(error)) }
  }

  let id: UInt64
  let sink: Sink
  let handle: UnsafeMutableRawPointer
  let operation: TransportError.Operation
  private let request: HTTPRequest
  private let limits: TransportLimits
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private let errorText: UnsafeMutablePointer<CChar>
  private var response = HTTPResponse(status: 0)
  private var headerBytes = 0
  /// Set by a callback that stops the transfer; libcurl then only reports that it was stopped.
  private var failure: TransportError?
  private var lastHeard = ContinuousClock.now
  private var isPaused = false

  init(
    id: UInt64, request: HTTPRequest, sink: Sink, handle: UnsafeMutableRawPointer,
    limits: TransportLimits
  ) {
    self.id = id
    self.request = request
    self.sink = sink
    self.handle = handle
    self.limits = limits
    operation = TransportError.Operation(method: request.method, url: request.url)
    errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
  }

  deinit {
    curl_slist_free_all(headerList)
    errorText.deallocate()
  }

  /// The transfer that a handle was configured for.
  static func of(_ handle: UnsafeMutableRawPointer) -> Transfer? {
    var context: UnsafeMutableRawPointer?
    _ = sampan_curl_get_pointer(handle, CURLINFO_PRIVATE, &context)
    return context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private var isStream: Bool {
    if case .stream = sink { true } else { false }
  }

  /// When a stream counts as dead; nil for other exchanges, which libcurl times, and while the
  /// server waits for our reader.
  var silenceDeadline: ContinuousClock.Instant? {
    isStream && !isPaused ? lastHeard + request.timeout : nil
  }

  func resume() {
    guard isPaused else { return }
    isPaused = false
    lastHeard = .now
    curl_easy_pause(handle, CURLPAUSE_CONT)
  }

  // MARK: Configuration

  /// Tells libcurl everything about the exchange; returns the first refusal.
  func configure(proxy: ProxyChoice, trust: TransportTrust?, userAgent: String) -> CURLcode {
    let context = Unmanaged.passUnretained(self).toOpaque()
    var codes: [CURLcode] = [
      sampan_curl_set_pointer(handle, CURLOPT_PRIVATE, context),
      sampan_curl_set_pointer(handle, CURLOPT_ERRORBUFFER, errorText),
      sampan_curl_set_long(handle, CURLOPT_NOSIGNAL, 1),
      // A host name lookup that hangs must not hold up the loop when its transfer is broken off.
      sampan_curl_set_long(handle, CURLOPT_QUICK_EXIT, 1),
      sampan_curl_set_private_sockets(handle),
      set(CURLOPT_PROTOCOLS_STR, "http,https"),
      set(CURLOPT_URL, request.url),
      set(CURLOPT_USERAGENT, userAgent),
      sampan_curl_set_long(handle, CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
      sampan_curl_set_long(handle, CURLOPT_FOLLOWLOCATION, 0),
      sampan_curl_set_long(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1),
      sampan_curl_set_long(handle, CURLOPT_TCP_NODELAY, 1),
      sampan_curl_set_long(handle, CURLOPT_TCP_KEEPALIVE, 1),
      sampan_curl_set_write(handle, CURLOPT_WRITEFUNCTION, Self.bodyArrived),
      sampan_curl_set_pointer(handle, CURLOPT_WRITEDATA, context),
      sampan_curl_set_write(handle, CURLOPT_HEADERFUNCTION, Self.headerArrived),
      sampan_curl_set_pointer(handle, CURLOPT_HEADERDATA, context),
      sampan_curl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, connectMilliseconds),
    ]
    if !isStream {
      codes.append(
        sampan_curl_set_long(handle, CURLOPT_TIMEOUT_MS, request.timeout.milliseconds))
      codes.append(
        sampan_curl_set_large(
          handle, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(clamping: limits.responseBody)))
    }
    codes += configureMethod() + configureRoute(proxy) + configureTrust(trust)
    codes.append(configureHeaders())
    return codes.first { $0 != CURLE_OK } ?? CURLE_OK
  }

  private var connectMilliseconds: Int {
    min(limits.connect.milliseconds, request.timeout.milliseconds)
  }

  private func set(_ option: CURLoption, _ text: String) -> CURLcode {
    text.withCString { sampan_curl_set_pointer(handle, option, $0) }
  }

  private func configureMethod() -> [CURLcode] {
    if request.method == "HEAD" { return [sampan_curl_set_long(handle, CURLOPT_NOBODY, 1)] }
    guard let body = request.body ?? (["POST", "PUT", "PATCH"].contains(request.method) ? [] : nil)
    else {
      return [
        sampan_curl_set_long(handle, CURLOPT_HTTPGET, 1),
        set(CURLOPT_CUSTOMREQUEST, request.method),
      ]
    }
    var codes = [
      sampan_curl_set_long(handle, CURLOPT_POST, 1),
      sampan_curl_set_large(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)),
    ]
    if body.isEmpty {
      codes.append(set(CURLOPT_COPYPOSTFIELDS, ""))
    } else {
      codes.append(
        body.withUnsafeBytes {
          sampan_curl_set_pointer(handle, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
        })
    }
    codes.append(set(CURLOPT_CUSTOMREQUEST, request.method))
    return codes
  }

  private func configureRoute(_ proxy: ProxyChoice) -> [CURLcode] {
    if let path = request.unixSocket {
      return [set(CURLOPT_UNIX_SOCKET_PATH, path), set(CURLOPT_PROXY, "")]
    }
    return switch proxy {
    case .environment: []
    case .none: [set(CURLOPT_PROXY, "")]
    case .url(let url): [set(CURLOPT_PROXY, url)]
    }
  }

  private func configureTrust(_ trust: TransportTrust?) -> [CURLcode] {
    guard let trust else { return [] }
    return [
      set(CURLOPT_CAINFO, trust.authorities),
      // Debian's libcurl would trust the authorities of the system as well.
      sampan_curl_set_pointer(handle, CURLOPT_CAPATH, nil),
      set(CURLOPT_SSLCERT, trust.certificate),
      set(CURLOPT_SSLKEY, trust.key),
    ]
  }

  /// Headers that libcurl would add by itself are switched off: what is sent is what was asked for.
  private func configureHeaders() -> CURLcode {
    var lines = request.headers.map { $1.isEmpty ? "\($0);" : "\($0): \($1)" }
    let names = request.headers.map { $0.0.lowercased() }
    for name in ["Expect", "Content-Type"] where !names.contains(name.lowercased()) {
      lines.append("\(name):")
    }
    for line in lines {
      guard let longer = curl_slist_append(headerList, line) else { return CURLE_OUT_OF_MEMORY }
      headerList = longer
    }
    return sampan_curl_set_pointer(handle, CURLOPT_HTTPHEADER, headerList)
  }

  // MARK: Arrival

  private static let headerArrived: curl_write_callback = { bytes, size, count, context in
    receive(bytes, size, count, context) { $0.takeHeader($1) }
  }

  private static let bodyArrived: curl_write_callback = { bytes, size, count, context in
    receive(bytes, size, count, context) { $0.takeBody($1) }
  }

  private enum Reception { case taken, full, refused }

  private static func receive(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ context: UnsafeMutableRawPointer?, _ take: (Transfer, UnsafeRawBufferPointer) -> Reception
  ) -> Int {
    guard let context else { return sampan_curl_write_stop }
    let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    transfer.lastHeard = .now
    switch take(transfer, UnsafeRawBufferPointer(start: bytes, count: size * count)) {
    case .taken: return size * count
    case .full: return sampan_curl_write_pause
    case .refused: return sampan_curl_write_stop
    }
  }

  private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Reception {
    headerBytes += bytes.count
    guard headerBytes <= limits.responseHeaders else {
      failure = .tooLarge(operation, limit: limits.responseHeaders)
      return .refused
    }
    if bytes.starts(with: "HTTP/".utf8) {
      response.headers = []  // an interim answer (100, 103) came before
    } else if let colon = bytes.firstIndex(of: UInt8(ascii: ":")) {
      response.headers.append((Self.text(bytes[..<colon]), Self.text(bytes[(colon + 1)...])))
    }
    return .taken
  }

  /// Without the white space around it.
  private static func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(decoding: bytes[first...last], as: UTF8.self)
  }

  private func takeBody(_ bytes: UnsafeRawBufferPointer) -> Reception {
    if case .stream(let buffer) = sink, (200...299).contains(status) {
      isPaused = !buffer.offer(bytes)
      return isPaused ? .full : .taken
    }
    guard response.body.count + bytes.count <= limits.responseBody else {
      failure = .tooLarge(operation, limit: limits.responseBody)
      return .refused
    }
    response.body.append(contentsOf: bytes)
    return .taken
  }

  private var status: Int { number(CURLINFO_RESPONSE_CODE) }

  private func number(_ info: CURLINFO) -> Int {
    var value = 0
    _ = sampan_curl_get_long(handle, info, &value)
    return value
  }

  // MARK: Outcome

  /// What the waiting side gets when libcurl is done.
  func outcome(_ code: CURLcode) -> Result<HTTPResponse, any Error> {
    if let failure { return .failure(failure) }
    guard code == CURLE_OK else { return .failure(error(for: code)) }
    response.status = status
    if isStream && !response.isSuccess {
      return .failure(TransportError.status(operation, response))
    }
    return .success(response)
  }

  func error(for code: CURLcode) -> TransportError {
    let text = String(cString: errorText)
    let cause = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    // The server's word that it does not like our certificate; in TLS 1.3 after the handshake.
    let isTurnedAway = text.contains("SSL routines") && text.contains(" alert ")
    switch code {
    case CURLE_SSL_CONNECT_ERROR where isTurnedAway, CURLE_RECV_ERROR where isTurnedAway,
      CURLE_SEND_ERROR where isTurnedAway:
      return .untrusted(operation, cause: cause)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL:
      // The text of libcurl may quote the URL, secrets and all.
      return .invalidRequest(operation, cause: "the URL is not a valid http or https address")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      return .unresolved(operation, cause: cause)
    case CURLE_COULDNT_CONNECT, CURLE_PROXY, CURLE_SSL_CONNECT_ERROR:
      return .unreachable(operation, cause: cause + systemCause)
    case CURLE_OPERATION_TIMEDOUT where number(CURLINFO_REQUEST_SIZE) == 0:
      return .unreachable(operation, cause: "no connection within \(connectMilliseconds) ms")
    case CURLE_OPERATION_TIMEDOUT:
      return .timedOut(operation, after: request.timeout)
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CACERT_BADFILE,
      CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return .untrusted(operation, cause: cause)
    case CURLE_FILESIZE_EXCEEDED:
      return .tooLarge(operation, limit: limits.responseBody)
    case CURLE_GOT_NOTHING, CURLE_PARTIAL_FILE, CURLE_SEND_ERROR, CURLE_RECV_ERROR,
      CURLE_HTTP2, CURLE_HTTP2_STREAM, CURLE_WEIRD_SERVER_REPLY:
      return .interrupted(operation, cause: cause)
    default:
      return .failed(operation, cause: cause)
    }
  }

  private var systemCause: String {
    let number = number(CURLINFO_OS_ERRNO)
    return number == 0 ? "" : ", \(String(cString: strerror(Int32(truncatingIfNeeded: number))))"
  }
}
