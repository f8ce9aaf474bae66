/// Everything that is wrong with a settings file, found in one reading.
package struct SettingsError: Error, Sendable, CustomStringConvertible {
  /// One thing that is wrong, where, and what to write instead.
  package struct Fault: Sendable, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable {
      case unreadable, syntax, unknownKey, wrongType, missing, outOfRange, badDuration, badSize
      case badValue, insecureFile, notLoopback
    }

    package let kind: Kind
    /// The line of the file, from 1; nil when the value came from the environment or from nowhere.
    package let line: Int?
    /// The environment variable that the value came from.
    package let variable: String?
    /// Keys from the top, joined by points; list items as `pools[0]`. Empty for the whole file.
    package let path: String
    package let message: String

    package var description: String {
      let place = variable ?? line.map { "line \($0)" } ?? "not in the file"
      return path.isEmpty ? "\(place): \(message)" : "\(place): \(path) \(message)"
    }
  }

  package let file: String
  /// In the order of the lines; those of no line come last.
  package let faults: [Fault]

  package var description: String {
    let count = faults.count == 1 ? "1 fault" : "\(faults.count) faults"
    return
      (["\(file) has \(count); nothing was started. Correct the file and start again."]
      + faults.map { "  \($0)" }).joined(separator: "\n")
  }
}
