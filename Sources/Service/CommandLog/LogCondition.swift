/// How the engine of the log is, for people.
package struct LogCondition: Sendable, Equatable {
  /// `local` or `etcd`.
  package var engine: String
  package var members: [LogMember]

  package init(engine: String, members: [LogMember]) {
    self.engine = engine
    self.members = members
  }

  /// Members that answered and follow a leader, more than half of all: appends go through.
  package var hasMajority: Bool {
    2 * members.filter { $0.problem == nil && $0.hasLeader }.count > members.count
  }

  /// Alarms of all members, each once, in order.
  package var alarms: [String] {
    members.flatMap(\.alarms).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

/// One member of the engine, as it answered, or did not.
package struct LogMember: Sendable, Equatable {
  /// Its name in the cluster; empty when nobody could say.
  package var name: String
  /// Where it was asked; the path of the file with the local engine.
  package var endpoint: String
  /// Why it did not answer; nil when it did.
  package var problem: String?
  package var version: String
  /// It is the leader of the consensus, which is not the replica that leads.
  package var isLeader: Bool
  package var hasLeader: Bool
  /// It has no vote.
  package var isLearner: Bool
  package var dataBytes: Int64
  package var usedBytes: Int64
  /// It answered what was never written: it has to be replaced.
  package var isRotten = false
  /// `NOSPACE`, `CORRUPT`; what it says about itself.
  package var alarms: [String]

  package init(
    name: String = "", endpoint: String, problem: String? = nil, version: String = "",
    isLeader: Bool = false, hasLeader: Bool = false, isLearner: Bool = false, dataBytes: Int64 = 0,
    usedBytes: Int64 = 0, alarms: [String] = []
  ) {
    self.name = name
    self.endpoint = endpoint
    self.problem = problem
    self.version = version
    self.isLeader = isLeader
    self.hasLeader = hasLeader
    self.isLearner = isLearner
    self.dataBytes = dataBytes
    self.usedBytes = usedBytes
    self.alarms = alarms
  }
}
