import Accounts
import Leases
import Market
import Units

// Disputes of what a site reported, and corrections of what was charged. Nothing is edited: a
// correction is an entry of its own that refers to the charge (ledger.md, P6).
extension LedgerState {
  /// Whether the day waits for two persons to decide what was delivered.
  package func isDisputed(_ lease: LeaseKey, day: Int64) -> Bool {
    disputes.contains(DisputeKey(lease: lease, day: day))
  }

  mutating func open(
    _ terms: DisputeTerms, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    guard let key = LeaseKey(terms.lease) else { throw .unknownLease }
    let lease = leases[key]
    let past = charged[key]
    guard let party = lease?.party ?? past?.party, let centre = lease?.centre ?? past?.centre else {
      throw .unknownLease
    }
    guard party == principal.party else { throw .notYours }
    guard !isDisputed(key, day: terms.day) else { throw .alreadyDisputed }
    if let day = past?.days.first(where: { $0.day == terms.day }) {
      guard !day.disputed else { throw .alreadyDisputed }
      guard time <= day.at + ChargedDay.life else { throw .notDisputable }
      if let own = terms.delivered {
        guard own < day.delivered else { throw .nothingToCorrect }
      }
    } else {
      // A day that is not charged yet: it has begun and something was sold on it.
      guard let lease, terms.day >= lease.nextDay, terms.day <= MarketCalendar.day(of: time),
        terms.day <= MarketCalendar.day(of: lease.end - 1)
      else { throw .notDisputable }
    }
    var dispute = Dispute()
    dispute.centre = centre
    dispute.day = terms.day
    dispute.delivered = terms.delivered
    dispute.evidence = terms.evidence.map { [$0] } ?? []
    dispute.lease = terms.lease
    dispute.number = entry.position
    dispute.openedAt = time
    dispute.order = entry.id
    dispute.party = party
    disputes[DisputeKey(lease: key, day: terms.day)] = dispute
    return [.disputeOpened(dispute)]
  }

  mutating func add(
    _ terms: EvidenceTerms, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    let key = try dispute(terms.dispute)
    guard var dispute = disputes[key] else { throw .unknownDispute }
    guard dispute.party == principal.party || dispute.centre == principal.party else {
      throw .notYours
    }
    guard dispute.evidence.count < Dispute.mostEvidence else { throw .tooMuchEvidence }
    dispute.evidence.append(terms.evidence)
    disputes[key] = dispute
    var added = EvidenceAdded()
    added.dispute = terms.dispute
    added.evidence = terms.evidence
    added.party = principal.party
    return [.evidenceAdded(added)]
  }

  /// Two persons have decided. A day that was waiting is charged at once, so that nothing comes
  /// between the decision and the charge.
  mutating func decide(_ terms: DisputeDecision, _ entry: Entry) throws(Refusal) -> [Event] {
    let key = try dispute(terms.dispute)
    guard let dispute = disputes[key] else { throw .unknownDispute }
    var decided = DisputeDecided()
    decided.delivered = terms.delivered
    decided.dispute = dispute.number
    decided.lease = dispute.lease
    decided.party = dispute.party
    var events: [Event] = [.disputeDecided(decided)]
    if let past = charged[key.lease], let index = past.days.firstIndex(where: { $0.day == key.day })
    {
      if let delivered = terms.delivered {
        events += try correct(key, to: delivered, dispute: dispute.number, entry)
      }
      charged[key.lease]?.days[index].disputed = true
    } else {
      guard var lease = leases[key.lease] else { throw .unknownLease }
      guard lease.nextDay == key.day, displaced[key.lease] == nil,
        time >= lease.settleTime(grace: rules.settleGrace)
      else { throw .notYetSettled }
      if let delivered = terms.delivered {
        guard lease.lower(day: key.day, to: delivered) else { throw .nothingToCorrect }
      }
      events += try charge(&lease, key.lease, disputed: true)
    }
    disputes[key] = nil
    return events
  }

