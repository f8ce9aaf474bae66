import Subprocess

extension ProgramRun.Result {
  /// How it ended, for a person.
  var reason: String {
    switch self {
    case .exited(let code, _, let words): "exit \(code): \(words.last)"
    case .signalled(let signal): "ended by signal \(signal)"
    case .overTime: "no answer in time; it was ended"
    case .overOutput: "its answer is too long; it was ended"
    case .notStarted(let reason): "cannot be started: \(reason)"
    }
  }
}
