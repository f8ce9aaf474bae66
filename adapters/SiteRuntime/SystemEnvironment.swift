import Foundation
import Subprocess

/// What a program of the centre gets to see of the agent's environment.
enum SystemEnvironment {
  static var plain: [String: String] {
    let own = ProcessInfo.processInfo.environment
    var result = ["PATH": own["PATH"] ?? "/usr/bin:/bin"]
    for name in ["HOME", "USER", "LANG", "TZ"] { result[name] = own[name] }
    return result
  }
}

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
