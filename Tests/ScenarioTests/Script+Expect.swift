import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Placement
import Units

extension Script {
  /// What a script may demand:
  ///
  ///     expect a filled [at 14.00] [on SITE] [from 0+10:00] [until 0+14:00]
  ///     expect a has 12 at 0+10:30 [for 12.00]      GPUs then; what the extras cost
  ///     expect a open | gone | unfilled | refused CODE
  ///     expect refused CODE | accepted             of the last command
  ///     expect balance hku HKD 9900.00 / reserved hku HKD 0.00
  ///     expect parts more 3 / leases 2 / bids 0
  mutating func expect(_ words: [String]) throws {
    switch try word(words, 0) {
    case "refused":
      let code = try word(words, 1)
      guard lastRefusal?.code == code else { throw Wrong("it was \(said(lastRefusal))") }
    case "accepted":
      guard lastRefusal == nil else { throw Wrong("it was \(said(lastRefusal))") }
    case "balance", "reserved":
      let account = Exchange.account(try word(words, 1), try currency(word(words, 2)))
      let found =
        words[0] == "balance" ? exchange.balance(account) : exchange.reserved(account)
      guard exchange.state.accounts.accounts.contains(account) else {
        throw Wrong("no account \(account)")
      }
      guard found == (try amount(word(words, 3))) else { throw Wrong("it is \(money(found))") }
    case "parts":
      guard lastParts > Int(try word(words, 2)) ?? .max else { throw Wrong("it had \(lastParts)") }
    case "leases":
      try count(exchange.state.leases.count, words)
    case "bids":
      try count(exchange.state.book.bids.count, words)
    default: try expectBid(words)
    }
  }

  private func count(_ found: Int, _ words: [String]) throws {
    guard found == Int(try word(words, 1)) else { throw Wrong("there are \(found)") }
  }

  private func said(_ refusal: Refusal?) -> String {
    refusal.map { "refused: \($0.code)" } ?? "accepted"
  }

  private func expectBid(_ words: [String]) throws {
    guard let known = bids[words[0]] else { throw Wrong("no bid \(words[0])") }
    let number = known.entry.position
    let open = exchange.state.book.bids[number] != nil
    let got = leases[number] ?? []
    switch try word(words, 1) {
    case "refused":
      guard known.refusal?.code == (try word(words, 2)) else {
        throw Wrong("it was \(said(known.refusal))")
      }
    case "open": if !open || !got.isEmpty { throw Wrong("it is not open") }
    case "gone": if open || !got.isEmpty { throw Wrong("it is in the book or filled") }
    case "unfilled": if !got.isEmpty { throw Wrong("it was filled") }
    case "filled": try expectFill(got, words)
    case "has": try expectGPUs(got, words)
    default: throw Wrong("unknown expectation")
    }
  }

  private func expectGPUs(_ got: [Lease], _ words: [String]) throws {
    let time = try time(option(words, "at") ?? "")
    let gpus = got.reduce(0) { $0 + ($1.end > time ? $1.gpus(at: time) : 0) }
    guard gpus == Int64(try word(words, 2)) else { throw Wrong("it has \(gpus)") }
    guard let price = option(words, "for") else { return }
    let extras = got.flatMap(\.extras).filter { $0.from <= time && time < $0.to }
    guard !extras.isEmpty else { throw Wrong("it has no extras then") }
    for run in extras where run.price != (try amount(price)) {
      throw Wrong("it pays \(money(run.price))")
    }
  }

  private func expectFill(_ got: [Lease], _ words: [String]) throws {
    guard let first = got.first, let last = got.map(\.end).max() else {
      throw Wrong("it was not filled")
    }
    if let price = option(words, "at") {
      for run in got.flatMap(\.runs) where run.price != (try amount(price)) {
        throw Wrong("it pays \(money(run.price))")
      }
    }
    if let site = option(words, "on"), !got.contains(where: { $0.site == site }) {
      throw Wrong("it is on \(first.site)")
    }
    if let from = option(words, "from"), try time(from) != first.start {
      throw Wrong("it starts at \(clock(first.start))")
    }
    if let until = option(words, "until"), try time(until) != last {
      throw Wrong("it ends at \(clock(last))")
    }
  }
}
