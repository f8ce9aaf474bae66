/// One rule of the seam, held or broken by the adapter under test.
public struct ConformanceResult: Sendable, Hashable, Encodable {
  /// The rule as a sentence.
  public var name: String
  /// Whether it held.
  public var passed: Bool
  /// What was seen when it is broken.
  public var detail: String
}

/// The market clock that the adapter under test runs on.
public struct ConformanceClock: Sendable {
  /// Market time in ms.
  public var now: @Sendable () -> Int64
  /// Returns when that many ms of market time have passed.
  public var pass: @Sendable (Int64) async -> Void

  /// All members in their order.
  public init(
    now: @escaping @Sendable () -> Int64, pass: @escaping @Sendable (Int64) async -> Void
  ) {
    self.now = now
    self.pass = pass
  }
}

/// Tests an adapter against the rules of `Adapter`, on the real system behind it. It makes three
/// small leases of an hour whose names begin with `conform-`, waits six times `step`, and takes them away
/// again; nothing else is touched.
public struct Conformance: Sendable {
  let adapter: any Adapter
  let clock: ConformanceClock
  /// How long the leases stand in each state, ms of market time.
  let step: Int64

  /// Runs every rule in order. `pool` chooses the pool; without it the first one is taken that has
  /// room for three units now. `users` are people whom the centre's machines know; an adapter that
  /// sets up people needs at least one.
  public static func run(
    _ adapter: any Adapter, clock: ConformanceClock, pool: String? = nil, users: [String] = [],
    step: Int64 = 2_000
  ) async -> [ConformanceResult] {
    let suite = Conformance(adapter: adapter, clock: clock, step: step)
    var results = await suite.readingRules()
    guard let bench = await suite.bench(pool: pool, users: users) else {
      results.append(
        ConformanceResult(
          name: "a pool has three units free to test with", passed: false,
          detail: "no pool\(pool.map { " named \($0)" } ?? "") with three units now"))
      return results
    }
    results += await suite.orderRules(bench)
    results += await suite.resizeRules(bench)
    results += await suite.meteringRules(bench)
    results += await suite.removalRules(bench)
    results += await suite.refusalRules(bench)
    for lease in bench.leases { try? await adapter.remove(lease) }
    return results
  }

  /// Evaluates one rule. The body returns what is wrong, nil when nothing is.
  func rule(
    _ name: String, _ body: () async throws(AdapterError) -> String?
  ) async -> ConformanceResult {
    do {
      let fault = try await body()
      return ConformanceResult(name: name, passed: fault == nil, detail: fault ?? "")
    } catch {
      return ConformanceResult(name: name, passed: false, detail: "threw: \(error)")
    }
  }

  /// The pool and the two leases that the rules are tried on.
  private func bench(pool: String?, users: [String]) async -> Bench? {
    guard let pools = try? await adapter.capacity() else { return nil }
    let now = clock.now()
    for candidate in pools where pool == nil || candidate.pool == pool {
      let free = candidate.runs.first { $0.from <= now && now < $0.to }?.gpus ?? 0
      if candidate.unit > 0, free >= 3 * candidate.unit {
        return Bench(pool: candidate, users: users, now: now, length: max(step * 100, 3_600_000))
      }
    }
    return nil
  }

  /// The lease's allocation in the list; nil when it is absent or not listed, a fault when twice.
  func listed(_ lease: String) async throws(AdapterError) -> (Allocation?, fault: String?) {
    let all = try await adapter.allocations().filter { $0.lease == lease }
    if all.count > 1 { return (all[0], "\(lease) is listed \(all.count) times") }
    guard let only = all.first, only.state != .absent else { return (nil, nil) }
    return (only, nil)
  }

  func difference(
    _ allocation: Allocation?, from order: AllocationOrder
  ) -> String? {
    guard let allocation else { return "\(order.lease) is not there" }
    guard allocation.lease == order.lease, allocation.pool == order.pool else {
      return "asked for \(order.lease) in \(order.pool), got \(allocation.lease)"
        + " in \(allocation.pool)"
    }
    guard allocation.gpus == order.gpus, allocation.state.rawValue == order.state.rawValue else {
      return "asked for \(order.state) with \(order.gpus) GPUs, got \(allocation.state)"
        + " with \(allocation.gpus)"
    }
    return nil
  }

  /// The lease's usage, zero when it is not in the answer; a fault when twice or outside.
  func usage(
    _ lease: String, _ interval: Interval
  ) async throws(AdapterError) -> (delivered: Int64, used: Int64, fault: String?) {
    let all = try await adapter.usage(interval).filter { $0.lease == lease }
    guard all.count <= 1 else { return (0, 0, "\(lease) has \(all.count) usages") }
    guard let only = all.first else { return (0, 0, nil) }
    guard only.from >= interval.from, only.to <= interval.to, only.from <= only.to else {
      return (0, 0, "usage from \(only.from) to \(only.to) was not asked for")
    }
    return (only.delivered, only.used, nil)
  }
}

/// Where the rules are tried: one pool, three leases.
struct Bench: Sendable {
  let pool: PoolCapacity
  let users: [String]
  let first: String
  let second: String
  /// The one that is left to run into its end.
  let third: String
  let window: Interval

  init(pool: PoolCapacity, users: [String], now: Int64, length: Int64) {
    self.pool = pool
    self.users = users
    let tag = String(now, radix: 36)
    first = "conform-\(tag)-a"
    second = "conform-\(tag)-b"
    third = "conform-\(tag)-c"
    window = Interval(from: now, to: now + length)
  }

  var leases: [String] { [first, second, third] }

  func order(
    _ lease: String, _ state: AllocationOrder.State, units: Int64, at now: Int64
  ) -> AllocationOrder {
    AllocationOrder(
      lease: lease, tenant: "conform", pool: pool.pool, chip: pool.chip, state: state,
      gpus: units * pool.unit, start: window.from, end: window.to, due: now,
      users: users)
  }
}
