import BrokerAPI
import Leases
import LedgerStore
import Market
import Placement
import Units

/// What bids and quotes say alike.
private struct Demand {
  struct Shape {
    var chip: String
    var gpus: Int
    var least: Int?
    var quarters: Int
    var limit: WireMoney?
  }

  var kind: Wire.BidKind
  var shapes: [Shape]
  var earliest: WireTime
  var latestEnd: WireTime
  var together: Int?
  var exclusive: Bool?
  var reclaim: ReclaimTerm
  var near: Wire.Nearness?
  var whereabouts: Wire.Whereabouts?
  var dataClass: String?

  /// The terms as the ledger has them. Prices must be in the currency of the tenant's account.
  func terms(_ currency: Currency) throws(Problem) -> BidTerms {
    var faults: [Fault] = []
    func minor(_ money: WireMoney?, _ pointer: String) -> Int64 {
      guard let money else { return 0 }
      if money.currency.core != currency {
        faults.append(
          Fault(
            .contradiction, at: pointer,
            "the price is in \(money.currency.rawValue), your account is in "
              + "\(currency.rawValue); write it in \(currency.rawValue)"))
      }
      return money.minor
    }
    var terms = BidTerms()
    terms.kind = kind.core
    terms.alternatives = shapes.enumerated().map { index, shape in
      var alternative = BidTerms.Alternative()
      alternative.chip = shape.chip
      alternative.gpus = Int64(shape.gpus)
      alternative.least = Int64(shape.least ?? shape.gpus)
      alternative.quarters = Int64(shape.quarters)
      alternative.limit = minor(shape.limit, "/alternatives/\(index)/limit")
      return alternative
    }
    terms.earliest = earliest.milliseconds
    terms.latestEnd = latestEnd.milliseconds
    terms.together = Int64(together ?? 1)
    terms.exclusive = exclusive ?? false
    terms.notice = reclaim.notice
    terms.dataClass = dataClass
    if let near {
      var nearness = BidTerms.Nearness()
      nearness.metro = near.metro
      nearness.price = minor(near.pricePerMs, "/near/pricePerMs")
      nearness.maximum = near.maxMs.map(Int64.init)
      terms.near = nearness
    }
    terms.whereabouts.jurisdictions = (whereabouts?.jurisdictions ?? []).map(\.core)
    terms.whereabouts.sites = whereabouts?.sites ?? []
    terms.whereabouts.notSites = whereabouts?.notSites ?? []
    guard faults.isEmpty else { throw Problem(faults) }
    return terms
  }
}

extension Wire.PlaceBid {
  func terms(_ currency: Currency) throws(Problem) -> BidTerms {
    var terms = try Demand(
      kind: kind,
      shapes: alternatives.map {
        Demand.Shape(
          chip: $0.chip, gpus: $0.gpus, least: $0.least, quarters: $0.quarters, limit: $0.limit)
      },
      earliest: earliest, latestEnd: latestEnd, together: together, exclusive: exclusive,
      reclaim: reclaim, near: near, whereabouts: `where`, dataClass: dataClass
    ).terms(currency)
    terms.award = award
    terms.ifDisplaced = ifDisplaced?.core
    terms.project = project
    return terms
  }
}

extension Wire.RequestQuote {
  /// - Parameter absent: the limit of an alternative that names none, minor units.
  func terms(_ currency: Currency, absent: Int64) throws(Problem) -> BidTerms {
    let none = WireMoney(currency.wire, minor: absent)
    var terms = try Demand(
      kind: kind,
      shapes: alternatives.map {
        Demand.Shape(
          chip: $0.chip, gpus: $0.gpus, least: $0.least, quarters: $0.quarters,
          limit: $0.limit ?? none)
      },
      earliest: earliest, latestEnd: latestEnd, together: together, exclusive: exclusive,
      reclaim: reclaim, near: near, whereabouts: `where`, dataClass: dataClass
    ).terms(currency)
    terms.award = award
    return terms
  }
}

extension Wire.BidKind {
  fileprivate var core: Instance.Kind {
    switch self {
    case .block: .block
    case .elastic: .elastic
    case .split: .split
    }
  }
}

extension Instance.Kind {
  fileprivate var wire: Wire.BidKind {
    switch self {
    case .block: .block
    case .elastic: .elastic
    case .split: .split
    }
  }
}

extension Wire.Displacement {
  fileprivate var core: BidTerms.Displacement {
    var core = BidTerms.Displacement()
    core.maxGap = Int64(maxGapQuarters ?? 0) * Span.quarter
    core.move = move.map { $0 == .allowed ? .allowed : .never }
    core.shrinkable = shrinkable ?? false
    return core
  }
}

extension BidTerms.Displacement {
  fileprivate var wire: Wire.Displacement {
    Wire.Displacement(
      maxGapQuarters: maxGap > 0 ? small(maxGap / Span.quarter) : nil,
      move: move.map { $0 == .allowed ? .allowed : .never },
      shrinkable: shrinkable ? true : nil)
  }
}

