import Accounts
import Leases
package import Market
import Placement
import Units

// What bids and leases draw on awards (clearing.md, 4).

/// What a bid draws on an award.
struct Draw: Sendable {
  var award: Int64
  /// What the award sets aside for the bid.
  var amount: Int64
  /// GPU-ms at most.
  var taken: Int64
  var terms: SubsidyTerms
}

/// What an award would do for a bid.
package struct Grant: Sendable {
  /// The bid's, with the places of the award.
  package var terms: BidTerms
  /// What it pays of the asks.
  package var subsidy: SubsidyTerms
  /// What it sets aside for the bid, minor units of the tenant's currency.
  package var amount: Int64
}

extension BidTerms {
  /// GPU-ms that it takes at most.
  var gpuTime: Int64 {
    let most = alternatives.map { Int128($0.gpus) * Int128($0.quarters) }.max() ?? 0
    return Int64(clamping: most * Int128(Span.quarter))
  }
}

extension PriceRun {
  /// GPU-ms of these.
  static func gpuTime(_ runs: [PriceRun]) -> Int64 {
    runs.reduce(0) { $0 + $1.gpus * ($1.to - $1.from) }
  }
}

extension Lease {
  /// GPU-ms that were sold to it.
  var gpuTime: Int64 { PriceRun.gpuTime(runs + extras) }
}

extension LedgerState {
  // MARK: Bids

  /// What a bid that names an award draws on it; nil for one that names none. Places of the award
  /// alone are left to it. `freed`: what a lease gives back for it in the same entry.
  func draw(
    on terms: inout BidTerms, for party: Party, freed: (amount: Int64, gpuTime: Int64) = (0, 0)
  ) throws(Refusal) -> Draw? {
    guard let name = terms.award else { return nil }
    guard let seq = Award.seq(of: name), let award = scheme.awards[seq] else {
      throw .unknownAward
    }
    guard award.party == party.id else { throw .notYours }
    guard !award.ended else { throw .awardEnded }
    guard terms.earliest >= award.from, terms.latestEnd <= award.until else {
      throw .awardExpired
    }
    guard terms.kind != .elastic else { throw .awardKind }
    try restrict(&terms, to: award)
    if isSubsidised(award.contract, besides: award.seq) { throw .contractSubsidised }

    var draw = Draw(award: seq, amount: 0, taken: terms.gpuTime, terms: SubsidyTerms())
    draw.terms.award = award.id
    draw.terms.permille = award.permille
    draw.terms.prices = prices(of: award, terms.alternatives.map(\.chip))
    guard let most = draw.terms.most(terms) else { throw .holdTooLarge }
    let left = (accounts.accounts[award.account]?.available ?? 0) + freed.amount - award.locked
    draw.amount = min(most, left)
    draw.terms.limit(to: max(0, draw.amount), terms)
    guard draw.amount > 0, draw.terms.cap > 0,
      draw.taken <= award.gpuHours * Span.hour - award.taken + freed.gpuTime
    else { throw .awardExhausted }
    return draw
  }

  /// The same for a quote, without drawing it.
  package func grant(_ wanted: BidTerms, for party: String) throws(Refusal) -> Grant? {
    guard let party = parties[party] else { throw .unknownParty }
    var terms = wanted
    guard let draw = try draw(on: &terms, for: party) else { return nil }
    return Grant(terms: terms, subsidy: draw.terms, amount: draw.amount)
  }

  private func restrict(_ terms: inout BidTerms, to award: Award) throws(Refusal) {
    for alternative in terms.alternatives where !award.chips.contains(alternative.chip) {
      throw .awardElsewhere
    }
    let named = terms.whereabouts.sites
    guard named.allSatisfy(award.sites.contains) else { throw .awardElsewhere }
    terms.whereabouts.sites = (named.isEmpty ? award.sites : named).filter { site in
      book.sites[site].map { !related(award.party, $0.centre) } ?? false
    }
    // A list that names nothing would mean every site.
    guard !terms.whereabouts.sites.isEmpty,
      named.isEmpty || terms.whereabouts.sites.count == named.count
    else { throw .relatedParties }
  }

