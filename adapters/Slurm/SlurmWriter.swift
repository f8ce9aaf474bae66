import AdapterKit
import Foundation
import Subprocess

/// One change on the cluster: a verb of the write command and its words.
package struct ClusterChange: Sendable, Hashable {
  package var words: [String]

  package init(_ words: [String]) { self.words = words }
}

/// Hands every change to the write command, one at a time. It holds no right of its own.
struct SlurmWriter: Sendable {
  private let configuration: SlurmConfiguration
  private let commands: SlurmCommands

  init(_ configuration: SlurmConfiguration) {
    self.configuration = configuration
    commands = SlurmCommands(configuration)
  }

  /// What would be run, for a person.
  func line(_ change: ClusterChange) -> String {
    (configuration.writeCommand + change.words).map { Self.quoted($0) }.joined(separator: " ")
  }

  /// Makes one change. Nothing is known of a change that throws: whoever asked looks again.
  func make(_ change: ClusterChange) async throws(SlurmError) {
    let operation = line(change)
    guard let name = configuration.writeCommand.first else {
      throw SlurmError(.notStarted, operation, "slurm: writeCommand is not set in agent.yaml")
    }
    guard let program = SlurmCommands.find(name, in: nil) else {
      throw SlurmError(.notStarted, operation, "\(name) is not there")
    }
    let run = ProgramRun(
      program: program, arguments: configuration.writeCommand.dropFirst() + change.words,
      environment: commands.environment, timeLimit: .seconds(configuration.timeLimitSeconds),
      outputLimit: 1 << 20)
    _ = try SlurmCommands.answer(of: await run.result(), operation)
  }

  /// As a shell would take it; what needs no quotes has none.
  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-_./:,=@%+".utf8.contains(byte)
    }
    return plain && !word.isEmpty
      ? word : "'" + word.replacingOccurrences(of: "'", with: "'\\''") + "'"
  }
}
