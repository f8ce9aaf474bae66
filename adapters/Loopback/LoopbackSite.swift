package import AdapterKit
import Foundation

/// A site without a cluster: leases are local processes, or nothing, and a folder. It serves demos
/// and tests, and is the template for an adapter of your own. It keeps every rule of `Adapter`:
/// what was delivered is what a living process stood for, so killing one leaves a gap in the
/// reading.
package actor LoopbackSite: Adapter {
  private let configuration: LoopbackConfiguration
  private let now: @Sendable () -> Int64
  private let files: LeaseFiles
  private var records: [String: LeaseRecord]

  /// Takes up what the folder holds; `now` is the market's clock. Throws when the folder cannot be
  /// made or a file in it cannot be read.
  package init(
    _ configuration: LoopbackConfiguration, now: @escaping @Sendable () -> Int64
  ) throws(AdapterError) {
    self.configuration = configuration
    self.now = now
    files = try LeaseFiles(directory: configuration.directory)
    records = try files.readAll()
  }

  package func check() throws(AdapterError) -> [Finding] {
    var findings = [
      Finding(.ok, "loopback: leases live in \(configuration.directory), no cluster is touched")
    ]
    if configuration.pools.isEmpty {
      findings.append(
        Finding(
          .fail, "no pool is configured", remedy: "add at least one pool to the agent's settings"))
    }
    for pool in configuration.pools {
      let fault = capacity(of: pool).fault
      findings.append(
        fault.map { Finding(.fail, $0, remedy: "correct this pool in the agent's settings") }
          ?? Finding(.ok, "pool \(pool.pool): \(pool.gpus) \(pool.chip), \(pool.unit) a node"))
    }
    if configuration.processes == .each,
      !FileManager.default.isExecutableFile(atPath: "/bin/sleep")
    {
      findings.append(
        Finding(
          .fix, "/bin/sleep is missing: no process can stand for a lease",
          remedy: "install coreutils, or set processes: none"))
    }
    return findings
  }

  package func capacity() throws(AdapterError) -> [PoolCapacity] {
    configuration.pools.map(capacity(of:))
  }

  package func allocations() throws(AdapterError) -> [Allocation] {
    try observe()
    return records.values.filter { $0.removed == nil }.map(allocation(of:))
      .sorted { $0.lease < $1.lease }
  }

  package func apply(_ order: AllocationOrder) throws(AdapterError) -> Allocation {
    if let fault = order.fault { throw .final("order \(order.lease): \(fault)") }
    guard let pool = configuration.pools.first(where: { $0.pool == order.pool }) else {
      throw .final("this site has no pool \(order.pool); see the agent's settings")
    }
    guard order.gpus <= pool.gpus else {
      throw .final("pool \(pool.pool) has \(pool.gpus) GPUs, \(order.gpus) were asked for")
    }
    try observe()
    let time = now()
    let earlier = records[order.lease].flatMap { $0.removed == nil ? $0 : nil }
    if let earlier, earlier.order.pool != order.pool {
      throw .final("lease \(order.lease) stands in pool \(earlier.order.pool) already")
    }
    if order.state == .open {
      let taken = records.values.filter {
        $0.removed == nil && $0.openSince != nil && $0.order.pool == order.pool
          && $0.order.lease != order.lease
      }.reduce(0) { $0 + $1.order.gpus }
      guard taken + order.gpus <= pool.gpus else {
        throw .again("pool \(pool.pool): \(taken) of \(pool.gpus) GPUs are taken by other leases")
      }
    }
    var record = records[order.lease] ?? LeaseRecord(order: order, created: time)
    if record.removed != nil {
      record.removed = nil
      record.created = time
    }
    set(&record, to: order, at: time)
    records[order.lease] = record
    try files.write(record)
    return allocation(of: record)
  }

  package func remove(_ lease: String) throws(AdapterError) {
    guard var record = records[lease], record.removed == nil else { return }
    try observe()
    record = records[lease] ?? record
    record.process?.end()
    record.process = nil
    record.openSince = nil
    record.removed = now()
    records[lease] = record
    try files.write(record)
  }

  /// A lease here leaves nothing but the record of it.
  package func wiped(_ lease: String) -> Bool? { records[lease]?.removed != nil ? true : nil }

  package func usage(_ interval: Interval) throws(AdapterError) -> [Usage] {
    try observe()
    let until = min(interval.to, now())
    guard until > interval.from else { return [] }
    for record in records.values where record.removed == nil { try files.write(record) }
    return records.values.map { $0.usage(Interval(from: interval.from, to: until)) }
      .filter { $0.delivered > 0 }.sorted { $0.lease < $1.lease }
  }

  /// Ends every process and removes every lease: for the end of a demo or test.
  package func stopAll() throws(AdapterError) {
    for lease in records.keys.sorted() { try remove(lease) }
  }

  private func capacity(of pool: LoopbackConfiguration.Pool) -> PoolCapacity {
    PoolCapacity(
      pool: pool.pool, chip: pool.chip, fabric: pool.fabric, unit: pool.unit, gpus: pool.gpus,
      runs: pool.runs(from: now(), days: configuration.horizonDays))
  }

  private func allocation(of record: LeaseRecord) -> Allocation {
    var access = ["login": "this machine", "folder": configuration.directory]
    if let process = record.process { access["see"] = "ps -o pid,etime,args -p \(process.pid)" }
    let bare = configuration.processes == .each && record.openSince != nil && record.process == nil
    return Allocation(
      lease: record.order.lease, pool: record.order.pool, gpus: record.order.gpus,
      state: record.openSince == nil ? .prepared : .open, access: access, created: record.created,
      note: bare ? "without a process: \(LoopbackConfiguration.mostProcesses) run already" : nil)
  }

  /// Turns the record into what was ordered; delivery up to now is in its stretches already.
  private func set(_ record: inout LeaseRecord, to order: AllocationOrder, at time: Int64) {
    let onTime = order.due <= time && time - order.due <= configuration.slack
    let wasOpen = record.openSince != nil
    let changes = record.order.gpus != order.gpus || !wasOpen
    record.order = order
    guard order.state == .open else {
      record.process?.end()
      record.process = nil
      record.openSince = nil
      return
    }
    if changes {
      // Late by a hair is on time, but never twice: what was delivered before `due` stands.
      let from = onTime ? max(order.due, order.start) : time
      record.cut(at: from)
      record.openSince = from
    }
    if record.process == nil, hasRoom { record.process = .start(named: "sampan:\(order.lease)") }
  }

  private var hasRoom: Bool {
    configuration.processes == .each
      && records.values.count { $0.process != nil } < LoopbackConfiguration.mostProcesses
  }

  /// Brings every open lease up to now. A lease whose process died was delivered until it was last
  /// seen alive; it gets a new process and is delivered again from now on.
  private func observe() throws(AdapterError) {
    let time = now()
    for lease in records.keys.sorted() {
      guard var record = records[lease] else { continue }
      if let removed = record.removed {
        guard time - removed > AdapterContract.usageKept else { continue }
        records[lease] = nil
        files.delete(lease)
        continue
      }
      if record.openSince != nil, time >= record.order.end {
        // The gate closes by itself.
        if record.process?.isAlive ?? true { record.extend(to: time) }
        record.process?.end()
        record.process = nil
        record.openSince = nil
        try files.write(record)
      } else if let process = record.process, !process.isAlive {
        record.process = .start(named: "sampan:\(lease)")
        record.openSince = time
        try files.write(record)
      } else {
        record.extend(to: time)
      }
      record.forget(before: time - 2 * AdapterContract.usageKept)
      records[lease] = record
    }
  }
}
