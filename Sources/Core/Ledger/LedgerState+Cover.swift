import Accounts
import Leases
import Market
import Units

// A lease that was lost by the fault of a centre may move to a dearer place: that centre pays what is
// beyond the old price (clearing.md, 10.3). It sets the money aside first, so that no place is sold
// that is not paid for; who has less raises the limit by less.
extension LedgerState {
  /// What the centre at fault sets aside for the bid, as far as it has money; nil when that is nothing.
  func cover(of bid: Bid) -> (amount: Int64, step: AccountBook.Step)? {
    guard let move = bid.moved, move.cause == .breach,
      let account = accounts.accounts[Account.id(move.centre, move.siteCurrency)]
    else { return nil }
    var rates = OrderedMap<Currency, Rate>()
    for currency in [bid.currency, move.siteCurrency] {
      rates[currency] = book.rate(currency, at: time)
    }
    let excess = move.excess(
      gpuQuarters: bid.lostGPUQuarters, limit: bid.terms.alternatives[0].limit, bid.currency)
    let amount = min(
      move.paid(for: excess, bid.currency, rates), account.available, Bound.hold.upperBound)
    guard amount > 0 else { return nil }
    return (
      amount,
      .hold(
        id: bid.coverHold, debit: account.id,
        credit: Account.id(SystemAccount.clearing.rawValue, move.siteCurrency), amount: amount,
        reason: .hold, subject: bid.id)
    )
  }

  /// In place of what the centre at fault has set aside: what it pays the tenant of this deal.
  func coverSteps(
    _ deal: Deal, _ excess: Int64, _ frozen: FrozenRound
  ) -> [AccountBook.Step] {
    guard let move = deal.bid.moved, move.cover > 0 else { return [] }
    let bid = deal.bid
    return [.void(id: bid.coverHold, subject: bid.id)]
      + AccountBook.Step.payment(
        from: (
          move.centre, move.siteCurrency, move.paid(for: excess, bid.currency, frozen.rates)
        ),
        to: (bid.party, bid.currency, excess), reason: .excess, subject: bid.id)
  }
}

extension Deal {
  /// Notes in its leases what the centre at fault pays of their firm part, within what it has set
  /// aside: all that is beyond what the lost hours cost.
  /// - Returns: the sum, in minor units of the tenant's currency.
  mutating func takeExcess(_ frozen: FrozenRound) -> Int64 {
    guard let move = bid.moved, move.cover > 0 else { return 0 }
    let total = firm.reduce(Int128(0)) { $0 + Int128($1) }
    let gpus = firmGPUs
    let own = move.share(gpus.part, of: gpus.whole).own(bid.currency)
    let beyond = Int64(clamping: total - Int128(own))
    let excess = min(beyond, move.covered(bid.currency, frozen.rates))
    guard excess > 0 else { return 0 }
    var (sum, given) = (Int128(0), Int64(0))
    for index in leases.indices {
      sum += Int128(firm[index])
      var part = Excess()
      part.amount = Int64(Int128(excess) * sum / total) - given
      part.centre = move.centre
      part.currency = move.siteCurrency
      part.rate = frozen.rates[move.siteCurrency] ?? Rate()
      part.total = firm[index]
      given += part.amount
      if part.amount > 0 { leases[index].excess = part }
    }
    return excess
  }
}

extension Excess {
  /// The tenant's own share of what firm hours of the lease cost.
  func own(of billed: Int64) -> Int64 {
    guard total > 0, amount < total else { return 0 }
    return Int64(clamping: Int128(billed) * Int128(total - amount) / Int128(total))
  }
}

/// What of an excess goes back to the centre that paid it.
struct ExcessReturn: Sendable {
  /// Minor units of the tenant's currency, and of the centre's.
  var tenant: Int64 = 0
  var own: Int64 = 0
  var centre = ""
  var currency: Currency = .hkd

  func steps(_ lease: Lease) -> [AccountBook.Step] {
    guard tenant > 0 else { return [] }
    return AccountBook.Step.payment(
      from: (lease.party, lease.currency, tenant), to: (centre, currency, own), reason: .excess,
      subject: lease.id)
  }
}

extension Lease {
  /// Gives back the share of its excess that belongs to this part of the whole, out of money that
  /// was freed.
  mutating func returnExcess(of part: Int64, in whole: Int64, freed: Int64) -> ExcessReturn {
    guard let excess, whole > 0, part > 0 else { return ExcessReturn() }
    func share(_ amount: Int64) -> Int64 {
      Int64(clamping: Int128(amount) * Int128(min(part, whole)) / Int128(whole))
    }
    var back = ExcessReturn()
    back.tenant = min(share(excess.amount), freed)
    let (own, unit) = Conversion.converted(
      Int128(back.tenant), from: tenantRate, to: excess.rate)
    back.own = currency == excess.currency ? back.tenant : Int64(clamping: own / unit)
    back.centre = excess.centre
    back.currency = excess.currency
    self.excess?.amount -= back.tenant
    self.excess?.total -= share(excess.total)
    return back
  }
}

extension AccountBook.Step {
  /// Moves money from one party to another at once, through the exchange accounts when it changes its
  /// currency.
  static func payment(
    from: (party: String, currency: Currency, amount: Int64),
    to: (party: String, currency: Currency, amount: Int64), reason: Reason, subject: String
  ) -> [AccountBook.Step] {
    let payer = Account.id(from.party, from.currency)
    let payee = Account.id(to.party, to.currency)
    guard from.amount > 0 else { return [] }
    if from.currency == to.currency {
      return [
        .post(
          debit: payer, credit: payee, amount: from.amount, reason: reason, subject: subject)
      ]
    }
    let fx = SystemAccount.fx.rawValue
    let paid = AccountBook.Step.post(
      debit: payer, credit: Account.id(fx, from.currency), amount: from.amount, reason: reason,
      subject: subject)
    guard to.amount > 0 else { return [paid] }
    return [
      paid,
      .post(
        debit: Account.id(fx, to.currency), credit: payee, amount: to.amount, reason: reason,
        subject: subject),
    ]
  }
}
