import Accounts
import GRDB
import Leases
import Ledger
import Market
import Units

extension Projection {
  func projectRegistry(_ event: Event, _ entry: Entry) throws {
    switch event {
    case .partyAdded(let party):
      try run(
        "INSERT INTO parties VALUES (?, ?, ?, ?)",
        [party.id, party.kind.rawValue, party.currency.rawValue, entry.position])
    case .principalAdded(let principal):
      try run(
        "INSERT INTO principals VALUES (?, ?, ?, ?, ?)",
        [
          principal.id, principal.party, principal.roles.map(\.rawValue).joined(separator: " "),
          principal.site, entry.position,
        ])
    case .siteAdded(let site):
      try run(
        "INSERT INTO sites VALUES (?, ?, ?, ?, ?, ?)",
        [
          site.id, site.centre, site.jurisdiction.rawValue, site.metro, site.currency.rawValue,
          entry.position,
        ])
    case .chipAdded(let chip): try run("INSERT INTO chips VALUES (?)", [chip.chip])
    case .certified(let certificate):
      try run(
        "INSERT OR REPLACE INTO certificates VALUES (?, ?, ?, ?, ?)",
        [
          certificate.site, certificate.dataClass, certificate.until, certificate.filing?.number,
          certificate.filing?.filed,
        ])
    case .latenciesSet(let report):
      for item in report.items {
        try run(
          "INSERT OR REPLACE INTO latencies VALUES (?, ?, ?, ?)",
          [report.site, item.metro, item.roundTrip, entry.time])
      }
    case .rateSet(let rate):
      try run(
        "INSERT INTO rates VALUES (?, ?, ?, ?, ?)",
        [
          entry.position, rate.currency.rawValue, rate.rate.numerator, rate.rate.denominator,
          rate.validUntil,
        ])
    case .rulesSet(let rules):
      try run("INSERT INTO rules VALUES (?, ?)", [entry.position, Self.text(rules)])
    case .oversightSet(let oversight):
      try run("INSERT INTO oversight VALUES (?, ?)", [entry.position, Self.text(oversight)])
    case .projectAdded(let added):
      try run(
        "INSERT INTO projects VALUES (?, ?, ?)", [added.party, added.project, entry.position])
    case .budgetSet(let budget): try project(budget, entry)
    case .proposalChanged(let change): try project(change, entry)
    case .offerPublished(let offer):
      try run(
        "INSERT OR REPLACE INTO offers VALUES (?, ?, ?, ?, ?)",
        [offer.site, offer.generation, offer.sellUntil, entry.position, Self.text(offer)])
    case .offerWithdrawn(let withdrawal):
      try run("DELETE FROM offers WHERE site = ?", [withdrawal.site])
    default: break
    }
  }

  /// A transfer between parties: a row when it begins, and how it ended.
  func project(_ movement: Movement, _ index: Int, _ entry: Entry) throws {
    switch movement.step {
    case .pending, .posted:
      let posted = movement.step == .posted
      try transfer.text(movement.subject).text(movement.debit).text(movement.credit)
        .int(movement.amount).int(posted ? movement.amount : 0)
        .text(posted ? "posted" : "pending").int(movement.expires).int(entry.time)
        .int(entry.position).int(Int64(index)).run()
    case .settled, .voided, .expired:
      try run(
        "UPDATE transfers SET state = ?, posted = ? WHERE id = ?",
        [
          movement.step == .settled ? "posted" : movement.step.rawValue, movement.amount,
          movement.pending,
        ])
    }
  }

  private func project(_ budget: Budget, _ entry: Entry) throws {
    guard !budget.isEmpty else {
      return try run(
        "DELETE FROM budgets WHERE party = ? AND project = ?",
        [budget.party, budget.project ?? ""])
    }
    try run(
      "INSERT OR REPLACE INTO budgets VALUES (?, ?, ?, ?, ?, ?, ?)",
      [
        budget.party, budget.project ?? "", budget.money, budget.gpuTime, budget.carryPermille,
        budget.gracePermille, entry.position,
      ])
  }

  private func project(_ change: ProposalChanged, _ entry: Entry) throws {
    if change.state == .proposed {
      try run(
        "INSERT INTO proposals VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)",
        [
          change.proposal, change.command.rawValue, change.by, entry.time, change.expiresAt,
          change.state.rawValue,
        ])
    } else {
      try run(
        "UPDATE proposals SET state = ?, decided_by = ?, decided = ? WHERE position = ?",
        [change.state.rawValue, change.by, entry.time, change.proposal])
    }
  }

