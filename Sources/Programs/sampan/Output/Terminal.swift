import Foundation

/// Where the program reads and writes. Results go to standard output; summaries, questions and
/// errors to standard error, so that a pipe carries results alone.
struct Terminal: Sendable {
  /// A person can answer.
  let isInteractive: Bool
  /// Results go to a person's eyes.
  let showsResults: Bool
  let usesColour: Bool

  static func current(environment: [String: String]) -> Terminal {
    let showsResults = isatty(STDOUT_FILENO) == 1
    let noColour = environment["NO_COLOR"].map { !$0.isEmpty } ?? false
    return Terminal(
      isInteractive: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
      showsResults: showsResults,
      usesColour: showsResults && !noColour && environment["TERM"] != "dumb")
  }

  /// Writes to standard output as it stands.
  func write(_ text: String) {
    Self.put(text, STDOUT_FILENO)
  }

  /// Writes a line to standard output.
  func say(_ line: String) { write(line + "\n") }

  /// Writes a line to standard error.
  func tell(_ line: String) { Self.put(line + "\n", STDERR_FILENO) }

  /// Writes what stands before a person's line.
  func prompt(_ text: String) { Self.put(text, STDERR_FILENO) }

  /// Asks a question that only y or yes answers with yes.
  func ask(_ question: String) -> Bool {
    Self.put("\(question) [y/N] ", STDERR_FILENO)
    let answer = readLine()?.trimmingCharacters(in: .whitespaces).lowercased()
    return answer == "y" || answer == "yes"
  }

  /// Straight to the descriptor: nothing is left in a buffer when the program ends. What the other
  /// end no longer takes is lost, and the system ends the program by SIGPIPE.
  private static func put(_ text: String, _ descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno != EINTR && errno != EAGAIN {
        return
      }
    }
  }
}
