/// A job that slurmctld still knows: waiting, running or just over. Seconds since 1970 UTC.
package struct QueuedJob: Sendable, Hashable {
  package var id: Int64
  package var account: String
  package var user: String
  package var qos: String
  /// A waiting job may name several.
  package var partitions: [String]
  /// `PENDING`, `RUNNING`, `SUSPENDED`, `COMPLETING`, ...: capitals.
  package var state: String
  /// Why it waits: `Resources`, `Priority`, `JobHeldUser`, `AssocGrpGRES`, ...
  package var reason: String
  package var reservation: String?
  /// Where it runs, or began to.
  package var nodes: [String]
  /// GPUs by node where it runs; empty for a job that waits.
  package var gpusByNode: [String: Int64]
  /// What it holds, or asks for.
  package var gpus: Int64
  package var gpusByType: [String: Int64]
  package var nodeCount: Int64
  /// Of a waiting array, how many of its tasks wait.
  package var tasks: Int64
  /// Seconds; nil without a limit.
  package var timeLimit: Int64?
  /// Nil before it has begun, unless Slurm plans a start.
  package var start: Int64?
  /// When its limit ends it, nil when it has none.
  package var end: Int64?
  /// Nodes that it must have, and that it will not have.
  package var requiredNodes: [String]
  package var excludedNodes: [String]

  package init(id: Int64, account: String, partitions: [String], state: String) {
    self.id = id
    self.account = account
    self.partitions = partitions
    self.state = state
    user = ""
    qos = ""
    reason = ""
    nodes = []
    gpusByNode = [:]
    gpus = 0
    gpusByType = [:]
    nodeCount = 1
    tasks = 1
    requiredNodes = []
    excludedNodes = []
  }

  package var isPending: Bool { state == "PENDING" }

  /// True while it holds its nodes.
  package var isOnNodes: Bool {
    ["RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "STOPPED", "SIGNALING", "STAGE_OUT"]
      .contains(state)
  }
}

/// One run of a job in the accounting; a job that was requeued or resized has several. Seconds
/// since 1970 UTC. A run comes whole, never cut to the window that was asked for.
package struct AccountingJob: Sendable, Hashable {
  package var id: Int64
  package var account: String
  package var user: String
  package var partition: String
  package var qos: String
  /// The reservation that it ran in, by the id of its record; nil without one.
  package var reservationID: Int64?
  /// That reservation's name; nil also when the way of reading does not tell.
  package var reservation: String?
  /// `RUNNING`, `COMPLETED`, `CANCELLED`, ...: capitals, one word.
  package var state: String
  package var submitted: Int64
  /// Nil before it began; `end` is nil while it runs.
  package var start: Int64?
  package var end: Int64?
  package var suspendedSeconds: Int64
  package var gpus: Int64
  package var gpusByType: [String: Int64]
  package var nodes: [String]

  package init(id: Int64, account: String, state: String, start: Int64?, end: Int64?, gpus: Int64) {
    self.id = id
    self.account = account
    self.state = state
    self.start = start
    self.end = end
    self.gpus = gpus
    user = ""
    partition = ""
    qos = ""
    submitted = 0
    suspendedSeconds = 0
    gpusByType = [:]
    nodes = []
  }
}

/// Which runs are asked for: those that held something inside `[from, to)`.
package struct AccountingQuestion: Sendable, Hashable {
  /// Seconds since 1970 UTC.
  package var from: Int64
  package var to: Int64
  /// Only these; empty is all.
  package var accounts: [String]

  package init(from: Int64, to: Int64, accounts: [String] = []) {
    self.from = from
    self.to = to
    self.accounts = accounts
  }
}
