import Accounts
import Foundation
import GRDB
import Ledger
import LedgerStore
import Seeded
import Testing
import Units

/// What documents say is what moved.
@Suite struct BillingTests {
  private func lines(
    _ file: LedgerFile, _ scope: Scope = .all, seller: String? = nil, buyer: String? = nil,
    from: Int64 = 0, until: Int64 = .max, page: Int = 7
  ) async throws -> [BilledRow] {
    let store = try LedgerStore(path: file.path)
    var all: [BilledRow] = []
    var after: (position: Int64, part: Int64)?
    while true {
      let rows = try await store.billed(
        BilledQuery(from: from, until: until, seller: seller, buyer: buyer), scope, after: after,
        limit: page)
      all += rows
      guard let last = rows.last else { break }
      after = (last.position, last.part)
    }
    try store.close()
    return all
  }

  private func moved(_ file: LedgerFile, _ sql: String) throws -> Int64 {
    let bench = try Workbench(path: file.path)
    defer { try? bench.close() }
    return try bench.queue.read { db in try Int64.fetchOne(db, sql: sql) ?? -1 }
  }

  @Test("Lines of a tenant sum to what left its account, page by page, without a gap or a repeat")
  func sums() async throws {
    let file = try LedgerFile.written()
    for (party, currency) in [("alpha", "hkd"), ("beta", "cny")] {
      let lines = try await lines(file, buyer: party)
      #expect(lines.count > 7)
      let keys = lines.map { [$0.position, $0.part] }
      #expect(Set(keys).count == keys.count)
      let paid = try moved(
        file,
        """
        SELECT sum(CASE WHEN debit = '\(party):\(currency)' THEN amount ELSE -amount END)
        FROM movements WHERE '\(party):\(currency)' IN (debit, credit)
          AND step IN ('posted', 'settled') AND reason NOT IN ('deposit', 'payout', 'grant', 'clawback', 'transfer')
        """)
      #expect(lines.reduce(0) { $0 + $1.amount } == paid)
      #expect(paid > 0)
      #expect(Set(lines.map(\.kind)).isSuperset(of: ["usage", "fee"]))
      #expect(Set(lines.filter { $0.kind == "fee" }.map(\.seller)) == ["sampan"])
    }
  }

