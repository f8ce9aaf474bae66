import BrokerAPI

/// One line of the bank beside one of the ledger.
struct Reconciliation: WireValue {
  /// matched: the same; differs: the same reference with another amount or direction.
  enum State: String, WireWord {
    case matched, differs
    case onlyBank = "only-bank"
    case onlyLedger = "only-ledger"

    /// What does not agree comes first.
    var rank: Int { self == .matched ? 1 : 0 }
  }

  var state: State
  var reference: String
  /// Below 0 what was sent.
  var bank: WireMoney?
  var ledger: WireMoney?
  var account: String?
  var position: Position?

  static let schema = Schema.object(
    "Reconciliation", "One line of the bank beside one of the ledger.",
    [
      .required("state", State.schema),
      .required("reference", .text(.anything)),
      .optional("bank", .text(.money(.any))),
      .optional("ledger", .text(.money(.any))),
      .optional("account", .text(.id)),
      .optional("position", .text(.position)),
    ])

  /// Every line of either side, once. With a month, `2026-11`: what the ledger recorded in others is
  /// left out where the bank says nothing of it.
  static func of(
    _ statement: BankStatement, _ lines: [Wire.BankLine], _ currency: Wire.CurrencyCode,
    in month: String? = nil
  ) -> [Reconciliation] {
    var open = Dictionary(lines.map { ($0.reference, $0) }, uniquingKeysWith: { first, _ in first })
    var items: [Reconciliation] = []
    for line in statement.lines {
      let bank = WireMoney(currency, minor: line.amount)
      guard let known = open.removeValue(forKey: BankStatement.digest(line.reference)) else {
        items.append(
          Reconciliation(state: .onlyBank, reference: line.reference, bank: bank))
        continue
      }
      let ledger = signed(known)
      items.append(
        Reconciliation(
          state: ledger.minor == bank.minor ? .matched : .differs, reference: line.reference,
          bank: bank, ledger: ledger, account: known.account, position: known.position))
    }
    for line in lines
    where open[line.reference] != nil && month.map({ line.at.text.hasPrefix($0) }) != false {
      items.append(
        Reconciliation(
          state: .onlyLedger, reference: String(line.reference.prefix(12)), ledger: signed(line),
          account: line.account, position: line.position))
    }
    return items
  }

  private static func signed(_ line: Wire.BankLine) -> WireMoney {
    WireMoney(
      line.amount.currency,
      minor: line.direction == .sent ? -line.amount.minor : line.amount.minor)
  }
}
