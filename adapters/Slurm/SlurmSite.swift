package import AdapterKit

/// A Slurm cluster as a site. Reading goes through a `ClusterReader`, every change through the write
/// command of the settings, under the cluster's one writer lock; after a change the cluster is read
/// again, and what it then says is the answer.
package actor SlurmSite: Adapter {
  let configuration: SlurmConfiguration
  let clock: SlurmClock
  let reader: any ClusterReader
  let writer: SlurmWriter
  let book: LeaseBook
  let history: ReservationHistory
  let quotaReader: QuotaReader
  var records: [String: LeaseRecord]
  var reminders: [String: Reminder] = [:]
  /// Accounts as slurmdbd last had them, nil since a write whose outcome nobody has looked at.
  var lastQuotas: [StandingQuota]?
  /// Counts the writes' beginnings and ends, so that a look beside one is not taken for its outcome.
  var quotaWrites = 0
  /// Root's associations, and until when that is believed.
  var closedGate: (ids: Set<Int64>, until: Int64)?
  /// Why the form of lease would not hold here, and until when that is believed.
  var verdict: (refusal: String?, until: Int64)?
  /// When the tree of associations was last found sound, in seconds of the wall.
  var treeChecked: Int64?
  /// Lines for the agent's log.
  let note: @Sendable (String) -> Void
  /// How long one waits for others who write, in seconds.
  static let lockPatience: Int64 = 15

  /// Takes up what the state folder holds. Throws when that cannot be made or read.
  package init(
    _ configuration: SlurmConfiguration, clock: SlurmClock, reader: any ClusterReader,
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws(AdapterError) {
    self.configuration = configuration
    self.clock = clock
    self.reader = reader
    self.note = note
    writer = SlurmWriter(configuration)
    history = ReservationHistory(configuration)
    quotaReader = QuotaReader(configuration)
    book = try LeaseBook(folder: configuration.stateFolder)
    records = try book.readAll()
  }

  var lock: WriterLock { WriterLock(path: configuration.lockFile) }

  /// Slurm's word as the agent's: tried again, the lease stands meanwhile.
  func read<Value: Sendable>(
    _ body: (any ClusterReader) async throws(SlurmError) -> Value
  ) async throws(AdapterError) -> Value {
    do {
      return try await body(reader)
    } catch {
      throw error.again
    }
  }

  func make(_ change: ClusterChange) async throws(AdapterError) {
    forgetQuotas()
    defer { forgetQuotas() }
    do {
      try await writer.make(change)
    } catch {
      throw error.again
    }
  }

  private func forgetQuotas() {
    lastQuotas = nil
    quotaWrites += 1
  }

  func pools(in nodes: [ClusterNode]) -> [PoolNodes] {
    configuration.pools.map { PoolNodes($0, in: nodes) }
  }

  package func allocations() async throws(AdapterError) -> [Allocation] {
    resumeOverstays()
    return switch configuration.leaseAs {
    case .reservation: try await reservationAllocations()
    case .account, .qos: try await quotaAllocations()
    }
  }

  package func apply(_ order: AllocationOrder) async throws(AdapterError) -> Allocation {
    if let fault = order.fault { throw .final("order \(order.lease): \(fault)") }
    guard configuration.pools.contains(where: { $0.name == order.pool }) else {
      throw .final("this site has no pool \(order.pool); see pools: in agent.yaml")
    }
    do throws(AdapterError) {
      if order.end <= clock.now() { return over(order) }
      try await expectToHold()
      return switch configuration.leaseAs {
      case .reservation: try await applyReservation(order)
      case .account, .qos: try await applyQuota(order)
      }
    } catch {
      // Its end may have come while it was being set up.
      if order.end <= clock.now() { return over(order) }
      throw error
    }
  }

  private func over(_ order: AllocationOrder) -> Allocation {
    Allocation(
      lease: order.lease, pool: order.pool, gpus: 0, state: .absent, note: "its end has come")
  }

  package func remove(_ lease: String) async throws(AdapterError) {
    guard Identifier.isValid(lease) else { throw .final("\"\(lease)\" is not a lease") }
    switch configuration.leaseAs {
    case .reservation: try await removeReservation(lease)
    case .account, .qos: try await removeQuota(lease)
    }
    forgetReminders(of: lease)
  }

  /// Notes what an order says of a lease: the book needs its span, not to count outside of it.
  func remember(_ order: AllocationOrder) throws(AdapterError) {
    var record =
      records[order.lease]
      ?? LeaseRecord(lease: order.lease, pool: order.pool, settled: order.start)
    record.pool = order.pool
    record.start = order.start
    record.end = order.end
    guard records[order.lease] != record else { return }
    try book.write(record)
    records[order.lease] = record
  }
}
