import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A process on this machine that stands for an open lease. It lives in a session of its own, so it
/// outlasts the agent, and it is known again by pid and start time, because pids come round again.
struct ChildProcess: Codable, Hashable {
  var pid: Int32
  /// Clock ticks between boot and the start of the process; 0 where the system does not tell.
  var started: Int64

  /// Starts a process that sleeps, shown by `ps` under the lease's name. Its folder is the root,
  /// its three channels are closed, it inherits no open file.
  static func start(named name: String) -> ChildProcess? {
    var attributes = posix_spawnattr_t()
    var actions = posix_spawn_file_actions_t()
    guard posix_spawnattr_init(&attributes) == 0 else { return nil }
    defer { posix_spawnattr_destroy(&attributes) }
    guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { posix_spawn_file_actions_destroy(&actions) }
    for channel: Int32 in 0...2 {
      posix_spawn_file_actions_addopen(&actions, channel, "/dev/null", O_RDWR, 0)
    }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK)
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    #if canImport(Glibc)
      for file in 3...lastFile { posix_spawn_file_actions_addclose(&actions, file) }
      flags |= 0x80  // POSIX_SPAWN_SETSID
    #else
      flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT) | Int32(POSIX_SPAWN_SETSID)
    #endif
    posix_spawnattr_setflags(&attributes, Int16(flags))
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(name), strdup("2147483647"), nil]
    defer { for argument in arguments { free(argument) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    var pid: pid_t = 0
    let status = posix_spawn(&pid, "/bin/sleep", &actions, &attributes, &arguments, &environment)
    guard status == 0 else { return nil }
    return ChildProcess(pid: pid, started: startTime(of: pid) ?? 0)
  }

  /// True while it runs. A child of ours that has died is buried on the way.
  var isAlive: Bool {
    var status: Int32 = 0
    _ = waitpid(pid, &status, WNOHANG)
    guard kill(pid, 0) == 0 else { return false }
    #if canImport(Glibc)
      return Self.startTime(of: pid) == started
    #else
      return true
    #endif
  }

  /// Ends it at once and waits until it is gone, a second at most.
  func end() {
    guard isAlive else { return }
    kill(pid, SIGKILL)
    for _ in 0..<200 where isAlive { usleep(5_000) }
  }

  /// Somewhat behind the last file that is open now: others may open files meanwhile, and closing
  /// one that is not there does no harm.
  private static var lastFile: Int32 {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    return ((names ?? []).compactMap { Int32($0) }.max() ?? 3) + 32
  }

  /// Field 22 of `/proc/PID/stat`, counted behind the name because that may hold blanks; nil for a
  /// process that is gone or dead.
  private static func startTime(of pid: pid_t) -> Int64? {
    #if canImport(Glibc)
      guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let close = text.lastIndex(of: ")")
      else { return nil }
      let fields = text[text.index(after: close)...].split(separator: " ")
      guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
      return Int64(fields[19])
    #else
      return nil
    #endif
  }
}
