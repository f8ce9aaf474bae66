package import BrokerAPI
import Transport

/// Why the broker gave no answer of the kind that was asked for. A cancelled caller gets
/// `CancellationError` instead.
package enum BrokerClientError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The broker said no, and why. Sending the same again under the same key says the same.
  case refused(Problem)
  /// Not signed in, or not with the role that it takes.
  case notAllowed(Problem)
  /// Nothing was done: there was no broker, or none that serves.
  case unreachable(cause: String, next: String)
  /// The command may or may not be in the ledger. Sent again under the same id it cannot be done
  /// twice, and the answer tells.
  case outcomeUnknown(CommandID, cause: String)
  /// An answer that this version cannot read.
  case badAnswer(cause: String)

  /// What is wrong, in one line.
  package var description: String {
    switch self {
    case .refused(let problem), .notAllowed(let problem): "\(problem.title): \(problem.detail)"
    case .unreachable(let cause, _): "the broker did not answer: \(cause)"
    case .outcomeUnknown(_, let cause): "it is not known whether the command was taken: \(cause)"
    case .badAnswer(let cause): "the broker's answer cannot be read: \(cause)"
    }
  }

  /// A name for programs.
  package var code: String {
    switch self {
    case .refused(let problem), .notAllowed(let problem): problem.code
    case .unreachable: "unreachable"
    case .outcomeUnknown: "outcome_unknown"
    case .badAnswer: "bad_answer"
    }
  }

  /// What to do.
  package var next: String {
    switch self {
    case .refused(let problem), .notAllowed(let problem):
      problem.next ?? "Correct what it names and send a new command."
    case .unreachable(_, let next): next
    case .outcomeUnknown(let id, _): "Send it again with the same id, \(id)."
    case .badAnswer:
      "Check that the address is a broker's, and that its version is not older than ours."
    }
  }

  /// Whether the same request may well succeed later.
  package var isTransient: Bool {
    switch self {
    case .unreachable, .outcomeUnknown: true
    case .refused(let problem): problem.status == 429
    case .notAllowed, .badAnswer: false
    }
  }
}

extension BrokerClientError {
  /// What a failed exchange means. `command` is the id of what may have been done by it.
  init(_ error: TransportError, command: CommandID?) {
    switch error {
    case .status(_, let response): self = Self.failure(response, command: command)
    case .timedOut, .interrupted:
      if let command {
        self = .outcomeUnknown(command, cause: error.cause)
      } else {
        self = .unreachable(cause: error.cause, next: "Try again.")
      }
    case .tooLarge:
      if let command {
        self = .outcomeUnknown(command, cause: error.cause)
      } else {
        self = .badAnswer(cause: error.cause)
      }
    case .invalidRequest, .unresolved, .unreachable, .untrusted, .failed:
      self = .unreachable(cause: error.cause, next: error.nextStep)
    }
  }

  /// What an answer that is no success means.
  static func failure(_ response: HTTPResponse, command: CommandID?) -> BrokerClientError {
    guard let problem = try? Problem(json: response.body) else {
      // Not the broker's words: something between it and us spoke.
      let cause = "status \(response.status) without a problem report"
      if let command, response.status >= 500 { return .outcomeUnknown(command, cause: cause) }
      if response.status >= 500 {
        return .unreachable(cause: cause, next: "Try again; check proxies on the way.")
      }
      return .badAnswer(cause: cause)
    }
    switch (response.status, ProblemCode(rawValue: problem.code)) {
    case (401, _), (403, _): return .notAllowed(problem)
    case (_, .outcomeUnknown), (_, .internalFault):
      if let command { return .outcomeUnknown(command, cause: problem.detail) }
      return .unreachable(cause: problem.detail, next: problem.next ?? "Try again.")
    case (500..., _):
      return .unreachable(cause: problem.detail, next: problem.next ?? "Try again.")
    default: return .refused(problem)
    }
  }
}
