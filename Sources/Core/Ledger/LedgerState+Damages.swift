import Accounts
import Leases
import Market
import Units

// What a centre at fault owes for capacity that it did not deliver (clearing.md, 10.4).
extension LedgerState {
  /// What a centre at fault owes for hours that stay undelivered; it is paid at once as far as the
  /// centre has money, and until it is paid in full its sites sell nothing.
  mutating func owe(
    _ move: Move, to party: String, _ currency: Currency, _ number: Int64
  ) -> [Event] {
    let amount = Int128(move.billed) * Int128(rules.damagesPermille) / 4_000
    guard move.cause == .breach, amount > 0 else { return [] }
    var due = owed[number] ?? Damages()
    due.amount += Int64(min(amount, Int128(Bound.amount.upperBound / 2)))
    due.centre = move.centre
    due.currency = currency
    due.lease = move.lease
    due.number = number
    due.party = party
    due.siteCurrency = move.siteCurrency
    due.siteRate = move.siteRate
    due.tenantRate = move.tenantRate
    owed[number] = due
    return pay(due) ?? [.damagesDue(due)]
  }

  /// Pays of what is owed as much as the centre has; nil when that is nothing.
  private mutating func pay(_ due: Damages) -> [Event]? {
    let payer = Account.id(due.centre, due.siteCurrency)
    let free = max(0, accounts.accounts[payer]?.available ?? 0)
    let amount = min(due.amount - due.paid, free)
    guard amount > 0 else { return nil }
    let (own, unit) = Conversion.converted(Int128(amount), from: due.siteRate, to: due.tenantRate)
    let steps = AccountBook.Step.payment(
      from: (due.centre, due.siteCurrency, amount),
      to: (due.party, due.currency, Int64(clamping: own / unit)),
      reason: .damages, subject: due.lease)
    guard let moved = try? move(steps) else { return nil }
    var paid = due
    paid.paid += amount
    owed[due.number] = paid.paid < paid.amount ? paid : nil
    return moved + [.damagesDue(paid)]
  }

  /// Before a round closes, what is owed is paid from what centres have received since.
  mutating func payDamages() -> [Event] { owed.values.flatMap { pay($0) ?? [] } }
}