  @Test(
    "A correction has lines of its own that name the charge and the dispute, by seller, sign turned"
  )
  func corrections() async throws {
    let file = try LedgerFile.written()
    let all = try await lines(file)
    let back = all.filter { $0.charge != nil }
    #expect(back.map(\.kind) == ["correction", "correction-fee", "correction-subsidy"])
    #expect(back.map(\.seller) == ["hkcentre", "sampan", "hkcentre"])
    let first = try #require(back.first)
    let usage = try #require(all.first { $0.kind == "usage" && $0.position == first.charge })
    #expect(first.day == usage.day && first.lease == usage.lease && first.charged == usage.time)
    // Half of what was charged, rounded for the tenant; the award has its half back.
    let delivered = try #require(usage.delivered)
    #expect(first.delivered == -(delivered - delivered / 2))
    #expect(first.amount < 0 && abs(2 * first.amount + usage.amount) <= 2)
    let share = try #require(
      all.first { $0.kind == "subsidy" && $0.position == first.charge && $0.lease == first.lease })
    #expect(back[2].amount > 0 && abs(2 * back[2].amount + share.amount) <= 2)
    #expect(back.allSatisfy { $0.dispute == back[0].dispute } && first.dispute != nil)
    #expect(first.taxed == usage.time && usage.taxed == usage.time)
    // A statement names both as well.
    let store = try LedgerStore(path: file.path)
    let statement = try await store.statement("alpha:hkd", before: nil, limit: 10_000)
    try store.close()
    let credits = statement.filter { $0.reason == .correction }
    #expect(credits.count == 2 && credits.allSatisfy { $0.charge == first.charge })
    #expect(credits.allSatisfy { $0.dispute == first.dispute })
    #expect(credits.reduce(0) { $0 + $1.amount } == -back.reduce(0) { $0 + $1.amount })
    #expect(
      statement.filter { $0.reason == .transfer }.allSatisfy { $0.subject.hasPrefix("transfer-") })
  }

  @Test("Rows of awards and leases have what the state has, corrections included")
  func awards() async throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    let rows = try await store.awards(.all, before: nil, limit: 10)
    try store.close()
    #expect(rows.count == 1)
    for row in rows {
      let live = try #require(Script.whole.end.scheme.awards[row.award.seq])
      #expect(row.award.paid == live.paid && row.award.delivered == live.delivered)
      #expect(row.award.used == live.used && row.award.returned == live.returned)
      #expect(row.award.amount == row.award.paid + row.held + row.left + row.award.returned)
      #expect(
        try moved(file, "SELECT sum(fund) FROM leases WHERE award = '\(row.award.id)'")
          == row.award.paid)
    }
  }

  @Test("The year of a fund has what the state has, and none of what came after its end")
  func scheme() async throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    func year(until: Int64, _ scope: Scope = .all) async throws -> FundYearRow? {
      try await store.fundYears(from: 0, until: until, fund: nil, scope).first
    }
    let fund = try #require(try await year(until: .max))
    let live = try #require(Script.whole.end.scheme.awards.values.first)
    let award = try #require(fund.awards.first)
    #expect(fund.fund == "scheme" && fund.awards.count == 1 && fund.calls.count == 1)
    #expect(fund.received == 2 && fund.granted == 1 && fund.declined == 1 && fund.waiting == 0)
    #expect(fund.waits.count == 2 && fund.calls[0].applications == 2 && fund.calls[0].awards == 1)
    #expect(award.amount == live.amount && award.paid == live.paid && award.clawed == live.clawed)
    #expect(award.paidInYear == live.paid && award.delivered == live.delivered)
    #expect(award.used == live.used && award.returned == live.returned && award.reported != nil)
    #expect(award.amount == award.paid + award.held + award.left + award.returned)
    #expect(fund.use.map(\.site) == ["cyberport"] && fund.use[0].paid == live.paid)
    #expect(fund.use[0].delivered == live.delivered && fund.use[0].leases > 0)
    // At every moment the sums are those of then.
    var last: Int64 = -1
    let times = [award.granted + 1] + (try await lines(file)).map { $0.time + 1 }
    for time in Set(times).sorted() where time > award.granted {
      let then = try #require(try await year(until: time)?.awards.first)
      #expect(then.amount == then.paid + then.held + then.left + then.returned)
      #expect(then.held >= 0 && then.left >= 0)
      last = max(last, then.paid)
    }
    #expect(last > live.paid, "it was corrected later")
    #expect((try await year(until: award.granted)?.awards ?? []).isEmpty)
    #expect(try await year(until: .max, Scope(party: "alpha")) == nil)
    #expect(try await year(until: .max, Scope(party: "scheme"))?.fund == "scheme")
    try store.close()
  }

  @Test("Every amount in the file is an integer, and what is none is not taken")
  func integers() throws {
    let file = try LedgerFile.written()
    let bench = try Workbench(path: file.path)
    defer { try? bench.close() }
    let columns = [
      ("movements", "amount"), ("transfers", "amount"), ("bank_lines", "amount"),
      ("charges", "tenant"), ("charges", "site"), ("charges", "fee"), ("charges", "fund"),
      ("corrections", "tenant"), ("trades", "tenant"), ("accounts", "balance"),
    ]
    var rows = 0
    for (table, column) in columns {
      let (all, integers) = try bench.queue.read { db in
        (
          try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)") ?? 0,
          try Int.fetchOne(
            db, sql: "SELECT count(*) FROM \(table) WHERE typeof(\(column)) = 'integer'") ?? 0
        )
      }
      #expect(all == integers && all > 0, "\(table).\(column)")
      rows += all
    }
    // 2^63, which SQLite would make a real number of elsewhere.
    #expect(throws: DatabaseError.self) {
      try bench.run("UPDATE accounts SET balance = 9223372036854775808.0 WHERE id = 'alpha:hkd'")
    }
    figure("T9", "amounts in the file, all integers", rows)
  }

  @Test("A party sees what it bills and is billed, and nothing else")
  func scope() async throws {
    let file = try LedgerFile.written()
    let all = try await lines(file)
    for party in ["alpha", "beta", "hkcentre"] {
      let seen = try await lines(file, Scope(party: party))
      #expect(seen.count == all.filter { [$0.seller, $0.buyer].contains(party) }.count)
      #expect(!seen.isEmpty)
    }
    #expect(try await lines(file, Scope(party: "gamma")).allSatisfy { $0.buyer == "gamma" })
  }

  @Test("A line belongs to the time at which it was booked, and to no other")
  func months() async throws {
    let file = try LedgerFile.written()
    let all = try await lines(file)
    let middle = all[all.count / 2].time
    let before = try await lines(file, until: middle)
    let after = try await lines(file, from: middle)
    #expect(before.allSatisfy { $0.time < middle } && after.allSatisfy { $0.time >= middle })
    #expect(before.count + after.count == all.count && !before.isEmpty)
  }

  @Test("The platform's report has the sums of the tables, and less than all of what was offered")
  func report() async throws {
    let file = try LedgerFile.written()
    let store = try LedgerStore(path: file.path)
    let sites = try await store.siteUse(from: 0, until: .max)
    let turnover = try await store.turnover(from: 0, until: .max)
    let turnout = try await store.turnout(from: 0, until: .max)
    try store.close()
    #expect(sites.map(\.site) == ["cyberport", "qianhai"])
    for site in sites {
      let sum = "FROM charges c JOIN leases l ON l.id = c.lease WHERE l.site = '\(site.site)'"
      let back = "FROM corrections c JOIN leases l ON l.id = c.lease WHERE l.site = '\(site.site)'"
      for (column, value) in [("delivered", site.delivered), ("site", site.earned)] {
        let charged = try moved(file, "SELECT coalesce(sum(c.\(column)), 0) \(sum)")
        let corrected = try moved(file, "SELECT coalesce(sum(c.\(column)), 0) \(back)")
        #expect(charged - corrected == value)
      }
      #expect(site.offered >= site.taken && site.offered > 0)
    }
    #expect(sites[0].taken > 0 && sites[0].earned > 0)
    for row in turnover {
      let suffix = row.currency.suffix
      #expect(
        try moved(
          file,
          """
          SELECT sum(amount) FROM movements WHERE reason = '\(row.reason)'
            AND step IN ('posted', 'settled') AND debit LIKE '%:\(suffix)'
          """) == row.amount)
    }
    #expect(turnover.contains { $0.reason == "charge" && $0.currency == .cny })
    #expect(turnout.rounds >= 6 && turnout.winners > 0 && turnout.bids >= turnout.winners)
  }
}
