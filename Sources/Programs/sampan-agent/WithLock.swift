import AdapterKit
import ArgumentParser
import Foundation
import Slurm

/// Runs a command of the centre's own while no agent writes to slurmdbd.
struct WithLock: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a command that writes to slurmdbd while nobody else does.",
    discussion: """
      Example: sampan-agent with-lock -- sacctmgr -i add account physics
      The lock is an ordinary flock on a file; `flock FILE COMMAND` shares it as well.
      """)

  @Option(help: "The lock that the agent holds while it writes.")
  var lockFile = "/run/lock/sampan-slurm.lock"

  @Option(help: "How many seconds to wait for others who write.")
  var wait: Int64 = 60

  @Argument(parsing: .postTerminator, help: "The command and its words, after --.")
  var command: [String]

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("name a command after --: sampan-agent with-lock -- sacctmgr ...")
    }
    guard (0...86_400).contains(wait) else { throw ValidationError("--wait: 0 to 86400 seconds") }
  }

  func run() async throws {
    do {
      try await WriterLock(path: lockFile).keep(waiting: wait)
    } catch {
      throw Failure(description: error.reason)
    }
    // The command takes this process over, and the lock with it.
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
    words.append(nil)
    execvp(command[0], words)
    throw Failure(
      description: "\(command[0]) cannot be started: \(String(cString: strerror(errno)))")
  }
}
