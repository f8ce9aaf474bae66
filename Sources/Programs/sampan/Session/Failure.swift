import ArgumentParser
import BrokerAPI
import BrokerClient

/// Why a command did not do what it was asked, as a person reads it: what, why, what next.
struct Failure: Error {
  /// What did not happen; filled in by the command when empty.
  var what = ""
  let why: String
  /// For programs.
  let code: String
  let next: String
  let exit: ExitReason
  /// The broker's own words, when it spoke.
  var problem: Problem?

  /// A fault of the command line, a file or the configuration; nothing was sent.
  static func usage(_ why: String, code: String = "usage", next: String) -> Failure {
    Failure(why: why, code: code, next: next, exit: .usage)
  }

  /// The three lines; one more for each further fault that the broker named.
  var lines: [String] {
    var lines = ["sampan: \(what.isEmpty ? "It was not done." : what)"]
    lines.append("why:    \(Display.plain(why)) (\(Display.plain(code)))")
    for fault in problem?.faults ?? [] {
      lines.append("        \(Display.plain(fault.pointer)): \(Display.plain(fault.detail))")
    }
    lines.append("next:   \(Display.plain(next))")
    return lines
  }

  /// The problem as the API says it; one of ours when the broker did not speak.
  var document: Problem {
    if let problem { return problem }
    var own = Problem(code: code, status: 0, title: what, detail: why)
    own.next = next
    return own
  }
}

extension Failure {
  /// What an error means to the person; nil for what the argument parser prints by itself.
  init?(_ error: any Error, what: String) {
    switch error {
    case var failure as Failure:
      if failure.what.isEmpty { failure.what = what }
      self = failure
    case let error as BrokerClientError: self.init(error, what: what)
    case let problem as Problem:
      // Found by our own copy of the broker's checks, before anything was sent.
      self.init(
        what: what, why: problem.detail, code: problem.code,
        next: problem.next ?? "Correct it and try again.", exit: .usage, problem: problem)
    case let fault as TextFault:
      self.init(
        what: what, why: fault.description, code: fault.kind.rawValue,
        next: "Correct it and try again.", exit: .usage)
    case is CancellationError:
      self.init(
        what: what, why: "it was interrupted", code: "interrupted", next: "Start it again.",
        exit: .interrupted)
    case is ValidationError, is CleanExit, is ExitCode, is Ended: return nil
    default:
      self.init(
        what: what, why: String(describing: error), code: "unexpected",
        next: "Check the paths and permissions that it names, then try again.", exit: .usage)
    }
  }

  private init(_ error: BrokerClientError, what: String) {
    switch error {
    case .refused(let problem):
      self.init(
        what: what, why: Self.sentence(problem), code: Self.code(problem), next: error.next,
        exit: .refused, problem: problem)
    case .notAllowed(let problem):
      let next =
        problem.code == ProblemCode.notSignedIn.rawValue
        ? "Check the token file: --token-file, SAMPAN_TOKEN_FILE or `sampan context list`."
        : error.next
      self.init(
        what: what, why: Self.sentence(problem), code: Self.code(problem), next: next,
        exit: .notAllowed, problem: problem)
    case .unreachable, .badAnswer:
      self.init(
        what: what, why: error.description, code: error.code, next: error.next, exit: .unreachable)
    case .outcomeUnknown(_, let cause):
      self.init(
        what: "It is not known whether the command was taken.", why: cause, code: error.code,
        next: "Run `sampan retry`: it sends the same command again, which cannot do it twice.",
        exit: .outcomeUnknown)
    }
  }

  private static func sentence(_ problem: Problem) -> String {
    let pointer = problem.pointer.map { $0.isEmpty ? "" : "\($0): " } ?? ""
    return "\(pointer)\(problem.detail)"
  }

  /// `insufficientFunds, R-047, position 1042`.
  private static func code(_ problem: Problem) -> String {
    var parts = [problem.code]
    if let number = problem.number {
      parts.append(
        "R-" + String(repeating: "0", count: max(0, 3 - String(number).count)) + "\(number)")
    }
    if let position = problem.position { parts.append("position \(position)") }
    return parts.joined(separator: ", ")
  }
}
