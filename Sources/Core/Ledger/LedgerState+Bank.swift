import Accounts
package import Units

/// Money that came from the bank, or went there.
package struct BankLine: Sendable, Equatable, Record {
  /// Which way, as the market sees it.
  package enum Direction: String, Sendable {
    case received
    case sent
  }

  package var account = ""
  package var amount: Int64 = 1
  package var currency: Currency = .hkd
  package var direction: Direction = .received
  package var month: Int64?
  /// The position of its proposal.
  package var number: Int64 = 0
  /// SHA-256 of the bank's reference.
  package var reference = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("account", &account, .id)
    try codec.int("amount", &amount, Bound.amount)
    try codec.choice("currency", &currency)
    try codec.choice("direction", &direction)
    try codec.int("month", optional: &month, MarketCalendar.months)
    try codec.int("number", &number, Bound.position)
    try codec.text("reference", &reference, .hex64)
  }
}

/// A reference that was used, for the encoding of the state.
struct BankReference: Record {
  var number: Int64 = 0
  var reference = ""

  init() {}

  init(_ reference: String, _ number: Int64) {
    self.number = number
    self.reference = reference
  }

  mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("number", &number, Bound.position)
    try codec.text("reference", &reference, .hex64)
  }
}

// The door to the bank, and limits.
extension LedgerState {
  mutating func deposit(_ transfer: BankTransfer, _ entry: Entry) throws(Refusal) -> [Event] {
    try bank(transfer, .received, entry)
  }

  mutating func payout(_ transfer: BankTransfer, _ entry: Entry) throws(Refusal) -> [Event] {
    try bank(transfer, .sent, entry)
  }

  /// One transfer with the bank; its reference counts once, for ever.
  private mutating func bank(
    _ transfer: BankTransfer, _ direction: BankLine.Direction, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    guard let account = accounts.accounts[transfer.account] else { throw .unknownAccount }
    let bank = Account.id(SystemAccount.bank.rawValue, account.currency)
    let clearing = Account.id(SystemAccount.clearing.rawValue, account.currency)
    // What lies on the account of an award goes by its own commands alone.
    guard account.id != bank, account.id != clearing, !Award.isReserved(account.id) else {
      throw .accountOfMarket
    }
    guard !bankReferences.contains(transfer.reference) else { throw .bankReferenceUsed }
    var line = BankLine()
    line.account = account.id
    line.amount = transfer.amount
    line.currency = account.currency
    line.direction = direction
    line.month = transfer.month
    line.number = entry.position
    line.reference = transfer.reference
    let moved = try move([
      .post(
        debit: direction == .sent ? account.id : bank,
        credit: direction == .sent ? bank : account.id, amount: transfer.amount,
        reason: direction == .sent ? .payout : .deposit, subject: "proposal-\(entry.position)")
    ])
    bankReferences[transfer.reference] = entry.position
    return moved + [.banked(line)]
  }

  mutating func set(_ limit: CreditLimit) throws(Refusal) -> [Event] {
    guard let account = accounts.accounts[limit.account] else { throw .unknownAccount }
    let exchange = Account.id(SystemAccount.fx.rawValue, account.currency)
    guard !account.unlimited || account.id == exchange, !Award.isReserved(account.id) else {
      throw .accountOfMarket
    }
    guard accounts.setCreditLimit(account.id, limit.amount) == nil else {
      throw .insufficientFunds
    }
    return [.creditLimitSet(limit)]
  }
}
