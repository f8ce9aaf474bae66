import Access
import BrokerAPI
import LedgerStore
import Units

// The yearly report of funds: what they called for, granted and paid, and what was done with it.
extension Broker {
  func schemeReport(_ call: Call) async throws -> Answer {
    guard let year = call.arguments.integer("year") else {
      throw Problem([Fault(.missing, at: "year", "name the year, as in year=2026")])
    }
    // The route has checked that it is a year.
    let first = try BillingMonth(parsing: "\(year)-01")
    let last = try BillingMonth(parsing: "\(year)-12")
    let until = last.until.milliseconds
    let rows = try await store.fundYears(
      from: first.from.milliseconds, until: until, fund: call.arguments.text("fund"),
      try purse(of: call))
    if let fund = call.arguments.text("fund"), rows.isEmpty {
      throw Problem(.notFound, "You see no fund \(fund) in \(year).", next: "Leave the fund out.")
    }
    let report = Wire.SchemeReport(
      year: small(year), from: first.from, until: last.until,
      position: Position(clamping: try await store.lastPosition(before: until) ?? 0),
      final: now >= until, funds: rows.map(\.wire))
    return .json(report.json())
  }
}

extension FundYearRow {
  var wire: Wire.FundYear {
    func sum(_ amount: (AwardYearRow) -> Int64) -> WireMoney {
      money(awards.reduce(0) { $0 + amount($1) }, currency)
    }
    return Wire.FundYear(
      fund: fund, calls: calls.map { $0.wire(currency) }, received: received, granted: granted,
      declined: declined, waiting: waiting,
      medianWaitMs: waits.isEmpty ? nil : waits[(waits.count - 1) / 2], longestWaitMs: waits.last,
      awarded: sum(\.amount), paid: sum(\.paid), held: sum(\.held), left: sum(\.left),
      returned: sum(\.returned), clawedBack: sum(\.clawed), paidInYear: sum(\.paidInYear),
      awards: awards.map { $0.wire(fund, currency) }, use: use.map { $0.wire(fund, currency) })
  }
}

extension CallYearRow {
  fileprivate func wire(_ currency: Currency) -> Wire.CallYear {
    Wire.CallYear(
      call: call, openedAt: instant(opened), closesAt: instant(closes),
      amount: money(amount, currency), applications: applications, awards: awards,
      awarded: money(awarded, currency))
  }
}

extension AwardYearRow {
  fileprivate func wire(_ fund: String, _ currency: Currency) -> Wire.AwardYear {
    Wire.AwardYear(
      fund: fund, award: award, tenant: party, grantedAt: instant(granted),
      amount: money(amount, currency), paid: money(paid, currency), held: money(held, currency),
      left: money(left, currency), returned: money(returned, currency),
      clawedBack: money(clawed, currency), paidInYear: money(paidInYear, currency),
      delivered: GPUSeconds(clamping: delivered), used: GPUSeconds(clamping: used),
      reportedAt: reported.map { instant($0) })
  }
}

extension SchemeUseRow {
  fileprivate func wire(_ fund: String, _ currency: Currency) -> Wire.SchemeUse {
    Wire.SchemeUse(
      fund: fund, site: site, centre: centre, chip: chip, leases: leases,
      delivered: GPUSeconds(clamping: delivered), used: GPUSeconds(clamping: used),
      // A correction lowers what was delivered, never what was used.
      usedPermille: delivered > 0
        ? small(Int64(clamping: min(1_000, Int128(used) * 1_000 / Int128(delivered)))) : nil,
      paid: money(paid, currency))
  }
}