  func projectRound(_ event: Event, _ entry: Entry) throws {
    switch event {
    case .bidChanged(let bid):
      try run("UPDATE bids SET body = ? WHERE seq = ?", [Self.text(bid), bid.seq])
    case .bidEnded(let end):
      try bidEnd.text(end.cause.rawValue).int(entry.time).int(end.bid).run()
    case .roundClosed(let round):
      try run(
        """
        INSERT INTO rounds (round, state, closed, first_slot, bids, pools, closed_position, position)
        VALUES (?, 'closed', ?, ?, ?, ?, ?, ?)
        """,
        [
          round.round, entry.time, round.firstSlot, round.bids, round.pools, entry.position,
          entry.position,
        ])
    case .roundEnded(let round):
      try run(
        """
        UPDATE rounds SET state = ?, ended = ?, winners = ?, welfare = ?, bound = ?,
          iterations = ?, gpu_quarters = ?, position = ? WHERE round = ?
        """,
        [
          round.void ? "void" : "ended", entry.time, round.winners, round.welfare, round.bound,
          round.iterations, round.gpuQuarters, entry.position, round.round,
        ])
    case .pricesSet(let prices):
      for item in prices.runs {
        try run(
          "INSERT INTO prices VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          [
            prices.round, prices.pool, item.from, item.to, prices.currency.rawValue, item.ask,
            item.price, item.free, item.offered,
          ])
      }
    case .traded(let trade):
      try run(
        "INSERT INTO trades VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          trade.id, trade.bid, trade.round, trade.party, trade.currency.rawValue, trade.tenant,
          trade.fee, trade.gpuQuarters, entry.position, trade.fund,
        ])
      try run("UPDATE bids SET round = ? WHERE seq = ?", [trade.round, trade.bid])
    default: break
    }
  }

  /// The row keeps the lease as it was traded, with what was sold to it or taken from it since.
  private func change(
    _ lease: String, _ entry: Entry, _ change: (inout Lease) -> Void
  ) throws {
    guard
      let body = try String.fetchOne(
        db, sql: "SELECT body FROM leases WHERE id = ?", arguments: [lease])
    else { return }
    var changed = try FieldCodec.decode(Lease.self, from: Array(body.utf8))
    change(&changed)
    try run(
      "UPDATE leases SET body = ?, changed = ? WHERE id = ?",
      [Self.text(changed), entry.position, lease])
  }

  func projectLease(_ event: Event, _ entry: Entry) throws {
    switch event {
    case .leaseOrdered(let lease):
      try run(
        """
        INSERT INTO leases (id, trade, bid, party, site, centre, pool, chip, start, finish, phase,
          currency, site_currency, position, changed, award, body)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        [
          lease.id, lease.trade, lease.bid, lease.party, lease.site, lease.centre, lease.pool,
          lease.chip, lease.start, lease.tradedEnd, lease.phase.rawValue, lease.currency.rawValue,
          lease.siteCurrency.rawValue, entry.position, entry.position, lease.award,
          Self.text(lease),
        ])
    case .leaseChanged(let change):
      try run(
        "UPDATE leases SET phase = ?, ended = ?, settled = ?, changed = ? WHERE id = ?",
        [change.phase.rawValue, change.endedAt, change.settled, entry.position, change.lease])
    case .extrasSold(let sale): try change(sale.lease, entry) { $0.take(sale) }
    case .extrasCut(let cut): try change(cut.lease, entry) { $0.take(cut) }
    case .readingAccepted(let reading):
      try self.reading.text(reading.lease).int(reading.from).int(reading.to)
        .int(reading.delivered).int(reading.used).int(entry.position).run()
      try leaseReading.int(reading.delivered).int(reading.used).text(reading.lease).run()
    case .charged(let charge):
      try run(
        "INSERT INTO charges VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          charge.lease, charge.day, charge.party, charge.currency.rawValue, charge.tenant,
          charge.fee, charge.siteCurrency.rawValue, charge.site, charge.delivered, charge.used,
          charge.forgone, charge.last, entry.position, charge.fund,
        ])
      try run(
        """
        UPDATE leases SET charged = charged + ?, fee = fee + ?, earned = earned + ?,
          fund = fund + ? WHERE id = ?
        """, [charge.tenant, charge.fee, charge.site, charge.fund, charge.lease])
      try run(
        """
        UPDATE awards SET paid = paid + ?, delivered = delivered + ?, used = used + ?
        WHERE id = (SELECT award FROM leases WHERE id = ?)
        """, [charge.fund, charge.delivered, charge.used, charge.lease])
    default: break
    }
  }
}
