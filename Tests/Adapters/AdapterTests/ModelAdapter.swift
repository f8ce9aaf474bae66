import AdapterKit
import Synchronization

/// A market clock that goes only when it is told to.
final class HandClock: Sendable {
  private let time: Mutex<Int64>

  init(_ start: Int64 = 1_796_000_400_000) { time = Mutex(start) }

  var now: Int64 { time.withLock { $0 } }

  func pass(_ length: Int64) { time.withLock { $0 += length } }

  var conformance: ConformanceClock {
    ConformanceClock(now: { self.now }, pass: { self.pass($0) })
  }
}

/// An adapter in memory that keeps every rule, or breaks the one that it is told to break.
final class ModelAdapter: Adapter {
  enum Fault: String, CaseIterable, Sendable {
    case noFindings, remedyMissing, poolTwice, runsOverlap, capacityNetOfLeases
    case capacityChanges, removeUnknownThrows, prepareOpens, listsTwice, listsNothing
    case accessChanges, ignoresGrowth, ignoresShrinking, cannotCloseGate, deliversPrepared
    case deliversNothing, deliversTooMuch, usedTooMuch, usageChanges, usageNotAdditive
    case removesNothing, removesAll, removeTwiceThrows, usageForgotten, deliversAfterRemoval
    case unknownPoolAccepted, tooMuchAccepted, refusalTransient, refusalLeavesLease
    case deliversAfterEnd, checkCreates, neverOpens, resizeRewrites, closesAll
  }

  struct Lease {
    var order: AllocationOrder
    var created: Int64
    var removed = false
    /// Since `time` so many GPUs behind an open gate.
    var log: [(time: Int64, gpus: Int64)] = []
  }

  struct State {
    var leases: [String: Lease] = [:]
    var calls = 0
    var again: Set<String> = []
    var applied: [AllocationOrder] = []
  }

  let clock: HandClock
  let fault: Fault?
  let state = Mutex(State())
  /// Jobs of others on every lease's nodes; nil: this system does not tell.
  let others = Mutex<Int64?>(nil)
  let wipes = Mutex<Bool?>(nil)
  let gpus: Int64 = 32

  init(_ clock: HandClock, fault: Fault? = nil) {
    self.clock = clock
    self.fault = fault
  }

  func check() throws(AdapterError) -> [Finding] {
    if fault == .checkCreates {
      state.withLock {
        $0.calls += 1
        let order = AllocationOrder(
          lease: "check-\($0.calls)", tenant: "t", pool: "p", chip: "c", state: .prepared, gpus: 8,
          start: 0, end: 1, due: 0)
        $0.leases[order.lease] = Lease(order: order, created: 0)
      }
    }
    switch fault {
    case .noFindings: return []
    case .remedyMissing: return [Finding(.fix, "something is wrong")]
    default: return [Finding(.ok, "all well")]
    }
  }

  func capacity() throws(AdapterError) -> [PoolCapacity] {
    let now = clock.now
    var free = gpus
    if fault == .capacityNetOfLeases {
      free -= state.withLock {
        $0.leases.values.filter { !$0.removed }.map(\.order.gpus).reduce(0, +)
      }
    }
    let calls = state.withLock {
      $0.calls += 1
      return Int64($0.calls)
    }
    var runs = [CapacityRun(from: now - now % 900_000, to: now + 366 * 86_400_000, gpus: free)]
    if fault == .runsOverlap { runs.append(runs[0]) }
    let pool = PoolCapacity(
      pool: "p", chip: "c", fabric: "f", unit: 8,
      gpus: fault == .capacityChanges ? gpus + 8 * calls : gpus, runs: runs)
    return fault == .poolTwice ? [pool, pool] : [pool]
  }

  func allocations() throws(AdapterError) -> [Allocation] {
    if fault == .listsNothing { return [] }
    let all = state.withLock { $0.leases.values.filter { !$0.removed }.map(shown) }
    return fault == .listsTwice ? all + all : all
  }

