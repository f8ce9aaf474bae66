package import AdapterKit

/// What `sampan-agent check` prints: findings in columns, and what would be offered now.
package struct CheckReport: Sendable {
  package var findings: [Finding]
  /// Nil when the cluster did not tell, or nothing is to be sold.
  package var plan: OfferPlan?
  package var currency: String

  /// Asks an adapter and never throws: an adapter that fails is a finding.
  package static func make(
    _ adapter: any Adapter, terms: OfferTerms, at now: Int64
  ) async -> CheckReport {
    var report = CheckReport(findings: [], plan: nil, currency: terms.currency)
    do throws(AdapterError) {
      report.findings = try await adapter.check()
      let pools = try await adapter.capacity()
      for fault in pools.compactMap(\.fault) {
        report.findings.append(Finding(.fail, fault, remedy: "correct what the adapter says"))
      }
      for term in terms.pools where !pools.contains(where: { $0.pool == term.pool }) {
        report.findings.append(
          Finding(
            .fix, "pool \(term.pool) is in the settings but not on the cluster",
            remedy: "correct its name; there are: \(pools.map(\.pool).joined(separator: ", "))"))
      }
      report.plan = OfferPlan(pools, terms: terms, at: now)
    } catch {
      report.findings.append(
        Finding(.fail, "the adapter does not answer: \(error.reason)", remedy: "see its own log"))
    }
    return report
  }

  /// True when nothing shuts out the site.
  package var isUsable: Bool { !findings.contains { $0.level == .fail } }

  /// One line each, the remedy below; levels that need work in capitals.
  package var text: String {
    var lines = Self.lines(findings)
    if offered.isEmpty { lines.append("Would offer nothing now.") }
    for pool in offered {
      lines.append(
        "Would offer now: \(pool.pool) \(pool.gpus) GPUs of \(pool.chip)"
          + " (\(pool.nodes) nodes), at \(currency) \(pool.lowestAsk)"
          + (pool.lowestAsk == pool.highestAsk ? "" : " to \(pool.highestAsk)")
          + " per GPU-hour.")
    }
    return lines.joined(separator: "\n")
  }

  /// What would be offered now of a pool.
  package struct Offered: Sendable, Encodable {
    package var pool: String
    package var chip: String
    package var gpus: Int64
    package var nodes: Int64
    /// Decimal, per GPU-hour, over the whole schedule.
    package var lowestAsk: String
    package var highestAsk: String
  }

  /// Pools with something to sell now or later.
  package var offered: [Offered] {
    (plan?.pools ?? []).compactMap { pool in
      let asks = pool.spans.map(\.ask)
      guard let first = pool.spans.first, let low = asks.min(), let high = asks.max() else {
        return nil
      }
      return Offered(
        pool: pool.pool, chip: pool.chip, gpus: Int64(first.gpus),
        nodes: Int64(first.gpus / pool.node), lowestAsk: Self.money(low),
        highestAsk: Self.money(high))
    }
  }

  /// Findings alone.
  package static func lines(_ findings: [Finding]) -> [String] {
    findings.flatMap { finding in
      let level =
        finding.level == .ok || finding.level == .warn
        ? finding.level.rawValue : finding.level.rawValue.uppercased()
      return [level + String(repeating: " ", count: 8 - level.count) + finding.text]
        + (finding.remedy.map { ["        -> \($0)"] } ?? [])
    }
  }

  private static func money(_ minor: Int64) -> String {
    let cents = minor % 100
    return "\(minor / 100).\(cents < 10 ? "0" : "")\(cents)"
  }
}
