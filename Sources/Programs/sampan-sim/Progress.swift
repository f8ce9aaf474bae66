import Foundation

/// How far something is that takes more than two seconds, on standard error: one line that changes on a
/// terminal, elsewhere a line now and then.
struct Progress {
  private let start = ContinuousClock.now
  private var next: Double
  private let isTerminal = isatty(STDERR_FILENO) == 1

  init() { next = 2 }

  mutating func say(_ text: @autoclosure () -> String) {
    let seconds = RunCommand.seconds(since: start)
    guard seconds >= next else { return }
    next = seconds + (isTerminal ? 0.5 : 10)
    let line = "\(Int(seconds)) s: \(text())"
    write(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n")
  }

  /// Nothing of it stays on a terminal.
  func end() {
    if isTerminal { write("\r\u{1B}[K") }
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
