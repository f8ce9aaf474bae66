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

  /// Until when the broker may sell by what was sent last, whether or not its answer was heard.
  package var sellUntil: Int64 = 0
  /// Since when trades above `approveAbove` wait for a person.
  package var large: [String: Int64] = [:]
  /// Leases that no person approved in time, or that one declined.
  package var lapsed: [String] = []
  /// What the system showed of leases that are not closed.
  package var observed: [String: Observation] = [:]

  package init(site: String) { self.site = site }

  /// Leases that are sold and not over.
  package func running(at now: Int64) -> [WantedLease] {
    (wanted?.leases ?? []).filter { now < $0.close && reported[$0.lease] != .closed }
  }

  private enum CodingKeys: String, CodingKey {
    case version, site, wanted, scale, metered, reported, outbox, generation, users
    case sellUntil, large, lapsed, observed
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
    sellUntil = try values.decodeIfPresent(Int64.self, forKey: .sellUntil) ?? 0
    large = try values.decodeIfPresent([String: Int64].self, forKey: .large) ?? [:]
    lapsed = try values.decodeIfPresent([String].self, forKey: .lapsed) ?? []
    users = try values.decodeIfPresent([String: String].self, forKey: .users) ?? [:]
    observed = try values.decodeIfPresent([String: Observation].self, forKey: .observed) ?? [:]
  }
}
