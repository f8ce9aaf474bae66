import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Follows one started program to its end: reads both its channels, keeps both limits, buries it.
struct Watch {
  let pid: pid_t
  let run: ProgramRun
  let output: Int32
  let words: Int32

  /// Of what it says on its error channel, only so many last bytes are kept.
  private static let wordsKept = 4_096

  func untilEnd() -> ProgramRun.Result {
    let clock = ContinuousClock()
    let deadline = clock.now + run.timeLimit
    var answer = Data()
    var said = Data()
    var outputOpen = true
    var wordsOpen = true
    while true {
      if clock.now >= deadline { return end(with: .overTime) }
      if outputOpen || wordsOpen {
        var files = [
          pollfd(fd: outputOpen ? output : -1, events: Int16(POLLIN), revents: 0),
          pollfd(fd: wordsOpen ? words : -1, events: Int16(POLLIN), revents: 0),
        ]
        poll(&files, 2, 50)
      } else {
        usleep(1_000)
      }
      // Asked before the last reading, so that nothing said before the end is lost.
      let status = ended()
      if outputOpen { outputOpen = drain(output, into: &answer) }
      if wordsOpen { wordsOpen = drain(words, into: &said) }
      if answer.count > run.outputLimit { return end(with: .overOutput) }
      if said.count > 16 * Self.wordsKept { said = Data(said.suffix(Self.wordsKept)) }
      guard let status else { continue }
      kill(-pid, SIGKILL)
      let signal = status & 0x7F
      if signal != 0 { return .signalled(signal) }
      return .exited(
        (status >> 8) & 0xFF, output: answer, words: Words(said.suffix(Self.wordsKept)))
    }
  }

  /// The wait status when the program itself has ended.
  private func ended() -> Int32? {
    var status: Int32 = 0
    return waitpid(pid, &status, WNOHANG) == pid ? status : nil
  }

  /// Ends the whole group: asked first, made to two seconds later.
  private func end(with result: ProgramRun.Result) -> ProgramRun.Result {
    kill(-pid, SIGTERM)
    for _ in 0..<200 {
      if ended() != nil {
        kill(-pid, SIGKILL)
        return result
      }
      usleep(10_000)
    }
    kill(-pid, SIGKILL)
    var status: Int32 = 0
    waitpid(pid, &status, 0)
    return result
  }

  /// Reads what is there; false when the other side has closed. Stops a little above the limit.
  private func drain(_ file: Int32, into data: inout Data) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while data.count <= run.outputLimit {
      let count = read(file, &buffer, buffer.count)
      if count > 0 {
        data.append(contentsOf: buffer[0..<count])
      } else {
        return count < 0 && (errno == EAGAIN || errno == EINTR)
      }
    }
    return true
  }
}
