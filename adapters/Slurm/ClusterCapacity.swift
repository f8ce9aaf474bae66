package import AdapterKit

/// The schedules of all pools of a cluster, from one reading of it.
package struct ClusterCapacity: Sendable {
  /// So far ahead, in ms of the market. The agent offers less.
  private static let horizon: Int64 = 400 * 86_400_000

  private let configuration: SlurmConfiguration
  private let reader: any ClusterReader
  private let clock: SlurmClock

  package init(
    _ configuration: SlurmConfiguration, reader: any ClusterReader, clock: SlurmClock
  ) {
    self.configuration = configuration
    self.reader = reader
    self.clock = clock
  }

  /// One schedule a pool, from now to the horizon.
  package func schedules() async throws(SlurmError) -> [PoolSchedule] {
    let cluster = PoolSchedule.Cluster(
      nodes: try await reader.nodes(), partitions: try await reader.partitions(),
      reservations: try await reader.reservations(), queue: try await reader.queue())
    let start = clock.wallSeconds
    let end = clock.seconds(at: clock.now().addingClamped(Self.horizon))
    return configuration.pools.map {
      PoolSchedule($0, of: configuration, cluster: cluster, from: start, to: end)
    }
  }

  /// What may be leased. Where leases are no reservations the cluster does not say what they hold
  /// and until when: `holdings` does, by pool.
  package func pools(
    holdings: [String: [PoolSchedule.Holding]] = [:]
  ) async throws(SlurmError) -> [PoolCapacity] {
    try await schedules().map { schedule in
      let own =
        configuration.leaseAs == .reservation
        ? schedule.reservedHoldings : holdings[schedule.pool.name] ?? []
      return schedule.capacity(own, clock: clock)
    }
  }
}