  func apply(_ order: AllocationOrder) throws(AdapterError) -> Allocation {
    let refusal: String? =
      if order.pool != "p", fault != .unknownPoolAccepted {
        "no pool \(order.pool)"
      } else if order.gpus > gpus, fault != .tooMuchAccepted { "too many" } else { nil }
    if let refusal {
      if fault == .refusalLeavesLease { _ = make(order) }
      throw fault == .refusalTransient ? .again(refusal) : .final(refusal)
    }
    if state.withLock({ $0.again.contains(order.lease) }) { throw .again("busy") }
    return make(order)
  }

  private func make(_ order: AllocationOrder) -> Allocation {
    state.withLock { state in
      state.applied.append(order)
      state.calls += 1
      var lease = state.leases[order.lease] ?? Lease(order: order, created: clock.now)
      var order = order
      let before = lease.order.gpus
      if fault == .prepareOpens { order.state = .open }
      if fault == .neverOpens { order.state = .prepared }
      if fault == .cannotCloseGate, lease.order.state == .open { order.state = .open }
      if fault == .ignoresGrowth, order.gpus > before { order.gpus = before }
      if fault == .ignoresShrinking, order.gpus < before { order.gpus = before }
      if fault == .closesAll, order.state == .prepared {
        for key in state.leases.keys { state.leases[key]?.order.state = .prepared }
      }
      lease.order = order
      lease.removed = false
      let behind = order.state == .open || fault == .deliversPrepared ? order.gpus : 0
      lease.log.append((clock.now, behind))
      state.leases[order.lease] = lease
      var answer = shown(lease)
      if fault == .accessChanges { answer.access["call"] = "\(state.calls)" }
      return answer
    }
  }

  func remove(_ name: String) throws(AdapterError) {
    let known = state.withLock { $0.leases[name] }
    if fault == .removeUnknownThrows, known == nil { throw .final("no lease \(name)") }
    if fault == .removeTwiceThrows, known?.removed == true { throw .final("gone already") }
    if fault == .removesNothing { return }
    state.withLock { state in
      for key in state.leases.keys where key == name || fault == .removesAll {
        if state.leases[key]?.removed == true { continue }
        state.leases[key]?.removed = true
        if fault != .deliversAfterRemoval { state.leases[key]?.log.append((clock.now, 0)) }
      }
      if fault == .usageForgotten { state.leases[name] = nil }
    }
  }

  func wiped(_ lease: String) -> Bool? { wipes.withLock { $0 } }

  func usage(_ interval: Interval) throws(AdapterError) -> [Usage] {
    state.withLock { state in
      state.calls += 1
      return state.leases.values.map { lease in
        var sum: Int64 = 0
        var edges = lease.log
        edges.append((clock.now, 0))
        for (edge, next) in zip(edges, edges.dropFirst()) {
          var part = Interval(from: max(edge.time, lease.order.start), to: next.time)
          if fault != .deliversAfterEnd { part.to = min(part.to, lease.order.end) }
          sum += edge.gpus * (part.overlap(interval)?.length ?? 0)
        }
        switch fault {
        case .resizeRewrites: sum = sum / 100 * lease.order.gpus
        case .deliversNothing: sum = 0
        case .deliversTooMuch: sum = sum * 2
        case .usageChanges: sum -= min(sum, Int64(state.calls))
        case .usageNotAdditive: sum -= min(sum, 1)
        default: break
        }
        let used = fault == .usedTooMuch ? sum * 2 : sum * 9 / 10
        return Usage(
          lease: lease.order.lease, from: interval.from, to: interval.to, delivered: sum,
          used: used)
      }
    }
  }

  private func shown(_ lease: Lease) -> Allocation {
    Allocation(
      lease: lease.order.lease, pool: lease.order.pool, gpus: lease.order.gpus,
      state: lease.order.state == .open ? .open : .prepared, access: ["login": "here"],
      created: lease.created, nodes: others.withLock { $0 }.map { _ in lease.order.gpus / 8 },
      others: others.withLock { $0 })
  }
}
