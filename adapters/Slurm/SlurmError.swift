package import AdapterKit

/// Why Slurm gave no usable answer, by what an administrator would look at first.
package struct SlurmError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is not as it should be.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// slurmctld does not answer.
    case controllerDown
    /// slurmdbd, or the database behind it, does not answer.
    case databaseDown
    /// slurmrestd does not answer.
    case restDown
    /// The token is missing, over or not of this cluster.
    case token
    /// Slurm knows who asks and says no.
    case refused
    /// There is no such thing.
    case unknown
    /// An answer that cannot be read.
    case unreadable
    /// The program could not be started.
    case notStarted
    /// No answer in time.
    case overTime
    /// Anything else; the words say what.
    case other
  }

  package var kind: Kind
  /// What was asked for: a command line or a request.
  package var operation: String
  /// What came of it, in Slurm's words.
  package var words: String

  package init(_ kind: Kind, _ operation: String, _ words: String) {
    self.kind = kind
    self.operation = operation
    self.words = words
  }

  /// What, where, and what to do next.
  package var description: String { "\(summary). \(nextStep)" }

  /// What and where.
  package var summary: String { "\(operation): \(meaning) (\(words))" }

  /// For the agent: reading may be tried again whatever was wrong, and the lease stands meanwhile.
  package var again: AdapterError { .again(description) }

  private var meaning: String {
    switch kind {
    case .controllerDown: "slurmctld does not answer"
    case .databaseDown: "slurmdbd or its database does not answer"
    case .restDown: "slurmrestd does not answer"
    case .token: "the token is not accepted"
    case .refused: "not permitted"
    case .unknown: "there is no such thing"
    case .unreadable: "the answer cannot be read"
    case .notStarted: "it cannot be started"
    case .overTime: "no answer in time"
    case .other: "it failed"
    }
  }

  /// What to do next.
  package var nextStep: String {
    switch kind {
    case .controllerDown: "See `scontrol ping` and slurmctld's log; running jobs go on."
    case .databaseDown: "See `systemctl status slurmdbd` and its log; running jobs go on."
    case .restDown: "See `systemctl status slurmrestd`, and rest: url, socket in agent.yaml."
    case .token: "Renew tokenFile (`scontrol token lifespan=S`), or set tokenCommand."
    case .refused: "See `sampan-agent check` for the right that is missing."
    case .unknown: "See whether somebody removed it."
    case .unreadable: "Tell us the version (`sinfo --version`) and this line."
    case .notStarted: "Install the Slurm commands, or set slurm: commandFolder in agent.yaml."
    case .overTime: "See `sdiag` for a busy controller, or raise slurm: timeLimit."
    case .other: "Run the same by hand as the agent's user."
    }
  }

  /// Which of all this a command means by what it says on its error channel. Slurm has exit
  /// status 1 for everything, so there are only the words.
  package static func kind(ofWords lines: [String]) -> Kind {
    let text = lines.joined(separator: "\n").lowercased()
    for (kind, phrases) in Self.phrases where phrases.contains(where: { text.contains($0) }) {
      return kind
    }
    return .other
  }

  /// In order: the first that matches is meant. With a bad token slurmctld hangs up without a word
  /// ("zero bytes"), slurmdbd says that it cannot read
  /// the greeting or that authentication failed.
  private static let phrases: [(Kind, [String])] = [
    (
      .token,
      [
        "zero bytes were transmitted", "protocol authentication error",
        "invalid authentication credential", "authentication failure", "unable to read slurm_jwt",
        "failed to unpack slurm_persist_init",
      ]
    ),
    (
      .databaseDown,
      [
        "unable to connect to database", "slurmdbd", "persistinit", "slurm database",
        "persistent connection",
      ]
    ),
    (
      .controllerDown,
      [
        "unable to contact slurm controller", "unable to establish controller machine",
        "unable to establish configuration source", "slurm backup controller in standby",
      ]
    ),
    (.overTime, ["socket timed out", "timed out on send/recv"]),
    (.refused, ["access/permission denied", "permission denied", "access denied"]),
    (
      .unknown,
      [
        "invalid node name", "invalid partition name", "requested reservation is invalid",
        "reservation not found", "invalid job id", "nothing found with query",
      ]
    ),
  ]
}
