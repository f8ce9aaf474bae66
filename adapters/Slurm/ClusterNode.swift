/// A node as slurmctld knows it.
package struct ClusterNode: Sendable, Hashable {
  package var name: String
  package var partitions: [String]
  /// By Slurm's own name of the type, "" when it has none.
  package var gpusByType: [String: Int64]
  /// How many of them jobs hold.
  package var gpusInUse: Int64
  /// `idle`, `mixed`, `allocated`, `down`, ...: lower case.
  package var state: String
  /// `DRAIN`, `NOT_RESPONDING`, `MAINTENANCE`, `RESERVED`, ...: capitals.
  package var flags: Set<String>
  /// Why it is drained or down, and who said so; empty when nobody did.
  package var reason: String
  package var reasonBy: String

  package init(
    name: String, partitions: [String], gpusByType: [String: Int64], gpusInUse: Int64 = 0,
    state: String = "idle", flags: Set<String> = [], reason: String = "", reasonBy: String = ""
  ) {
    self.name = name
    self.partitions = partitions
    self.gpusByType = gpusByType
    self.gpusInUse = gpusInUse
    self.state = state
    self.flags = flags
    self.reason = reason
    self.reasonBy = reasonBy
  }

  /// All of them, whatever the type.
  package var gpus: Int64 { gpusByType.total }

  /// True when a job may start on it now as far as the node goes; reservations are no matter of the
  /// node. A draining node, and one that the controller has lost, are not usable; one that sleeps
  /// to save power is.
  package var isUsable: Bool {
    ["idle", "mixed", "allocated"].contains(state) && flags.isDisjoint(with: Self.unusable)
  }

  /// True when it is unusable and no reservation says until when.
  package var isBroken: Bool {
    var node = self
    node.flags.remove("MAINTENANCE")
    return !node.isUsable
  }

  private static let unusable: Set = [
    "DRAIN", "FAIL", "NOT_RESPONDING", "INVALID_REG", "REBOOT_ISSUED", "REBOOT_REQUESTED",
    "MAINTENANCE",
  ]
}

/// An interval in which a node was down or drained, as slurmdbd has it.
package struct NodeEvent: Sendable, Hashable {
  /// Empty when the whole cluster is meant.
  package var node: String
  /// Seconds since 1970 UTC; `end` is nil while it lasts.
  package var start: Int64
  package var end: Int64?
  /// Capitals, with flags: `DOWN`, `DRAIN`, `DOWN*`, `DRAINED`.
  package var state: String
  package var reason: String
  package var user: String

  package init(
    node: String, start: Int64, end: Int64?, state: String, reason: String = "", user: String = ""
  ) {
    self.node = node
    self.start = start
    self.end = end
    self.state = state
    self.reason = reason
    self.user = user
  }
}
