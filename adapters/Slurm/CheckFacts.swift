/// What `check` judges: everything that was read, nothing of it changed.
package struct CheckFacts: Sendable {
  package var settings: ClusterSettings
  package var cluster: PoolSchedule.Cluster
  package var associations: [ClusterAssociation]
  package var qos: [ClusterQOS]
  package var users: [ClusterUser]
  /// Whom Slurm takes the agent for.
  package var reader: Reader
  /// Seconds since 1970 UTC, here, when the controller told its own.
  package var wall: Int64

  /// Whoever reads.
  package struct Reader: Sendable, Hashable {
    package var name: String
    package var isRoot: Bool
    /// When its token ends; nil without one, or without an end.
    package var tokenExpiry: Int64?
    package var hasToken: Bool

    package init(
      name: String, isRoot: Bool = false, tokenExpiry: Int64? = nil, hasToken: Bool = false
    ) {
      self.name = name
      self.isRoot = isRoot
      self.tokenExpiry = tokenExpiry
      self.hasToken = hasToken
    }
  }

  package init(
    settings: ClusterSettings, cluster: PoolSchedule.Cluster, associations: [ClusterAssociation],
    qos: [ClusterQOS], users: [ClusterUser], reader: Reader, wall: Int64
  ) {
    self.settings = settings
    self.cluster = cluster
    self.associations = associations
    self.qos = qos
    self.users = users
    self.reader = reader
    self.wall = wall
  }

  /// Something that does not hold, and the line that makes it hold.
  package struct Fault: Sendable, Hashable {
    package var text: String
    package var remedy: String

    package init(_ text: String, _ remedy: String) {
      self.text = text
      self.remedy = remedy
    }
  }

  func partition(of pool: SlurmConfiguration.Pool) -> ClusterPartition? {
    cluster.partitions.first { $0.name == pool.partition }
  }

  /// `limits`, `qos` and `safe` bring `associations` with them; `all` is everything.
  func enforces(_ word: String) -> Bool {
    let words = settings.list("AccountingStorageEnforce").map { $0.lowercased() }
    if words.contains("all") || words.contains(word) { return true }
    switch word {
    case "associations": return !Set(words).isDisjoint(with: ["limits", "qos", "safe", "wckeys"])
    case "limits": return words.contains("safe")
    default: return false
    }
  }

  /// Whether a job can reach only the GPUs that it was given.
  var constrainsDevices: Bool {
    settings["ConstrainDevices"]?.lowercased() == "yes"
      && settings.list("TaskPlugin").contains { $0.hasSuffix("cgroup") }
  }
}
