package import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One run of a program in a process group of its own, with a file as input, a time limit and an
/// output limit. Whatever it started in its group ends with it.
package struct ProgramRun: Sendable {
  /// How it ended. What it said on its error channel is its last 4 KiB, printable, by lines.
  package enum Result: Sendable {
    case exited(Int32, output: Data, words: Words)
    case signalled(Int32)
    case overTime
    case overOutput
    case notStarted(String)
  }

  /// An absolute path.
  package let program: String
  package let arguments: [String]
  /// All of it: nothing is inherited.
  package let environment: [String: String]
  package let input: Data
  package let timeLimit: Duration
  /// A longer answer, in bytes, ends the program.
  package let outputLimit: Int

  package init(
    program: String, arguments: [String], environment: [String: String], input: Data = Data(),
    timeLimit: Duration, outputLimit: Int
  ) {
    self.program = program
    self.arguments = arguments
    self.environment = environment
    self.input = input
    self.timeLimit = timeLimit
    self.outputLimit = outputLimit
  }

  /// Waits on a thread of its own, so that a slow program holds up nobody else.
  package func result() async -> Result {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: perform()) }
    }
  }

  private func perform() -> Result {
    guard let source = inputFile() else { return .notStarted("no temporary file for its input") }
    defer { close(source) }
    guard let output = Pipe.make() else { return .notStarted("no pipe: \(lastError)") }
    defer { output.closeAll() }
    guard let words = Pipe.make() else { return .notStarted("no pipe: \(lastError)") }
    defer { words.closeAll() }
    var pid: pid_t = 0
    var status = spawn(&pid, channels: [source, output.write, words.write])
    for _ in 0..<20 where status == ETXTBSY {
      // Somebody is just writing the program, or was a moment ago.
      usleep(10_000)
      status = spawn(&pid, channels: [source, output.write, words.write])
    }
    guard status == 0 else { return .notStarted(String(cString: strerror(status))) }
    output.closeWrite()
    words.closeWrite()
    return Watch(pid: pid, run: self, output: output.read, words: words.read).untilEnd()
  }

  private var lastError: String { String(cString: strerror(errno)) }

  /// The request in a file that has no name any more: the program may read it or not.
  private func inputFile() -> Int32? {
    let folder = FileManager.default.temporaryDirectory.path
    var path = Array("\(folder)/sampan-run.XXXXXX".utf8CString)
    let file = mkstemp(&path)
    guard file >= 0 else { return nil }
    unlink(path)
    _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    let written = input.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard written == input.count, lseek(file, 0, SEEK_SET) == 0 else {
      close(file)
      return nil
    }
    return file
  }

  private func spawn(_ pid: inout pid_t, channels: [Int32]) -> Int32 {
    var attributes = posix_spawnattr_t()
    var actions = posix_spawn_file_actions_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (channel, file) in channels.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file, Int32(channel))
    }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags =
      Int32(POSIX_SPAWN_SETPGROUP) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    #if canImport(Glibc)
      // Some more than are open now: others may open files meanwhile, closing none does no harm.
      let open = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
      let last = (open.compactMap { Int32($0) }.max() ?? 3) + 32
      for file in 3...last { posix_spawn_file_actions_addclose(&actions, file) }
      posix_spawnattr_setflags(&attributes, Int16(flags))
    #else
      let all = flags | Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
      posix_spawnattr_setflags(&attributes, Int16(all))
    #endif
    var words = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    var variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") }
    variables.append(nil)
    defer { for text in words + variables { free(text) } }
    return posix_spawn(&pid, program, &actions, &attributes, &words, &variables)
  }
}

/// The two ends of a pipe, each closed once.
private final class Pipe {
  let read: Int32
  let write: Int32
  private var writeOpen = true

  private init(_ ends: [Int32]) {
    read = ends[0]
    write = ends[1]
  }

  static func make() -> Pipe? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    return Pipe(ends)
  }

  func closeWrite() {
    if writeOpen { close(write) }
    writeOpen = false
  }

  func closeAll() {
    closeWrite()
    close(read)
  }
}
