/// What an agent must not forget: it is saved before anything that follows from it is done. What
/// exists on the cluster is not in it; that is asked of the cluster.
package struct SiteMemory: Sendable, Hashable, Codable {
  package var version = 1
  package var site: String
  /// The newest wanted set that was taken, so that an older one never is, and so that leases open
  /// and close on time while the broker is away.
  package var wanted: WantedSet?
  /// How fast the market ran when last heard of.
  package var scale: Int64 = 1
  /// For each lease: readings were made up to here.
  package var metered: [String: Int64] = [:]
  /// The last state of each lease that the broker has taken.
  package var reported: [String: LeaseReport.State] = [:]
  /// Readings that the broker has not yet taken, oldest first.
  package var outbox: [ReadingBatch] = []
  /// Of the last offer that was sent.
  package var generation: Int64 = 0

  package init(site: String) { self.site = site }
}
