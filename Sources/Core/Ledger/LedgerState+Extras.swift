import Accounts
import Leases
package import Market
import Placement
import Units

/// What a round sells to elastic leases of earlier rounds, and the money for it.
struct ExtrasDeals: Sendable {
  var sales: [ExtrasSale] = []
  var steps: [AccountBook.Step] = []
  /// The leases as they are afterwards, those with nothing sold included.
  var leases: [(key: LeaseKey, lease: Lease)] = []
}

// Elastic leases: hour by hour their extras are sold again (clearing.md, 1).
extension LedgerState {
  /// What the round sees of them.
  package var elasticLeases: [ElasticLease] {
    leases.values.compactMap { lease in
      guard let flexible = lease.flexible, flexible.soldThrough < flexible.until else { return nil }
      let held = lease.extra(before: flexible.soldThrough)
      return ElasticLease(
        lease: lease.id, bid: lease.bid, pool: lease.pool, room: flexible.room,
        held: held.map { ElasticLease.Held(gpus: $0.gpus, price: $0.price) },
        limit: flexible.limit, distance: flexible.distance, feePermille: lease.feePermille,
        siteRate: lease.siteRate, tenantRate: lease.tenantRate, from: flexible.soldThrough,
        until: flexible.until, quarters: flexible.coveredQuarters)
    }
  }

  /// Until when a tenant who gives back now is bound to its extras: to the end of the window
  /// (clearing.md, 1.4), as what it planned has kept others out.
  func boundUntil(_ flexible: Flexible) -> Int64 {
    let window = Grid(closing: time, rules: rules).start + rules.windowHours * Span.hour
    let edge = (window + Span.hour - 1) / Span.hour * Span.hour
    return min(flexible.until, max(flexible.soldThrough, edge))
  }

  /// Before a round sells to a lease, what is set aside for its extras is filled up from what the
  /// tenant has free; money that is lacking cuts the extras offered.
  mutating func topUpExtras() -> [Event] {
    let grid = Grid(closing: time, rules: rules)
    let sold = grid.edges[grid.extrasSold(rules)]
    var events: [Event] = []
    for (key, lease) in zip(leases.keys, leases.values) {
      var lease = lease
      guard let flexible = lease.flexible, flexible.soldThrough < min(flexible.until, sold),
        let account = accounts.accounts[Account.id(lease.party, lease.currency)]
      else { continue }
      let needed = flexible.needed(windowQuarters: rules.windowHours * 4)
      guard flexible.held < needed, account.available > 0 else { continue }
      let steps = lease.holdExtras(min(needed, flexible.held + account.available))
      guard let moved = try? move(steps) else { continue }
      leases[key] = lease
      events += moved
    }
    return events
  }

  /// What rows of the frozen running leases are sold, as bills within what each has set aside.
  func sell(
    _ rows: [(runs: [PriceRun], sum: Int128, gpuQuarters: Int64)], of frozen: FrozenRound,
    carried: Bool
  ) throws(OutcomeFault) -> ExtrasDeals {
    var deals = ExtrasDeals()
    let end = frozen.grid.edges[frozen.instance.extrasEnd]
    for (index, running) in frozen.running.enumerated() {
      guard let key = LeaseKey(running.lease), var lease = leases[key],
        let flexible = lease.flexible
      else { throw OutcomeFault("\(running.lease) is not there") }
      lease.flexible?.soldThrough = max(flexible.soldThrough, min(flexible.until, end))
      if rows.indices.contains(index), !rows[index].runs.isEmpty {
        let row = rows[index]
        var sale = try sale(of: lease, sum: row.sum)
        sale.carried = carried
        sale.round = frozen.round
        sale.runs = row.runs
        deals.steps += lease.exchangeExtras(
          windowQuarters: rules.windowHours * 4, freed: -sale.tenant - sale.fee
        ) { $0.take(sale) }
        deals.sales.append(sale)
      }
      deals.leases.append((key, lease))
    }
    return deals
  }

  /// Keeps leases as they are after a sale.
  mutating func keep(_ deals: ExtrasDeals) {
    for (key, lease) in deals.leases {
      leases[key] = lease
      // What may still be sold to it falls also where nothing was.
      plan(lease: lease.id)
    }
  }

  /// In a round without an outcome leases keep the extras of the slot before at its price.
  mutating func carryExtras(_ frozen: FrozenRound) -> (sales: [ExtrasSale], events: [Event]) {
    let rows = frozen.carried().enumerated().map { index, extras in
      frozen.sold(extras) { _ in frozen.running[index].held?.price ?? 0 }
    }
    guard let deals = try? sell(rows, of: frozen, carried: true),
      let moved = try? move(deals.steps)
    else { return ([], []) }
    keep(deals)
    return (deals.sales, moved + deals.sales.map { .extrasSold($0) })
  }

  /// What more the lease owes at most: rounding is once over its life.
  private func sale(of lease: Lease, sum: Int128) throws(OutcomeFault) -> ExtrasSale {
    func bill(_ sum: Int128) -> Bill? {
      Bill(
        sum: sum, siteRate: lease.siteRate, tenantRate: lease.tenantRate,
        converts: lease.converts, feePermille: lease.feePermille)
    }
    let billed = Int128(lease.money.billed)
    guard let before = bill(billed), let after = bill(billed + sum) else {
      throw OutcomeFault("bill out of bounds")
    }
    var sale = ExtrasSale()
    sale.billed = Int64(clamping: sum)
    sale.lease = lease.id
    sale.order = lease.order
    sale.party = lease.party
    sale.tenant = after.tenant - before.tenant
    sale.site = after.site - before.site
    let held = lease.flexible?.held ?? 0
    guard sale.tenant <= held else { throw OutcomeFault("extras beyond what is set aside") }
    // Two roundings may meet in one sale.
    sale.fee = min(after.fee - before.fee, held - sale.tenant)
    return sale
  }
}