  mutating func correct(
    _ terms: CorrectionTerms, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    guard let lease = LeaseKey(terms.lease), charged.contains(lease) else { throw .unknownLease }
    let key = DisputeKey(lease: lease, day: terms.day)
    guard !disputes.contains(key) else { throw .alreadyDisputed }
    return try correct(key, to: terms.delivered, dispute: nil, entry)
  }

  /// Gives back what a charge was too high: the centre pays the tenant, the platform its fee. What
  /// the centre does not have it owes, and sells nothing until it is paid.
  private mutating func correct(
    _ key: DisputeKey, to delivered: Int64, dispute: Int64?, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    guard let past = charged[key.lease],
      let index = past.days.firstIndex(where: { $0.day == key.day })
    else { throw .notDisputable }
    let day = past.days[index]
    guard delivered < day.delivered else { throw .nothingToCorrect }
    var correction = past.correction(of: day, to: delivered, dispute: dispute)
    let payer = Account.id(past.centre, past.siteCurrency)
    let now = min(correction.site, max(0, accounts.accounts[payer]?.available ?? 0))
    // An award has back what came into its account.
    correction.fund = min(correction.fund, past.converted(now))
    var events = try move(past.steps(giving: now, of: correction))
    charged[key.lease]?.days[index].delivered = delivered
    charged[key.lease]?.days[index].site -= correction.site
    charged[key.lease]?.days[index].tenant -= correction.tenant
    charged[key.lease]?.days[index].fund -= correction.fund
    charged[key.lease]?.days[index].fee -= correction.fee
    if let seq = past.award.flatMap(Award.seq(of:)) {
      scheme.awards[seq]?.paid -= correction.fund
      scheme.awards[seq]?.delivered -= correction.delivered
      // These hours may be drawn again.
      let taken = scheme.awards[seq]?.taken ?? 0
      scheme.awards[seq]?.taken = max(0, taken - correction.delivered)
    }
    events.append(.corrected(correction))
    guard now < correction.site else { return events }
    var due = Damages()
    due.amount = correction.site - now
    due.centre = past.centre
    due.currency = past.currency
    due.dueAt = time
    due.lease = past.lease
    due.number = entry.position
    due.party = past.party
    due.pool = past.pool
    due.siteCurrency = past.siteCurrency
    due.siteRate = past.siteRate
    due.tenantRate = past.tenantRate
    owed[entry.position] = due
    return events + [.damagesDue(due)]
  }

  /// The day of the dispute at this position.
  private func dispute(_ number: Int64) throws(Refusal) -> DisputeKey {
    guard let key = disputes.keys.first(where: { disputes[$0]?.number == number }) else {
      throw .unknownDispute
    }
    return key
  }

  /// Charges the next day of a lease, which may be its last.
  mutating func charge(
    _ lease: inout Lease, _ key: LeaseKey, disputed: Bool
  ) throws(Refusal) -> [Event] {
    let held = lease.money.tenantHeld + lease.money.feeHeld
    var (charge, steps) = lease.settleNextDay()
    if charge.last {
      // What was not delivered of it, the centre that paid the excess need not pay either.
      let earned = Int128(lease.money.siteEarned) * 4
      let lacking = Int64(clamping: max(0, Int128(lease.money.billed) - earned))
      let back = lease.returnExcess(
        of: lacking, in: lease.money.billed, freed: held - charge.tenant - charge.fee)
      steps += back.steps(lease)
    }
    let moved = try move(steps)
    book(charge, of: lease)
    var past =
      charged[key] ?? ChargedLease(lease, project: filled[lease.bid]?.bid.terms.project)
    past.add(charge, at: time, number: position - 1, disputed: disputed)
    let passed = passOn(charge.site, of: lease.centre, lease.siteCurrency)
    let events = [.charged(charge)] + moved + passed
    guard charge.last else {
      charged[key] = past
      leases[key] = lease
      return events
    }
    past.closed = lease.phase == .closed
    past.endedAt = lease.endedAt
    past.settled = true
    charged[key] = past
    leases[key] = nil
    let others = (filled[lease.bid]?.leases ?? 1) - 1
    filled[lease.bid]?.leases = others
    if others <= 0 { filled[lease.bid] = nil }
    return events + [past.over]
  }

