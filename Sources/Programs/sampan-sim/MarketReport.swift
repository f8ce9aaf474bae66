import BrokerAPI
import BrokerClient
import Foundation

/// What a demonstration ends with.
struct MarketReport {
  var client: BrokerClient
  var table: RoundTable
  var feeder: Feeder

  func show() async throws {
    print("\n\(table.shown) rounds, \(feeder.placed) bids placed, \(table.winners) filled")
    for (code, count) in feeder.refused.sorted(by: { $0.key < $1.key }) {
      print("  \(count) bids refused: \(code)")
    }
    print("\nPOOL                    IN USE  PRICE PER GPU-HOUR (least, mean, most)")
    for pool in table.prices.keys.sorted() {
      let seen = table.prices[pool] ?? []
      let currency = table.currencies[pool] ?? .hkd
      let offered = table.offered[pool] ?? 0
      let used = offered > 0 ? (table.committed[pool] ?? 0) * 100 / offered : 0
      let mean = seen.reduce(0, +) / Int64(max(1, seen.count))
      let prices = [seen.min() ?? 0, mean, seen.max() ?? 0].map {
        String(WireMoney(currency, minor: $0).text.dropFirst(4))
      }
      print(
        left(pool, 24) + left("\(used) %", 8)
          + "\(currency.rawValue) \(prices.joined(separator: "  "))")
    }
    try await showLeases()
    try await showAccounts()
    let report = try await client.verifyLedger()
    print("\nLEDGER  \(report.entries.text) entries")
    for check in report.checks {
      print("\(left(check.name, 10)) \(check.ok ? "ok   " : "WRONG") \(check.detail)")
    }
    guard report.ok else { throw Failure(description: "the ledger does not hold") }
    print("ledger verified")
  }

  private func showLeases() async throws {
    var sold: Int64 = 0
    var delivered: Int64 = 0
    var used: Int64 = 0
    var count = 0
    for try await lease in client.listLeases() {
      count += 1
      delivered += lease.delivered.milliseconds
      used += lease.used.milliseconds
      for step in lease.steps {
        sold += Int64(step.gpus) * (step.to.milliseconds - step.from.milliseconds)
      }
    }
    print(
      "\n\(count) leases: \(sold / 3_600_000) GPU-hours traded, "
        + "\(delivered / 3_600_000) delivered so far, \(used / 3_600_000) used")
  }

  private func showAccounts() async throws {
    print(
      "\nACCOUNT                 BALANCE             HELD OR DUE         PAID (-) OR EARNED (+)")
    for try await account in client.listAccounts() {
      var charged: Int64 = 0
      for try await line in client.accountStatement(account.account)
      where line.kind == "charge" || line.kind == "fee" {
        charged += (line.credit?.minor ?? 0) - (line.debit?.minor ?? 0)
      }
      print(
        left(account.account, 24) + left(account.balance.text, 20) + left(account.held.text, 20)
          + WireMoney(account.currency, minor: charged).text)
    }
  }

  private func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }
}
