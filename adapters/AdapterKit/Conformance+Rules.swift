// The rules, in the order in which one lease lives through them.
extension Conformance {
  /// What an adapter must answer before any lease exists.
  func readingRules() async -> [ConformanceResult] {
    [
      await rule("check finds something and says what to do about every fault") {
        () async throws(AdapterError) in
        let findings = try await adapter.check()
        if findings.isEmpty { return "no finding at all" }
        for finding in findings {
          if finding.text.isEmpty { return "a finding without a text" }
          let grave = finding.level == .fix || finding.level == .fail
          if grave, finding.remedy?.isEmpty ?? true { return "no remedy for: \(finding.text)" }
        }
        return nil
      },
      await rule("check changes nothing") { () async throws(AdapterError) in
        let before = Set(try await adapter.allocations().map(\.lease))
        _ = try await adapter.check()
        let after = Set(try await adapter.allocations().map(\.lease))
        return before == after ? nil : "allocations differ after check"
      },
      await rule("capacity names at least one pool and does not contradict itself") {
        () async throws(AdapterError) in
        let pools = try await adapter.capacity()
        if pools.isEmpty { return "no pool" }
        if Set(pools.map(\.pool)).count < pools.count { return "a pool is named twice" }
        for pool in pools { if let fault = pool.fault { return fault } }
        return nil
      },
      await rule("capacity is the same when asked again") { () async throws(AdapterError) in
        let first = try await adapter.capacity().map { [$0.pool, $0.chip, "\($0.gpus)"] }
        let second = try await adapter.capacity().map { [$0.pool, $0.chip, "\($0.gpus)"] }
        return first == second ? nil : "\(first), then \(second)"
      },
      await rule("removing a lease that never was is fine") { () async throws(AdapterError) in
        try await adapter.remove("conform-never-was")
        return nil
      },
    ]
  }

  /// Prepared and open, each asked for twice.
  func orderRules(_ bench: Bench) async -> [ConformanceResult] {
    let lease = bench.first
    let now = clock.now()
    let prepared = bench.order(lease, .prepared, units: 1, at: now)
    var results = [
      await rule("a prepared lease is there with its GPUs") { () async throws(AdapterError) in
        difference(try await adapter.apply(prepared), from: prepared)
      },
      await rule("a prepared lease is listed once") { () async throws(AdapterError) in
        let (found, fault) = try await listed(lease)
        return fault ?? difference(found, from: prepared)
      },
      await rule("preparing twice makes one lease") { () async throws(AdapterError) in
        let again = try await adapter.apply(prepared)
        let (found, fault) = try await listed(lease)
        return difference(again, from: prepared) ?? fault ?? difference(found, from: prepared)
      },
    ]
    await clock.pass(step)
    results.append(
      await rule("a prepared lease is not delivered") { () async throws(AdapterError) in
        let found = try await usage(lease, Interval(from: now, to: clock.now()))
        return found.fault
          ?? (found.delivered == 0 ? nil : "\(found.delivered) GPU-ms behind a closed gate")
      })
    let open = bench.order(lease, .open, units: 1, at: clock.now())
    results += [
      await rule("an opened lease is open with its GPUs") { () async throws(AdapterError) in
        difference(try await adapter.apply(open), from: open)
      },
      await rule("opening twice changes nothing, the access facts neither") {
        () async throws(AdapterError) in
        let once = try await adapter.apply(open)
        let twice = try await adapter.apply(open)
        if once.access != twice.access { return "access differs: \(once.access), \(twice.access)" }
        return difference(twice, from: open)
      },
      await rule("an open lease is listed once, as open") { () async throws(AdapterError) in
        let (found, fault) = try await listed(lease)
        return fault ?? difference(found, from: open)
      },
      await rule("our own leases are counted into the capacity") { () async throws(AdapterError) in
        let pool = try await adapter.capacity().first { $0.pool == bench.pool.pool }
        let now = clock.now()
        let before = bench.pool.runs.first { $0.from <= now && now < $0.to }?.gpus
        let after = pool?.runs.first { $0.from <= now && now < $0.to }?.gpus
        return before == after
          ? nil : "\(before ?? 0) GPUs before the lease, \(after ?? 0) with it"
      },
    ]
    return results
  }

  /// Up, down, the same again, and back behind the gate.
  func resizeRules(_ bench: Bench) async -> [ConformanceResult] {
    var results: [ConformanceResult] = []
    let steps: [(String, Int64)] = [
      ("an open lease grows", 2), ("growing again to the same size changes nothing", 2),
      ("an open lease shrinks", 1), ("shrinking again to the same size changes nothing", 1),
    ]
    for (name, units) in steps {
      let order = bench.order(bench.first, .open, units: units, at: clock.now())
      results.append(
        await rule(name) { () async throws(AdapterError) in
          let answer = try await adapter.apply(order)
          let (found, fault) = try await listed(bench.first)
          return difference(answer, from: order) ?? fault ?? difference(found, from: order)
        })
    }
    let closed = bench.order(bench.first, .prepared, units: 1, at: clock.now())
    results.append(
      await rule("the gate of an open lease can be closed") { () async throws(AdapterError) in
        let answer = try await adapter.apply(closed)
        let (found, fault) = try await listed(bench.first)
        return difference(answer, from: closed) ?? fault ?? difference(found, from: closed)
      })
    return results
  }

  /// Usage while a lease is open.
  func meteringRules(_ bench: Bench) async -> [ConformanceResult] {
    let lease = bench.first
    let order = bench.order(lease, .open, units: 2, at: clock.now())
    var results = [
      await rule("a closed gate opens again") { () async throws(AdapterError) in
        difference(try await adapter.apply(order), from: order)
      }
    ]
    let begin = clock.now()
    await clock.pass(step)
    let middle = clock.now()
    await clock.pass(step)
    let end = clock.now()
    let whole = Interval(from: begin, to: end)
    results += [
      await rule("an open lease is delivered") { () async throws(AdapterError) in
        let found = try await usage(lease, whole)
        return found.fault
          ?? (found.delivered > 0 ? nil : "nothing delivered in \(whole.length) ms")
      },
      await rule("never more is delivered or used than was leased") {
        () async throws(AdapterError) in
        let found = try await usage(lease, whole)
        let most = order.gpus * whole.length
        guard (0...most).contains(found.delivered), (0...most).contains(found.used) else {
          return "delivered \(found.delivered), used \(found.used) of \(most) GPU-ms"
        }
        return found.fault
      },
      await rule("the usage of a past interval does not change") { () async throws(AdapterError) in
        let once = try await usage(lease, whole)
        let twice = try await usage(lease, whole)
        return once.delivered == twice.delivered && once.used == twice.used
          ? nil : "\(once.delivered) and \(once.used), then \(twice.delivered) and \(twice.used)"
      },
      await rule("the parts of an interval add up to the whole") { () async throws(AdapterError) in
        let first = try await usage(lease, Interval(from: begin, to: middle)).delivered
        let second = try await usage(lease, Interval(from: middle, to: end)).delivered
        let all = try await usage(lease, whole).delivered
        return first + second == all ? nil : "\(first) + \(second) is not \(all)"
      },
      await rule("another size changes nothing of what was delivered before") {
        () async throws(AdapterError) in
        let before = try await usage(lease, whole)
        var smaller = order
        smaller.gpus = bench.pool.unit
        _ = try await adapter.apply(smaller)
        let after = try await usage(lease, whole)
        _ = try await adapter.apply(order)
        return before.delivered == after.delivered
          ? nil : "\(before.delivered) before it shrank, \(after.delivered) after"
      },
    ]
    return results
  }
}
