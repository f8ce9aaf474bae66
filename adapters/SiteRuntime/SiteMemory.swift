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

  /// Users of this centre's machines by the ledger's names, as last heard of: nobody loses a right
  /// because the centre's mapping does not answer.
  package var users: [String: String] = [:]

  package init(site: String) { self.site = site }

  private enum CodingKeys: String, CodingKey {
    case version, site, wanted, scale, metered, reported, outbox, generation, users
  }

  /// What a spool of an older agent does not have begins empty.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    version = try values.decode(Int.self, forKey: .version)
    site = try values.decode(String.self, forKey: .site)
    wanted = try values.decodeIfPresent(WantedSet.self, forKey: .wanted)
    scale = try values.decode(Int64.self, forKey: .scale)
    metered = try values.decode([String: Int64].self, forKey: .metered)
    reported = try values.decode([String: LeaseReport.State].self, forKey: .reported)
    outbox = try values.decode([ReadingBatch].self, forKey: .outbox)
    generation = try values.decode(Int64.self, forKey: .generation)
    users = try values.decodeIfPresent([String: String].self, forKey: .users) ?? [:]
  }
}
