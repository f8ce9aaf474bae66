import BrokerAPI
import Leases
import Ledger
import LedgerStore
import Market

// Awards: what they paid, hold and have left.
extension Broker {
  func listAwards(_ call: Call) async throws -> Answer {
    let rows = try await store.awards(
      try purse(of: call), before: try Cursor.number(call), limit: call.rows)
    return call.page(rows) {
      [String($0.award.seq)]
    } item: {
      $0.wire
    }
  }

  private func award(_ call: Call) async throws -> AwardRow {
    let id = try call.path("award")
    guard let row = try await store.award(id, try purse(of: call)) else {
      throw Problem(.notFound, "You have no award \(id).", next: "List the awards.")
    }
    return row
  }

  func showAward(_ call: Call) async throws -> Answer {
    let row = try await award(call)
    var body = row.wire
    if let report = row.award.report { body.report = try await word(report) }
    return .json(body.json())
  }

  func listAwardShares(_ call: Call) async throws -> Answer {
    let row = try await award(call)
    let cursor = try Cursor.read(call, count: 2)
    let before = try cursor.map { (position: try Cursor.number($0[0]), id: $0[1]) }
    let rows = try await store.shares(of: row.award.id, before: before, limit: call.rows)
    return call.page(rows) {
      [String($0.lease.position), $0.lease.lease.id]
    } item: { share in
      let lease = share.lease.lease
      return Wire.AwardShare(
        lease: lease.id, site: lease.site, chip: lease.chip, start: instant(lease.start),
        end: instant(share.lease.ended ?? lease.tradedEnd),
        delivered: GPUSeconds(clamping: share.lease.delivered),
        used: GPUSeconds(clamping: share.lease.used), paid: money(share.paid, lease.currency),
        charged: money(share.lease.charged, lease.currency))
    }
  }

  func reportProgress(_ call: Call) async throws -> Answer {
    let body: Wire.ReportProgress = try call.body()
    let row = try await award(call)
    var terms = ProgressTerms()
    terms.award = row.award.seq
    terms.report = Self.digest(body.report)
    return accepted(
      try await submit(.reportProgress(terms), call, words: [body.report]), id: row.award.id)
  }

  func releaseAward(_ call: Call) async throws -> Answer {
    let _: Wire.Nothing = try call.body()
    let row = try await award(call)
    return accepted(
      try await submit(.release(Numbered(row.award.seq)), call, words: []), id: row.award.id)
  }

  func clawBackAward(_ call: Call) async throws -> Answer {
    let body: Wire.ClawBack = try call.body()
    let row = try await award(call)
    var terms = ClawbackTerms()
    terms.award = row.award.seq
    terms.reason = Self.digest(body.reason)
    if let amount = body.amount {
      terms.amount = try Self.minor(amount, row.award.currency, at: "/amount")
    }
    return accepted(
      try await submit(.clawBack(terms), call, words: [body.reason]), id: row.award.id)
  }
}

extension AwardRow {
  fileprivate var wire: Wire.Award {
    func sum(_ minor: Int64) -> WireMoney { money(minor, award.currency) }
    return Wire.Award(
      award: award.id, tenant: award.party, fund: award.fund, call: "call-\(award.call)",
      application: "application-\(award.application)", account: award.account,
      state: award.ended ? .ended : .active, permille: small(award.permille),
      chips: award.chips, sites: award.sites, from: instant(award.from),
      until: instant(award.until), listPrices: small(award.list), amount: sum(award.amount),
      paid: sum(award.paid), held: sum(held), left: sum(left), locked: sum(award.locked),
      returned: sum(award.returned), clawedBack: sum(award.clawed), gpuHours: award.gpuHours,
      delivered: GPUSeconds(clamping: award.delivered), used: GPUSeconds(clamping: award.used),
      reportDue: instant(award.reportDue), reported: award.report != nil)
  }
}