  /// List prices by the award's version; references by the newest.
  private func prices(of award: Award, _ chips: [String]) -> [SubsidyTerms.Price] {
    let list = scheme.lists[Scheme.key(award.currency, award.list)]?.items ?? []
    let newest = scheme.newest(award.currency)?.items ?? []
    return list.filter { chips.contains($0.chip) }.sorted { $0.chip < $1.chip }.map { item in
      let present = newest.first { $0.chip == item.chip }
      var price = SubsidyTerms.Price()
      price.chip = item.chip
      price.list = item.list
      price.reference = item.list
      if let present, present.trades >= PriceList.enoughTrades {
        price.reference = present.reference
      }
      return price
    }
  }

  /// What the rest of a lease draws on its award again, for another place; nil when the award does not
  /// pay for it any more.
  func draw(
    on rest: Bid, freed: (amount: Int64, gpuTime: Int64)
  ) -> Draw? {
    guard let party = parties[rest.party] else { return nil }
    var terms = rest.terms
    do throws(Refusal) {
      return try draw(on: &terms, for: party, freed: freed)
    } catch {
      return nil
    }
  }

  /// Sets aside what a bid draws.
  func hold(_ draw: Draw, for bid: Bid) -> AccountBook.Step {
    let currency = bid.currency
    return .hold(
      id: bid.fundHold, debit: Account.id(draw.terms.award, currency),
      credit: Account.id(SystemAccount.clearing.rawValue, currency), amount: draw.amount,
      reason: .subsidy, subject: bid.id)
  }

  /// Whether the award of an open bid would not pay for it any more: it leaves the book before the
  /// round closes.
  func hasLostItsAward(_ bid: Bid) -> Bool {
    guard let terms = bid.subsidy, let seq = Award.seq(of: terms.award),
      let award = scheme.awards[seq]
    else { return false }
    return award.ended || isSubsidised(award.contract, besides: seq)
      || bid.terms.whereabouts.sites.contains { site in
        book.sites[site].map { related(award.party, $0.centre) } ?? true
      }
  }

  /// What an award set aside for a bid that was filled: its leases take their place.
  func release(of deal: Deal) throws(Refusal) -> [AccountBook.Step] {
    let fund = deal.leases.reduce(Int64(0)) { $0 + $1.money.fundHeld }
    guard let held = accounts.pendings[deal.bid.fundHold]?.amount else {
      guard fund == 0 else { throw .outcomeInvalid }
      return []
    }
    guard fund <= held else { throw .outcomeInvalid }
    return [.void(id: deal.bid.fundHold, subject: deal.bid.id)]
  }

  /// Takes GPU time off an award, or gives it back.
  mutating func take(_ gpuTime: Int64, from subsidy: SubsidyTerms?) {
    guard let seq = subsidy.flatMap({ Award.seq(of: $0.award) }) else { return }
    take(gpuTime, from: seq)
  }

  private mutating func take(_ gpuTime: Int64, from seq: Int64) {
    guard let taken = scheme.awards[seq]?.taken else { return }
    scheme.awards[seq]?.taken = max(0, taken + gpuTime)
  }

  // MARK: Leases

  /// What an award paid of a charge.
  mutating func book(_ charge: Charge, of lease: Lease) {
    guard let seq = lease.award.flatMap(Award.seq(of:)), var award = scheme.awards[seq] else {
      return
    }
    award.paid += charge.fund
    award.delivered += charge.delivered
    award.used += charge.used
    scheme.awards[seq] = award
    // Hours that were not delivered may be drawn again.
    if charge.last { take(lease.delivered - lease.gpuTime, from: seq) }
  }

  /// Hours of a lease that an award does not pay for after all may be drawn again.
  mutating func giveBack(_ gpuTime: Int64, of lease: Lease) {
    if let seq = lease.award.flatMap(Award.seq(of:)) { take(-gpuTime, from: seq) }
  }
}
