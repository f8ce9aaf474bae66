/// An error answer (RFC 9457, `application/problem+json`).
package struct Problem: Error, Codable, Sendable, Equatable {
  /// `urn:sampan:problem:<code>`.
  package var type: String
  /// The same for every problem of the code.
  package var title: String
  package var status: Int
  /// What is wrong this time.
  package var detail: String
  /// The name of the refusal; what programs branch on.
  package var code: String
  /// The number of the refusal, when it is the ledger's.
  package var number: Int?
  /// Where the refusal stands, when it is the ledger's.
  package var position: Position?
  /// RFC 6901, when one member of the body is at fault.
  package var pointer: String?
  /// What became of each leg of a transfer that was refused; names of refusals.
  package var legs: [String]?
  /// What to do.
  package var next: String?
  /// All of them, when there are several.
  package var faults: [Fault]?

  package static let mediaType = "application/problem+json"

  /// A refusal of the ledger.
  package init(
    refusal code: String, number: Int, position: Position?, status: Int, title: String,
    detail: String, next: String? = nil
  ) {
    self.init(code: code, status: status, title: title, detail: detail)
    self.number = number
    self.position = position
    self.next = next
  }

  package init(code: String, status: Int, title: String, detail: String) {
    type = "urn:sampan:problem:\(code)"
    self.code = code
    self.status = status
    self.title = title
    self.detail = detail
  }

  package init(_ code: ProblemCode, _ detail: String, pointer: String? = nil, next: String? = nil) {
    self.init(code: code.rawValue, status: code.status, title: code.title, detail: detail)
    self.pointer = pointer
    self.next = next ?? code.next
  }

  /// A body that fits no schema; at least one fault.
  package init(_ faults: [Fault]) {
    let first = faults.first ?? Fault(.format, at: "", "the body does not fit")
    self.init(
      code: first.code.rawValue, status: 400, title: "The request does not fit its form",
      detail: first.detail)
    pointer = first.pointer
    next =
      faults.count > 1
      ? "Correct all \(faults.count) members named in faults and send it again."
      : "Correct it and send it again."
    self.faults = faults.count > 1 ? faults : nil
  }

  /// A body that is no JSON of ours.
  package init(_ error: StrictJSON.Failure) {
    self.init(
      code: error.reason.rawValue, status: 400, title: "The body is not strict JSON",
      detail: error.description)
    next = "Send one JSON object in UTF-8 that says everything once."
  }

  package func json() -> [UInt8] { WireCoding.encode(self) }

  package init(json bytes: [UInt8]) throws { self = try WireCoding.decode(Problem.self, bytes) }
}

/// What the door says by itself, before the ledger is asked. A closed list; what the ledger refuses
/// has its own.
package enum ProblemCode: String, Sendable, CaseIterable {
  case idempotencyKeyMissing = "idempotency_key_missing"
  case idempotencyKeyMalformed = "idempotency_key_malformed"
  case existsWithDifferentContent = "exists_with_different_content"
  case notSignedIn = "not_signed_in"
  case notAllowed = "not_allowed"
  case notFound = "not_found"
  case methodNotAllowed = "method_not_allowed"
  case bodyTooLarge = "body_too_large"
  case wrongContentType = "wrong_content_type"
  case cursorMalformed = "cursor_malformed"
  case invitationSpent = "invitation_spent"
  case nothingYet = "nothing_yet"
  case behindPosition = "behind_position"
  case tooManyRequests = "too_many_requests"
  case tooManyStreams = "too_many_streams"
  case notServing = "not_serving"
  case tradingPaused = "trading_paused"
  case outcomeUnknown = "outcome_unknown"
  case internalFault = "internal_fault"

  package var status: Int {
    switch self {
    case .idempotencyKeyMissing, .idempotencyKeyMalformed, .cursorMalformed: 400
    case .notSignedIn: 401
    case .notAllowed, .invitationSpent: 403
    case .notFound, .nothingYet: 404
    case .methodNotAllowed: 405
    case .bodyTooLarge: 413
    case .wrongContentType: 415
    case .existsWithDifferentContent: 422
    case .tooManyRequests, .tooManyStreams: 429
    case .internalFault: 500
    case .behindPosition, .notServing, .tradingPaused, .outcomeUnknown: 503
    }
  }

  package var title: String {
    switch self {
    case .idempotencyKeyMissing: "Idempotency-Key is missing"
    case .idempotencyKeyMalformed: "Idempotency-Key is malformed"
    case .existsWithDifferentContent: "The key was used for another command"
    case .notSignedIn: "Not signed in"
    case .notAllowed: "Not allowed"
    case .notFound: "Not found"
    case .methodNotAllowed: "Method not allowed"
    case .bodyTooLarge: "The body is too large"
    case .wrongContentType: "The body is not declared as JSON"
    case .cursorMalformed: "The cursor is not one of ours"
    case .invitationSpent: "The invitation is not valid"
    case .nothingYet: "Nothing there yet"
    case .behindPosition: "Not yet at that position"
    case .tooManyRequests: "Too many requests"
    case .tooManyStreams: "Too many streams"
    case .notServing: "Not serving"
    case .tradingPaused: "Trading is paused"
    case .outcomeUnknown: "The outcome is unknown"
    case .internalFault: "The broker failed"
    }
  }

  /// What to do, when it is always the same.
  package var next: String {
    switch self {
    case .idempotencyKeyMissing, .idempotencyKeyMalformed:
      "Send 32 lower-case hexadecimal digits as Idempotency-Key."
    case .existsWithDifferentContent: "Use a new key for a new command."
    case .notSignedIn: "Send a valid token as Authorization: Bearer."
    case .notAllowed: "Ask the platform operator for the role that the route needs."
    case .notFound: "List what there is, and check the id."
    case .methodNotAllowed: "Use the methods in the Allow header."
    case .bodyTooLarge: "Send less at once; a body may have 65536 bytes."
    case .wrongContentType: "Send Content-Type: application/json."
    case .cursorMalformed: "Begin again without a cursor."
    case .invitationSpent: "Ask the platform operator for a new invitation."
    case .nothingYet: "Ask again later."
    case .behindPosition, .tooManyRequests, .tooManyStreams, .notServing, .tradingPaused:
      "Wait as Retry-After says, then try again."
    case .outcomeUnknown: "Send the same request with the same Idempotency-Key again."
    case .internalFault: "Try again; when it stays, tell the platform operator the time."
    }
  }
}
