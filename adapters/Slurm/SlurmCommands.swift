package import Foundation
package import Subprocess

/// Runs Slurm's commands for one cluster: with its slurm.conf, with the token in hand, with one form
/// of time, and with an error that says what to look at.
package struct SlurmCommands: Sendable {
  private let configuration: SlurmConfiguration
  private let token: TokenSource
  /// Larger answers are given up: some 50,000 jobs as JSON.
  private static let outputLimit = 256 << 20

  package init(_ configuration: SlurmConfiguration) {
    self.configuration = configuration
    token = TokenSource(configuration)
  }

  /// The output of one command that ended well. `name` is `sinfo`, `scontrol`, ...
  package func output(_ name: String, _ arguments: [String]) async throws(SlurmError) -> Data {
    let operation = ([name] + arguments).joined(separator: " ")
    guard let program = Self.find(name, in: configuration.commandFolder) else {
      throw SlurmError(.notStarted, operation, "\(name) is not installed")
    }
    var variables = environment
    if let token = try await token.current() { variables["SLURM_JWT"] = token }
    let run = ProgramRun(
      program: program, arguments: arguments, environment: variables,
      timeLimit: .seconds(configuration.timeLimitSeconds), outputLimit: Self.outputLimit)
    return try Self.answer(of: await run.result(), operation)
  }

  /// What a run came to, in the words of this adapter.
  package static func answer(
    of result: ProgramRun.Result, _ operation: String
  ) throws(SlurmError) -> Data {
    switch result {
    case .exited(let code, let output, let words):
      if code == 0 { return output }
      let kind = SlurmError.kind(ofWords: words.lines)
      throw SlurmError(kind, operation, "exit \(code): \(words.last)")
    case .signalled(let signal): throw SlurmError(.other, operation, "ended by signal \(signal)")
    case .overTime: throw SlurmError(.overTime, operation, "it was ended")
    case .overOutput: throw SlurmError(.unreadable, operation, "over \(outputLimit) bytes")
    case .notStarted(let reason): throw SlurmError(.notStarted, operation, reason)
    }
  }

  /// What every command is started with; whatever else the agent's own environment holds
  /// (SLURM_CLUSTERS, SQUEUE_FORMAT, ...) would change the answers.
  package var environment: [String: String] {
    var result = ProgramRun.environment(keeping: ["SLURM_CONF"])
    result["LANG"] = "C.UTF-8"
    result["SLURM_TIME_FORMAT"] = "%s"
    if let file = configuration.configurationFile { result["SLURM_CONF"] = file }
    return result
  }

  /// The first of that name in the folder, or along PATH.
  package static func find(_ name: String, in folder: String?) -> String? {
    if name.hasPrefix("/") { return name }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let folders = folder.map { [$0] } ?? path.split(separator: ":").map { String($0) }
    return (folders + (folder == nil ? ["/usr/bin", "/usr/sbin", "/usr/local/bin"] : []))
      .map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
