import Accounts
import Ledger
import LedgerFixture
import Market
import Units

// The rows of the catalogue of bad input about money and about two phases, each with its code.
extension TransferLeg {
  static func pay(_ debit: String, _ credit: String, _ amount: Int64) -> TransferLeg {
    var leg = TransferLeg()
    leg.debit = debit
    leg.credit = credit
    leg.amount = amount
    return leg
  }

  static func pend(
    _ debit: String, _ credit: String, _ amount: Int64, for timeout: Int64 = Span.hour
  ) -> TransferLeg {
    var leg = pay(debit, credit, amount)
    leg.action = .pend
    leg.timeout = timeout
    return leg
  }

  static func end(_ action: Action, _ pending: String, _ amount: Int64? = nil) -> TransferLeg {
    var leg = TransferLeg()
    leg.action = action
    leg.pending = pending
    leg.amount = amount
    return leg
  }
}

extension Hall {
  mutating func transfer(_ legs: TransferLeg..., by: String? = nil) throws -> [Event] {
    var terms = TransferTerms()
    terms.legs = legs
    return try exchange.send(.transfer(terms), by: by ?? hku, as: .trader)
  }

  /// Sets aside 1,000.00 of `hku` for the centre; the name of the leg.
  mutating func pending(for timeout: Int64 = Span.hour) throws -> String {
    let id = TransferTerms.id(exchange.state.position, 0)
    _ = try Exchange.accepted(
      try transfer(.pend("hku:hkd", "cyber:hkd", 100_000, for: timeout)))
    return id
  }

  /// Closes or opens an account.
  mutating func close(_ account: String, _ closed: Bool = true) throws -> [Event] {
    var closure = AccountClosure()
    closure.account = account
    closure.closed = closed
    return try exchange.decree(.closeAccount(closure))
  }
}

extension Way {
  static let transfers: [Way] = money + twoPhase

  private static let money: [Way] = [
    Way(code: .legShape) {
      var leg = TransferLeg.pay("hku:hkd", "cyber:hkd", 1)
      leg.amount = nil
      return try $0.transfer(leg)
    },
    Way(code: .accountOfMarket) { try $0.transfer(.pay("hku:hkd", "bank:hkd", 1)) },
    Way(code: .sameAccount) { try $0.transfer(.pay("hku:hkd", "hku:hkd", 1)) },
    Way(code: .currenciesDiffer) { try $0.transfer(.pay("hku:hkd", "thu:cny", 1)) },
    Way(code: .amountOutOfRange) { try $0.transfer(.pay("hku:hkd", "cyber:hkd", 0)) },
    Way(code: .accountClosed) {
      _ = try $0.exchange.tenant("empty", .hkd, money: 0)
      _ = try Exchange.accepted(try $0.close("empty:hkd"))
      return try $0.transfer(.pay("hku:hkd", "empty:hkd", 1))
    },
    Way(code: .accountInUse) { try $0.close("hku:hkd") },
    Way(code: .bankReferenceUsed) {
      var transfer = BankTransfer()
      transfer.account = "hku:hkd"
      transfer.reference = String(repeating: "0", count: 64)
      _ = try Exchange.accepted(try $0.exchange.decree(.deposit(transfer)))
      transfer.account = "thu:cny"
      return try $0.exchange.decree(.payout(transfer))
    },
  ]

  private static let twoPhase: [Way] = [
    Way(code: .timeoutNotAllowed) {
      var leg = TransferLeg.pay("hku:hkd", "cyber:hkd", 1)
      leg.timeout = 1
      return try $0.transfer(leg)
    },
    Way(code: .timeoutOutOfRange) {
      try $0.transfer(.pend("hku:hkd", "cyber:hkd", 1, for: .max))
    },
    Way(code: .pendingIsOwn) {
      let own = TransferTerms.id($0.exchange.state.position, 0)
      return try $0.transfer(.pend("hku:hkd", "cyber:hkd", 1), .end(.post, own))
    },
    Way(code: .unknownPending) { try $0.transfer(.end(.post, "transfer-1-0")) },
    Way(code: .pendingPosted) {
      let pending = try $0.pending()
      _ = try Exchange.accepted(try $0.transfer(.end(.post, pending)))
      return try $0.transfer(.end(.void, pending))
    },
    Way(code: .pendingVoided) {
      let pending = try $0.pending()
      _ = try Exchange.accepted(try $0.transfer(.end(.void, pending)))
      return try $0.transfer(.end(.post, pending))
    },
    Way(code: .pendingExpired) {
      let pending = try $0.pending()
      $0.exchange.time += Span.hour
      return try $0.transfer(.end(.post, pending))
    },
    Way(code: .pendingNotByHand) {
      let bid = try $0.bid($0.block(), by: $0.hku)
      return try $0.transfer(.end(.void, $0.exchange.state.book.bids[bid]?.hold ?? ""))
    },
    Way(code: .amountAbovePending) {
      let pending = try $0.pending()
      return try $0.transfer(.end(.post, pending, 100_001))
    },
    Way(code: .tooManyPendings) {
      for _ in 0..<AccountBook.mostTimed { _ = try $0.pending() }
      return try $0.transfer(.pend("hku:hkd", "cyber:hkd", 1))
    },
    Way(code: .nothingExpired) {
      _ = try $0.pending()
      var name = AccountName()
      name.account = "hku:hkd"
      $0.exchange.time += Span.hour - 1
      return try $0.exchange.send(.expireTransfers(name), by: "leader", as: .leader)
    },
  ]
}
