import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Units

extension Script {
  func money(_ amount: Int64) -> String {
    let cents = String(amount.magnitude % 100)
    return "\(amount < 0 ? "-" : "")\(amount.magnitude / 100).\(cents.count < 2 ? "0" : "")\(cents)"
  }

  func clock(_ time: Int64) -> String {
    let since = time - Exchange.monday
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let minutes = since / Span.minute
    return "\(minutes / 1_440)+\(two(minutes / 60 % 24)):\(two(minutes % 60))"
  }

  /// Writes down what a command caused, and the balances when money moved.
  mutating func note(_ words: [String], _ events: [Event]) {
    recording += "> \(words.joined(separator: " "))   [\(clock(exchange.state.time))]\n"
    let setUp = ["site", "tenant", "rate"].contains(words[0])
    var moved = false
    for event in events {
      if case .moneyMoved = event { moved = true }
      if setUp { continue }
      if let line = line(event) { recording += "  \(line)\n" }
    }
    guard moved else { return }
    for account in exchange.state.accounts.accounts.values {
      let pending = (account.debitsPending, account.creditsPending)
      if account.balance == 0, pending == (0, 0) { continue }
      recording += "  = \(account.id) \(money(account.balance))"
      if pending.0 > 0 { recording += " out \(money(pending.0))" }
      if pending.1 > 0 { recording += " in \(money(pending.1))" }
      recording += "\n"
    }
  }

  private func line(_ runs: [PriceRun]) -> String {
    runs.map { "\($0.gpus) x \(clock($0.from)) to \(clock($0.to)) at \(money($0.price))" }
      .joined(separator: ", ")
  }

  private func line(_ event: Event) -> String? {
    switch event {
    case .moneyMoved(let it):
      let held = it.held.map { " of \(money($0))" } ?? ""
      return "\(it.step.rawValue) \(money(it.amount))\(held) \(it.debit) -> \(it.credit)"
        + " (\(it.reason.rawValue), \(it.subject))"
    case .bidPlaced(let it):
      let moved = it.moved.map { " for what is left of \($0.lease)" } ?? ""
      return "\(it.id) placed by \(it.party)\(moved)"
    case .capacityReclaimed(let it):
      if it.excused {
        return "\(it.pool): nobody is at fault for \(it.leases.joined(separator: " "))"
      }
      return "\(it.pool) has \(it.gpus) less from \(clock(it.from)) to \(clock(it.to)),"
        + " hits \(it.leases.isEmpty ? "none" : it.leases.joined(separator: " "))"
    case .extrasCut(let it):
      return "\(it.lease) has from \(clock(it.from)) \(it.runs.isEmpty ? "none" : line(it.runs)):"
        + " \(money(it.tenant)) less, fee \(money(it.fee))"
    case .damagesDue(let it):
      return "\(it.centre) owes \(money(it.amount)) for \(it.lease), \(money(it.paid)) is paid"
    case .bidChanged(let it):
      let cause = it.moved.map { ", \($0.cause.rawValue)" } ?? ""
      return "\(it.id) changed\(cause)"
    case .bidEnded(let it): return "bid-\(it.bid) \(it.cause.rawValue)"
    case .roundClosed(let it):
      return
        "round \(it.round) closed: \(it.bids) bids, \(it.pools) pools, from \(clock(it.firstSlot))"
    case .roundEnded(let it):
      return "round \(it.round) ended\(it.void ? " void" : ""): \(it.winners) of \(it.bids),"
        + " welfare \(it.welfare), bound \(it.bound), \(it.gpuQuarters) GPU quarters"
    case .pricesSet(let it):
      return it.runs.first.map {
        "prices of \(it.pool): \(it.runs.count) runs, first \(money($0.price)), \($0.free) free"
      }
    case .traded(let it):
      return
        "\(it.id) of bid-\(it.bid): \(money(it.tenant)) \(it.currency.rawValue),"
        + " fee \(money(it.fee))"
    case .leaseOrdered(let it):
      let extras = it.extras.isEmpty ? "" : ", and \(line(it.extras))"
      return "\(it.id) on \(it.pool): \(line(it.runs))\(extras)"
    case .extrasSold(let it):
      return "\(it.lease) \(it.carried ? "keeps" : "gets") \(line(it.runs)):"
        + " \(money(it.tenant)), fee \(money(it.fee))"
    case .leaseChanged(let it):
      let ended = it.endedAt.map { ", ends \(clock($0))" } ?? ""
      let cause = it.cause.map { ", \($0.rawValue)" } ?? ""
      return "\(it.lease) \(it.phase.rawValue)\(ended)\(cause)\(it.settled ? ", settled" : "")"
    case .charged(let it):
      return "\(it.lease) charged for day \(it.day - MarketCalendar.day(of: Exchange.monday)):"
        + " tenant \(money(it.tenant)) \(it.currency.rawValue), fee \(money(it.fee)),"
        + " site \(money(it.site)) \(it.siteCurrency.rawValue)\(it.last ? ", last" : "")"
    case .refused(let it): return "refused: \(it.code.code)"
    case .readingAccepted: return nil
    default: return event.name
    }
  }
}
