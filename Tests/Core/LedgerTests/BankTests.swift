import Accounts
import Leases
import Ledger
import LedgerFixture
import Market
import Testing
import Units

@Suite struct BankTests {
  private static func transfer(
    _ account: String, _ amount: Int64, _ digit: Character
  ) -> BankTransfer {
    var transfer = BankTransfer()
    transfer.account = account
    transfer.amount = amount
    transfer.reference = String(repeating: digit, count: 64)
    return transfer
  }

  @Test("a bank's reference counts once, in whatever direction, account and order of approvals")
  func references() throws {
    var hall = try Hall()
    // Two proposals may say the same; the one that is approved first has it.
    let first = hall.exchange.state.position
    let deposit = Self.transfer("hku:hkd", 500, "a")
    try hall.exchange.send(.deposit(deposit), by: "maker", as: .platform)
    let second = hall.exchange.state.position
    try hall.exchange.send(
      .deposit(Self.transfer("thu:cny", 700, "a")), by: "maker", as: .platform)
    func approve(_ number: Int64) throws -> Refusal? {
      Exchange.refusal(
        try hall.exchange.send(.approve(Numbered(number)), by: "checker", as: .platform))
    }
    #expect(try approve(second) == nil)
    #expect(try approve(first) == .bankReferenceUsed)
    #expect(hall.exchange.balance("thu:cny") == Hall.money + 700)
    #expect(hall.exchange.balance("hku:hkd") == Hall.money)
    let payout = Self.transfer("hku:hkd", 1, "a")
    #expect(Exchange.refusal(try hall.exchange.decree(.payout(payout))) == .bankReferenceUsed)
    // Years later it is known still, on a machine that restarted.
    hall.exchange.time += 900 * Span.day
    hall.exchange.resume(
      try FieldCodec.decode(
        LedgerState.self, from: FieldCodec.encode(hall.exchange.state)))
    #expect(Exchange.refusal(try hall.exchange.decree(.deposit(deposit))) == .bankReferenceUsed)
  }

  @Test("the account of the bank is what all others have, negated, and says each line in an event")
  func mirror() throws {
    var hall = try Hall()
    var transfer = Self.transfer("hku:hkd", 1_234, "b")
    transfer.month = 202_602
    let events = try Exchange.accepted(try hall.exchange.decree(.payout(transfer)))
    guard case .banked(let line)? = events.last else {
      Issue.record("no line of the bank")
      return
    }
    #expect(line.direction == .sent && line.month == 202_602 && line.amount == 1_234)
    #expect(line.reference == transfer.reference && line.currency == .hkd)
    #expect(hall.exchange.balance("bank:hkd") == 1_234 - Hall.money)
    #expect(hall.exchange.balance("bank:cny") == -Hall.money)
  }

  @Test("fees and exchange accounts meet the bank too; what only mirrors others does not")
  func ownAccounts() throws {
    var hall = try Hall()
    for (account, code) in [
      ("fx:cny", Refusal?.none), ("fees:hkd", nil), ("bank:hkd", .accountOfMarket),
      ("clearing:hkd", .accountOfMarket), ("nobody:hkd", .unknownAccount),
    ] {
      let digit: Character = account.hasPrefix("fx") ? "c" : "d"
      let deposit = Self.transfer(account, 9, digit)
      #expect(Exchange.refusal(try hall.exchange.decree(.deposit(deposit))) == code, "\(account)")
    }
    // Fees have no limit, and pay out no more than they earned.
    let most = Self.transfer("fees:hkd", 10, "e")
    #expect(Exchange.refusal(try hall.exchange.decree(.payout(most))) == .insufficientFunds)
  }

  @Test("what is held for a bid is not paid out, to the last cent")
  func held() throws {
    var hall = try Hall()
    let bid = try hall.bid(hall.block(), by: hall.hku)
    let hold = hall.exchange.state.accounts.pendings[
      hall.exchange.state.book.bids[bid]?.hold ?? ""]?.amount
    let free = Hall.money - (hold ?? 0)
    let over = Self.transfer("hku:hkd", free + 1, "1")
    #expect(Exchange.refusal(try hall.exchange.decree(.payout(over))) == .insufficientFunds)
    let all = Self.transfer("hku:hkd", free, "1")
    _ = try Exchange.accepted(try hall.exchange.decree(.payout(all)))
  }

  @Test("a university that pays by invoice bids on its credit line and settles it afterwards")
  func invoice() throws {
    var hall = try Hall()
    let trader = try hall.exchange.tenant("ust", .hkd, money: 0)
    #expect(
      Exchange.refusal(
        try hall.exchange.send(.placeBid(hall.block()), by: trader, as: .trader))
        == .insufficientFunds)
    var limit = CreditLimit()
    limit.account = "ust:hkd"
    limit.amount = 10_000_000
    _ = try Exchange.accepted(try hall.exchange.decree(.setCreditLimit(limit)))
    let lease = try hall.leased(hall.block(4, quarters: 4).at("hk"), by: trader)
    limit.amount = 0
    #expect(
      Exchange.refusal(try hall.exchange.decree(.setCreditLimit(limit))) == .insufficientFunds)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: hall.hk)
    try hall.exchange.lead()
    #expect(hall.exchange.balance("ust:hkd") == -4_040)
    #expect(hall.exchange.balance("cyber:hkd") == 4_000)
    _ = try Exchange.accepted(
      try hall.exchange.decree(.deposit(Self.transfer("ust:hkd", 4_040, "2"))))
    _ = try Exchange.accepted(try hall.exchange.decree(.setCreditLimit(limit)))
    _ = try Exchange.accepted(
      try hall.exchange.decree(.payout(Self.transfer("cyber:hkd", 4_000, "3"))))
  }
}