extension BidRow {
  func wire(label: String?, proof: Wire.EntryStanding?) -> Wire.Bid {
    let terms = bid.terms
    let elastic = terms.kind == .elastic
    return Wire.Bid(
      bid: bid.id, tenant: bid.party, kind: terms.kind.wire,
      alternatives: terms.alternatives.map { alternative in
        Wire.Alternative(
          chip: alternative.chip, gpus: small(alternative.gpus),
          least: elastic ? small(alternative.least) : nil, quarters: small(alternative.quarters),
          limit: money(alternative.limit, bid.currency))
      },
      earliest: instant(terms.earliest), latestEnd: instant(terms.latestEnd),
      together: terms.together == 1 ? nil : small(terms.together), exclusive: terms.exclusive,
      reclaim: ReclaimTerm(notice: terms.notice), near: near, where: whereabouts,
      dataClass: terms.dataClass, project: terms.project, ifDisplaced: terms.ifDisplaced?.wire,
      label: label, award: terms.award, replaced: bid.moved?.wire, state: wireState,
      hold: money(hold, bid.currency),
      placedAt: instant(bid.placedAt), position: Position(clamping: bid.seq), round: round,
      fills: leases.map { $0.fill(round: round ?? 0) }, proof: proof)
  }

  private var wireState: Wire.BidState {
    switch state {
    case "filled": .filled
    case "cancelled": .cancelled
    case "expired": .expired
    default: .standing
    }
  }

  private var near: Wire.Nearness? {
    bid.terms.near.map { near in
      Wire.Nearness(
        metro: near.metro, pricePerMs: near.price == 0 ? nil : money(near.price, bid.currency),
        maxMs: near.maximum.map(small))
    }
  }

  private var whereabouts: Wire.Whereabouts? {
    let places = bid.terms.whereabouts
    guard !places.jurisdictions.isEmpty || !places.sites.isEmpty || !places.notSites.isEmpty
    else { return nil }
    return Wire.Whereabouts(
      jurisdictions: places.jurisdictions.isEmpty ? nil : places.jurisdictions.map(\.wire),
      sites: places.sites.isEmpty ? nil : places.sites,
      notSites: places.notSites.isEmpty ? nil : places.notSites)
  }
}

extension Move {
  fileprivate var wire: Wire.Replaced {
    Wire.Replaced(
      lease: lease, cause: cause.wire, centre: centre,
      covered: cover > 0 ? money(cover, siteCurrency) : nil)
  }
}

extension LossCause {
  fileprivate var wire: Wire.LossCause {
    switch self {
    case .reclaimed: .reclaimed
    case .breach: .breach
    case .loss: .loss
    case .evidence: .evidence
    }
  }
}

extension LeaseRow {
  /// Mean price per GPU-hour over what was sold, rounded to the nearest minor unit of the site.
  var price: WireMoney {
    var sum: Int128 = 0
    var gpuTime: Int128 = 0
    for run in lease.runs + lease.extras {
      let length = Int128(run.gpus) * Int128(run.to - run.from)
      sum += length * Int128(run.price)
      gpuTime += length
    }
    let mean = gpuTime > 0 ? (2 * sum + gpuTime) / (2 * gpuTime) : 0
    return money(Int64(clamping: mean), lease.siteCurrency)
  }

  /// What it costs the tenant when all is delivered, fee included.
  var total: WireMoney {
    money(lease.money.tenantHeld + lease.money.feeHeld, lease.currency)
  }

  /// How many GPUs when.
  var steps: [Wire.LeaseStep] {
    lease.steps.map {
      Wire.LeaseStep(from: instant($0.from), to: instant($0.to), gpus: small($0.gpus))
    }
  }

  private var most: Int64 { lease.steps.reduce(0) { max($0, $1.gpus) } }

  fileprivate func fill(round: Int64) -> Wire.Fill {
    Wire.Fill(
      round: round, alternative: lease.alternative, site: lease.site,
      pool: poolName(lease.pool, in: lease.site), chip: lease.chip, gpus: small(most),
      start: instant(lease.start), end: instant(lease.tradedEnd), price: price, total: total,
      fee: money(lease.money.feeHeld, lease.currency),
      fund: lease.award.map { _ in money(lease.money.fundHeld, lease.currency) }, lease: lease.id)
  }

  func wire(label: String?, proof: Wire.EntryStanding?) -> Wire.Lease {
    Wire.Lease(
      lease: lease.id, bid: Bid.id(lease.bid), tenant: lease.party, site: lease.site,
      pool: poolName(lease.pool, in: lease.site), chip: lease.chip, start: instant(lease.start),
      end: instant(lease.tradedEnd), exclusive: lease.exclusive, steps: steps, state: phase.wire,
      endedAt: ended.map { instant($0) }, price: price, total: total,
      delivered: GPUSeconds(clamping: delivered), used: GPUSeconds(clamping: used),
      charged: money(charged, lease.currency), award: lease.award,
      fund: lease.award.map { _ in money(fund, lease.currency) }, label: label,
      position: Position(clamping: changed), proof: proof)
  }

  var wanted: Wire.WantedLease {
    Wire.WantedLease(
      lease: lease.id, pool: poolName(lease.pool, in: lease.site), chip: lease.chip,
      tenant: lease.party, start: instant(lease.start), end: instant(lease.tradedEnd),
      exclusive: lease.exclusive, steps: steps, endedAt: ended.map { instant($0) })
  }
}
