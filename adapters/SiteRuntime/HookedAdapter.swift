package import AdapterKit
import Foundation
import Subprocess
import Synchronization

/// An adapter with the centre's own programs around it: some before a lease opens, some after
/// nothing of it is left. Each is an absolute path, gets the lease in `SAMPAN_LEASE` and what the
/// order says beside it, and may be run again for the same lease. While one fails the gate stays
/// closed, or the lease counts as not yet removed. Those for the end run at least once for each lease
/// that anything was made for, whatever becomes of the agent or of the lease meanwhile: until then
/// the lease is told as prepared with no GPUs, so that it is removed again.
package struct HookedAdapter: Adapter {
  private let adapter: any Adapter
  private let beforeStart: [String]
  private let afterEnd: [String]
  private let opened = Opened()
  private let pending: OpenHooks
  private let now: @Sendable () -> Int64

  private final class Opened: Sendable {
    let leases = Mutex<Set<String>>([])
  }

  /// A hook may take so long.
  private static let timeLimit: Duration = .seconds(300)

  /// What must outlive the agent is kept in the folder, which is made when it is missing. `now` is
  /// the market's clock.
  package init(
    _ adapter: any Adapter, beforeStart: [String], afterEnd: [String], folder: String,
    now: @escaping @Sendable () -> Int64
  ) throws(AdapterError) {
    self.adapter = adapter
    self.now = now
    pending = try OpenHooks(folder: folder)
    self.beforeStart = beforeStart
    self.afterEnd = afterEnd
  }

  package func apply(_ order: AllocationOrder) async throws(AdapterError) -> Allocation {
    if !afterEnd.isEmpty, order.fault == nil {
      try pending.set(OpenHooks.Entry(lease: order.lease, pool: order.pool, end: order.end))
    }
    if order.state == .open, !opened.leases.withLock({ $0.contains(order.lease) }) {
      let stands = try await adapter.allocations().contains {
        $0.lease == order.lease && $0.state == .open
      }
      if !stands {
        try await run(
          beforeStart, order.lease,
          [
            "SAMPAN_TENANT": order.tenant, "SAMPAN_POOL": order.pool,
            "SAMPAN_GPUS": "\(order.gpus)", "SAMPAN_USERS": order.users.joined(separator: " "),
          ])
      }
    }
    let answer = try await adapter.apply(order)
    opened.leases.withLock { leases in
      if answer.state == .open {
        leases.insert(order.lease)
      } else {
        leases.remove(order.lease)
      }
    }
    return answer
  }

  package func remove(_ lease: String) async throws(AdapterError) {
    if var entry = pending[lease] {
      entry.isLeaving = true
      try pending.set(entry)
    }
    try await adapter.remove(lease)
    _ = opened.leases.withLock { $0.remove(lease) }
    try await run(afterEnd, lease, [:])
    pending.remove(lease)
  }

  package func wiped(_ lease: String) async -> Bool? { await adapter.wiped(lease) }

  package func check() async throws(AdapterError) -> [Finding] {
    let missing = (beforeStart + afterEnd).filter {
      !$0.hasPrefix("/") || !FileManager.default.isExecutableFile(atPath: $0)
    }
    return try await adapter.check()
      + missing.map {
        Finding(.fail, "hook \($0) cannot be started", remedy: "an absolute path and chmod +x")
      }
  }

  package func capacity() async throws(AdapterError) -> [PoolCapacity] {
    try await adapter.capacity()
  }

  package func allocations() async throws(AdapterError) -> [Allocation] {
    let found = try await adapter.allocations()
    let standing = Set(found.filter { $0.state != .absent }.map(\.lease))
    return found
      + pending.due(at: now()).filter { !standing.contains($0.lease) }.map {
        Allocation(
          lease: $0.lease, pool: $0.pool, gpus: 0, state: .prepared,
          note: "nothing of it is left, but its afterEnd hooks have not run")
      }
  }

  package func usage(_ interval: Interval) async throws(AdapterError) -> [Usage] {
    try await adapter.usage(interval)
  }

  package func plan(_ order: AllocationOrder) async throws(AdapterError) -> [String] {
    (order.state == .open ? beforeStart : []) + (try await adapter.plan(order))
  }

  package func plan(removing lease: String) async throws(AdapterError) -> [String] {
    try await adapter.plan(removing: lease) + afterEnd
  }

  package func remains() async throws(AdapterError) -> [String] { try await adapter.remains() }

  package func clear() async throws(AdapterError) { try await adapter.clear() }

  private func run(
    _ hooks: [String], _ lease: String, _ facts: [String: String]
  ) async throws(AdapterError) {
    let environment = ProgramRun.environment().merging(facts) { $1 }
      .merging(["SAMPAN_LEASE": lease]) { $1 }
    for hook in hooks {
      let run = ProgramRun(
        program: hook, arguments: [], environment: environment, timeLimit: Self.timeLimit,
        outputLimit: 65_536)
      let result = await run.result()
      if case .exited(0, _, _) = result { continue }
      throw .again("hook \(hook) for \(lease): \(result.reason)")
    }
  }
}
