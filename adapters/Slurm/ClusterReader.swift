/// Reads a cluster and changes nothing. One requirement a noun: each is one call on the controller
/// or on slurmdbd, so that nobody asks for more than he needs. Every time in what it gives is the
/// wall's, in seconds since 1970 UTC.
package protocol ClusterReader: Sendable {
  /// All nodes.
  func nodes() async throws(SlurmError) -> [ClusterNode]
  /// All partitions.
  func partitions() async throws(SlurmError) -> [ClusterPartition]
  /// All reservations, those to come too.
  func reservations() async throws(SlurmError) -> [ClusterReservation]
  /// Every job that the controller still knows.
  func queue() async throws(SlurmError) -> [QueuedJob]
  /// Runs of jobs in the accounting, also of those that the controller has forgotten.
  func accounting(_ question: AccountingQuestion) async throws(SlurmError) -> [AccountingJob]
  /// The tree of accounts and users on this cluster.
  func associations() async throws(SlurmError) -> [ClusterAssociation]
  /// All QOS; they belong to no cluster.
  func qos() async throws(SlurmError) -> [ClusterQOS]
  /// All users with their rights and defaults.
  func users() async throws(SlurmError) -> [ClusterUser]
  /// When nodes of this cluster were down or drained inside `[from, to)`.
  func nodeEvents(from: Int64, to: Int64) async throws(SlurmError) -> [NodeEvent]
  /// The controller's settings.
  func settings() async throws(SlurmError) -> ClusterSettings
}
