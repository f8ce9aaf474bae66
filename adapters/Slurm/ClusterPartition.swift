/// A partition as slurmctld knows it. Lists are nil where Slurm says ALL.
package struct ClusterPartition: Sendable, Hashable {
  package var name: String
  package var nodes: [String]
  /// `UP`, `DOWN`, `DRAIN`, `INACTIVE`.
  package var state: String
  package var isDefault: Bool
  package var allowAccounts: [String]?
  package var denyAccounts: [String]
  package var allowQOS: [String]?
  package var denyQOS: [String]
  package var allowGroups: [String]?
  /// The partition's own QOS, which limits everybody in it.
  package var qos: String?
  /// Seconds; nil without a limit.
  package var maxTime: Int64?
  package var defaultTime: Int64?
  /// Only jobs in a reservation run here.
  package var requiresReservation: Bool
  /// Only root may submit.
  package var isRootOnly: Bool

  package init(name: String, nodes: [String], state: String = "UP") {
    self.name = name
    self.nodes = nodes
    self.state = state
    isDefault = false
    denyAccounts = []
    denyQOS = []
    requiresReservation = false
    isRootOnly = false
  }

  /// Whether jobs of the account may run here. An account's parents do not count, as in Slurm.
  package func admits(account: String) -> Bool {
    let name = account.lowercased()
    if let allowAccounts { return allowAccounts.contains { $0.lowercased() == name } }
    return !denyAccounts.contains { $0.lowercased() == name }
  }

  /// Whether jobs with the QOS may run here.
  package func admits(qos: String) -> Bool {
    let name = qos.lowercased()
    if let allowQOS { return allowQOS.contains { $0.lowercased() == name } }
    return !denyQOS.contains { $0.lowercased() == name }
  }
}

/// A reservation as slurmctld knows it. Times are seconds since 1970 UTC.
package struct ClusterReservation: Sendable, Hashable {
  package var name: String
  package var nodes: [String]
  package var start: Int64
  package var end: Int64
  package var accounts: [String]
  package var users: [String]
  package var partition: String?
  /// Capitals: `MAINT`, `SPEC_NODES`, `DAILY`, `FLEX`, `OVERLAP`, ...
  package var flags: Set<String>
  /// `ACTIVE` or `INACTIVE`; nil where the way of reading does not tell.
  package var state: String?
  package var cores: Int64

  package init(
    name: String, nodes: [String], start: Int64, end: Int64, accounts: [String] = [],
    users: [String] = [], partition: String? = nil, flags: Set<String> = [],
    state: String? = nil, cores: Int64 = 0
  ) {
    self.name = name
    self.nodes = nodes
    self.start = start
    self.end = end
    self.accounts = accounts
    self.users = users
    self.partition = partition
    self.flags = flags
    self.state = state
    self.cores = cores
  }
}
