import BrokerAPI
import BrokerClient
import Foundation

/// A live table: one line for each round that ended, prices per pool beside it.
struct RoundTable {
  private let client: BrokerClient
  private(set) var shown = 0
  private(set) var winners = 0
  private var last: Int64 = 0
  private var pools: [String] = []
  /// Prices seen per pool at the first hour of each round, minor units.
  private(set) var prices: [String: [Int64]] = [:]
  private(set) var currencies: [String: Wire.CurrencyCode] = [:]
  /// GPU-seconds committed and offered in the next day, summed over rounds, per pool.
  private(set) var committed: [String: Int64] = [:]
  private(set) var offered: [String: Int64] = [:]

  init(client: BrokerClient) { self.client = client }

  /// Leaves out the rounds that ended before the stream began.
  mutating func begin() async throws {
    for round in try await client.listRounds().page(limit: 5).items where round.state != .open {
      last = max(last, round.round)
    }
  }

  /// Shows the rounds that ended since the last call.
  mutating func update() async throws {
    var fresh: [Wire.Round] = []
    for try await round in client.listRounds() {
      if round.round <= last { break }
      if round.state == .ended || round.state == .void { fresh.append(round) }
      if fresh.count > 50 { break }
    }
    guard let newest = fresh.first else { return }
    let market = try await client.marketPrices()
    let book = try await client.marketBook()
    note(market, book)
    for round in fresh.reversed() {
      if shown.isMultiple(of: 20) { header() }
      show(round, isNewest: round.round == newest.round, book)
      last = round.round
      shown += 1
      winners += round.winners
    }
  }

  private mutating func note(_ market: Wire.MarketPrices, _ book: Wire.MarketBook) {
    for pool in market.pools {
      guard let run = pool.runs.first else { continue }
      if !pools.contains(pool.pool) { pools = (pools + [pool.pool]).sorted() }
      prices[pool.pool, default: []].append(run.price.minor)
      currencies[pool.pool] = run.price.currency
    }
    for pool in book.pools {
      guard let day = pool.days.first else { continue }
      committed[pool.pool, default: 0] += day.committed.milliseconds
      offered[pool.pool, default: 0] += day.offered.milliseconds
    }
  }

  private func header() {
    var line = "ROUND  CLOSED (+08:00)   BIDS  WON  WELFARE HKD   GAP    IN USE TODAY  "
    for pool in pools { line += pad(pool, 22) }
    emit(line)
  }

  private func show(_ round: Wire.Round, isNewest: Bool, _ book: Wire.MarketBook) {
    let closed = round.closedAt.map {
      String($0.text.prefix(16)).replacingOccurrences(of: "T", with: " ")
    }
    var line =
      pad("\(round.round)", 7) + pad(closed ?? "-", 18) + pad("\(round.bids)", 6, right: true)
    line += pad("\(round.winners)", 5, right: true)
    line += pad(round.welfare.map { String($0.text.dropFirst(4)) } ?? "void", 13, right: true)
    let gap = round.gapPermille.map { "\($0 / 10).\($0 % 10) %" } ?? "-"
    line += pad(gap, 8, right: true) + "    "
    let used = book.pools.compactMap { $0.days.first }
    let total = used.reduce(0) { $0 + $1.offered.milliseconds }
    let taken = used.reduce(0) { $0 + $1.committed.milliseconds }
    line += pad(isNewest && total > 0 ? "\(taken * 100 / total) %" : "", 14)
    if isNewest {
      for pool in pools {
        let price = prices[pool]?.last.map {
          WireMoney(currencies[pool] ?? .hkd, minor: $0).text
        }
        line += pad(price ?? "-", 22)
      }
    }
    emit(line)
  }

  /// At once, also into a file or pipe: the table is live.
  private func emit(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  private func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(1, width - text.count))
    return right ? space + text : text + space
  }
}
