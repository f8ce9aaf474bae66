// The rules on how a lease goes, and on what must not come to be.
extension Conformance {
  /// Two leases side by side, one of which goes.
  func removalRules(_ bench: Bench) async -> [ConformanceResult] {
    let neighbour = bench.order(bench.second, .open, units: 1, at: clock.now())
    let past = Interval(from: bench.window.from, to: clock.now())
    let before = try? await usage(bench.first, past)
    var results = [
      await rule("two leases stand side by side") { () async throws(AdapterError) in
        let answer = try await adapter.apply(neighbour)
        let (other, fault) = try await listed(bench.first)
        if other == nil { return "\(bench.first) is gone" }
        return difference(answer, from: neighbour) ?? fault
      },
      await rule("closing one gate leaves another lease of the tenant open") {
        () async throws(AdapterError) in
        _ = try await adapter.apply(bench.order(bench.first, .prepared, units: 2, at: clock.now()))
        let (found, fault) = try await listed(bench.second)
        _ = try await adapter.apply(bench.order(bench.first, .open, units: 2, at: clock.now()))
        return fault ?? difference(found, from: neighbour)
      },
      await rule("a removed lease is no longer listed") { () async throws(AdapterError) in
        try await adapter.remove(bench.first)
        let (found, _) = try await listed(bench.first)
        return found.map { "\($0.lease) is still \($0.state)" }
      },
      await rule("removing one lease leaves the others") { () async throws(AdapterError) in
        let (found, fault) = try await listed(bench.second)
        return fault ?? difference(found, from: neighbour)
      },
      await rule("removing twice is fine") { () async throws(AdapterError) in
        try await adapter.remove(bench.first)
        let (found, _) = try await listed(bench.first)
        return found.map { "\($0.lease) is \($0.state) again" }
      },
      await rule("the usage of a removed lease stays known") { () async throws(AdapterError) in
        let after = try await usage(bench.first, past)
        guard let before else { return "there was no usage before" }
        return before.delivered == after.delivered && before.used == after.used
          ? nil : "delivered \(before.delivered) before, \(after.delivered) after"
      },
    ]
    let removed = clock.now()
    await clock.pass(step)
    results.append(
      await rule("nothing is delivered after the removal") { () async throws(AdapterError) in
        let found = try await usage(bench.first, Interval(from: removed, to: clock.now()))
        return found.delivered == 0 ? found.fault : "\(found.delivered) GPU-ms after it"
      })
    results.append(await ending(bench))
    return results
  }

  private func ending(_ bench: Bench) async -> ConformanceResult {
    var order = bench.order(bench.third, .open, units: 1, at: clock.now())
    order.end = clock.now() + step
    let result = await rule("nothing is delivered after the lease's own end") {
      () async throws(AdapterError) in
      _ = try await adapter.apply(order)
      await clock.pass(2 * step)
      let found = try await usage(bench.third, Interval(from: order.end, to: clock.now()))
      return found.delivered == 0 ? found.fault : "\(found.delivered) GPU-ms after it"
    }
    try? await adapter.remove(bench.third)
    return result
  }

  /// Orders that can never hold.
  func refusalRules(_ bench: Bench) async -> [ConformanceResult] {
    try? await adapter.remove(bench.second)
    var nowhere = bench.order(bench.second, .open, units: 1, at: clock.now())
    nowhere.pool = "conform-no-such-pool"
    var tooMuch = bench.order(bench.second, .open, units: 1, at: clock.now())
    tooMuch.gpus = bench.pool.gpus + bench.pool.unit
    return [
      await refusal("an order for an unknown pool is a final error", nowhere),
      await refusal("an order above the whole pool is a final error", tooMuch),
      await rule("a refused order leaves nothing behind") { () async throws(AdapterError) in
        let (found, _) = try await listed(bench.second)
        return found.map { "\($0.lease) is \($0.state) with \($0.gpus) GPUs" }
      },
      await rule("at the end nothing of the test is left") { () async throws(AdapterError) in
        let left = try await adapter.allocations().filter {
          bench.leases.contains($0.lease) && $0.state != .absent
        }
        return left.isEmpty ? nil : "left: \(left.map(\.lease))"
      },
    ]
  }

  private func refusal(_ name: String, _ order: AllocationOrder) async -> ConformanceResult {
    do {
      let answer = try await adapter.apply(order)
      return ConformanceResult(
        name: name, passed: false,
        detail: "answered \(answer.state) with \(answer.gpus) GPUs in \(answer.pool)")
    } catch {
      return ConformanceResult(
        name: name, passed: !error.isTransient, detail: error.isTransient ? "\(error)" : "")
    }
  }
}
