package import CommandLog

/// Where a replica stands among the others.
package struct ReplicaSeat: Sendable {
  /// In whose name it closes rounds, commits, settles and seals when it leads.
  package var principal: String
  package var name: String
  /// By which other replicas reach it; empty when there are none.
  package var url: String
  /// False for a follower without a vote: it applies and compares, and takes no commands.
  package var mayLead: Bool
  /// The log that several replicas share; nil: this is the only one, its log lies beside its ledger.
  package var log: (any CommandLog)?
  /// Sends a command to the replica that leads, and brings its receipt. It throws `moved` when that one
  /// does not lead, and anything else when it is not known whether it took the command.
  package var forward: (@Sendable (LeaderCard, Submission) async throws -> Receipt)?

  /// What each of the other replicas with a vote has for the seal at a position; nil: it has not come so
  /// far, or does not answer. Without it a replica whose seal differs stops at once.
  package var council: (@Sendable (Int64) async -> [SealView?])?

  package init(
    principal: String, name: String = "", url: String = "", mayLead: Bool = true,
    log: (any CommandLog)? = nil,
    forward: (@Sendable (LeaderCard, Submission) async throws -> Receipt)? = nil,
    council: (@Sendable (Int64) async -> [SealView?])? = nil
  ) {
    self.principal = principal
    self.name = name
    self.url = url
    self.mayLead = mayLead
    self.log = log
    self.forward = forward
    self.council = council
  }

  /// There is no other replica.
  var isAlone: Bool { log == nil }
}
