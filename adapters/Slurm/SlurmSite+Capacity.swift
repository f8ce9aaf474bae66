package import AdapterKit

// What may be leased, and whether leases would hold.
extension SlurmSite {
  /// A form of lease that was found to hold, or not to, is believed so long, in seconds.
  private static let verdictGood: Int64 = 600

  package func check() async throws(AdapterError) -> [Finding] {
    await ClusterCheck(configuration, reader: reader).findings()
  }

  package func capacity() async throws(AdapterError) -> [PoolCapacity] {
    var holdings: [String: [PoolSchedule.Holding]] = [:]
    if configuration.leaseAs != .reservation {
      for quota in try await quotas() {
        holdings[quota.pool, default: []] += (quota.record?.entries ?? []).map {
          PoolSchedule.Holding(gpus: $0.size, from: $0.start, to: $0.end)
        }
      }
    }
    let capacity = ClusterCapacity(configuration, reader: reader, clock: clock)
    var pools = try await read { _ async throws(SlurmError) in
      try await capacity.pools(holdings: holdings)
    }
    do throws(AdapterError) {
      try await expectToHold()
    } catch {
      guard !error.isTransient else { throw error }
      // What would not hold is not sold.
      for index in pools.indices { pools[index].runs = [] }
    }
    return pools
  }

  /// Refuses an order while leases of the form that is set would not hold here.
  func expectToHold() async throws(AdapterError) {
    let now = clock.wallSeconds
    if let verdict, verdict.until > now {
      if let reason = verdict.refusal { throw .final(reason) }
      return
    }
    let check = ClusterCheck(configuration, reader: reader)
    let refusal = try await read { _ async throws(SlurmError) in try await check.refusal() }
    // What does not hold may be mended any minute.
    verdict = (refusal, now + (refusal == nil ? Self.verdictGood : 10))
    if let refusal { throw .final(refusal) }
  }
}
