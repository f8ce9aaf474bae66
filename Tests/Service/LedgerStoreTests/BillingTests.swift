import Foundation
import GRDB
import LedgerStore
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
      #expect(try moved(file, "SELECT coalesce(sum(c.delivered), 0) \(sum)") == site.delivered)
      #expect(try moved(file, "SELECT coalesce(sum(c.site), 0) \(sum)") == site.earned)
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