  /// The site closes a lease that is settled already: its report crossed the last charge.
  mutating func closeSettled(
    _ report: LeaseReport, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    guard let key = LeaseKey(report.lease), let past = charged[key], past.settled else {
      throw .unknownLease
    }
    guard past.site == principal.site else { throw .notYours }
    guard report.phase == .closed, !past.closed else { throw .phaseNotAllowed }
    charged[key]?.closed = true
    return [past.over]
  }

  /// Charges that nobody can dispute any more are not kept.
  mutating func dropCharges() {
    for key in charged.keys {
      guard var lease = charged[key] else { continue }
      let kept = lease.days.filter {
        $0.at + ChargedDay.life >= time || isDisputed(key, day: $0.day)
      }
      guard kept.count < lease.days.count else { continue }
      lease.days = kept
      charged[key] = kept.isEmpty ? nil : lease
    }
  }
}

extension ChargedLease {
  /// Settled: whatever the site said last, the lease is over.
  fileprivate var over: Event {
    var change = LeaseChanged()
    change.endedAt = endedAt
    change.lease = lease
    change.phase = .closed
    change.settled = true
    return .leaseChanged(change)
  }

  /// What is given back when no more was delivered on a day than this, at the day's mean price:
  /// what the centre keeps is rounded down, what the tenant and the platform's fee lose is too.
  fileprivate func correction(
    of day: ChargedDay, to delivered: Int64, dispute: Int64?
  ) -> Correction {
    let before = Int128(day.delivered + day.forgone)
    let after = Int128(delivered + day.forgone)
    var correction = Correction()
    correction.charge = day.number
    correction.currency = currency
    correction.day = day.day
    correction.delivered = day.delivered - delivered
    correction.dispute = dispute
    correction.fee = Int64(Int128(day.fee) * (before - after) / before)
    correction.lease = lease
    correction.party = party
    correction.site = day.site - Int64(Int128(day.site) * after / before)
    correction.siteCurrency = siteCurrency
    // The award has its share back first.
    let back = converted(correction.site)
    correction.fund = min(back, Int64(Int128(day.fund) * (before - after) / before))
    correction.tenant = min(day.tenant, back - correction.fund)
    return correction
  }

  fileprivate func converted(_ amount: Int64) -> Int64 {
    guard currency != siteCurrency else { return amount }
    let (own, unit) = Conversion.converted(Int128(amount), from: siteRate, to: tenantRate)
    return Int64(clamping: own / unit)
  }

  /// The transfers of a correction for which the centre has so much.
  fileprivate func steps(giving amount: Int64, of correction: Correction) -> [AccountBook.Step] {
    let payee = Account.id(party, currency)
    let payer = Account.id(centre, siteCurrency)
    let fund = min(correction.fund, converted(amount))
    let back = min(correction.tenant, converted(amount) - fund)
    let payees = award.map { [(Account.id($0, currency), fund)] } ?? []
    func post(_ from: String, _ to: String, _ amount: Int64) -> [AccountBook.Step] {
      guard amount > 0 else { return [] }
      return [
        .post(debit: from, credit: to, amount: amount, reason: .correction, subject: lease)
      ]
    }
    let fees = Account.id(SystemAccount.fees.rawValue, currency)
    let fee = post(fees, payee, correction.fee)
    guard currency != siteCurrency else {
      return payees.flatMap { post(payer, $0, $1) } + post(payer, payee, amount - fund) + fee
    }
    let fx = SystemAccount.fx.rawValue
    return post(payer, Account.id(fx, siteCurrency), amount)
      + payees.flatMap { post(Account.id(fx, currency), $0, $1) }
      + post(Account.id(fx, currency), payee, back) + fee
  }
}
