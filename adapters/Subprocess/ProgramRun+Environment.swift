import Foundation

extension ProgramRun {
  /// What a program gets to see of this process's environment: PATH and these names, nothing else.
  package static func environment(
    keeping names: [String] = ["HOME", "USER", "LANG", "TZ"]
  ) -> [String: String] {
    let own = ProcessInfo.processInfo.environment
    var result = ["PATH": own["PATH"] ?? "/usr/bin:/bin"]
    for name in names { result[name] = own[name] }
    return result
  }
}
