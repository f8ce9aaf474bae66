import BrokerAPI
import LedgerStore
import Market
import Units

extension Wire.PublishOffer {
  /// The schedule of a site. Asks must be in the site's currency.
  func offer(of site: Site) throws(Problem) -> Offer {
    var faults: [Fault] = []
    var offer = Offer()
    offer.site = site.id
    offer.generation = generation
    offer.sellUntil = sellUntil.milliseconds
    for (index, pool) in pools.enumerated() {
      var made = Offer.Pool()
      made.name = pool.pool
      made.chip = pool.chip
      made.fabric = pool.fabric
      made.unit = Int64(pool.unit)
      made.node = Int64(pool.node ?? 8)
      made.reclaim = pool.reclaim.notice
      made.limits = pool.lease?.core
      for (number, span) in pool.spans.enumerated() {
        if span.ask.currency.core != site.currency {
          faults.append(
            Fault(
              .contradiction, at: "/pools/\(index)/spans/\(number)/ask",
              "the ask is in \(span.ask.currency.rawValue), \(site.id) is paid in "
                + "\(site.currency.rawValue); write it in \(site.currency.rawValue)"))
        }
        var part = Offer.Span()
        part.ask = span.ask.minor
        part.from = span.from.milliseconds
        part.to = span.to.milliseconds
        part.gpus = Int64(span.gpus)
        made.spans.append(part)
      }
      offer.pools.append(made)
    }
    guard faults.isEmpty else { throw Problem(Array(faults.prefix(Schema.mostFaults))) }
    return offer
  }
}

extension OfferRow {
  var wire: Wire.Offer {
    Wire.Offer(
      site: offer.site, generation: offer.generation, sellUntil: instant(offer.sellUntil),
      pools: offer.pools.map { $0.wire(currency) }, publishedAt: instant(time),
      position: Position(clamping: position))
  }
}

extension Offer.Pool {
  fileprivate func wire(_ currency: Currency) -> Wire.OfferedPool {
    Wire.OfferedPool(
      pool: name, chip: chip, fabric: fabric, unit: small(unit), node: small(node),
      reclaim: ReclaimTerm(notice: reclaim), lease: limits?.wire,
      spans: spans.map { span in
        Wire.OfferedSpan(
          from: instant(span.from), to: instant(span.to), gpus: small(span.gpus),
          ask: money(span.ask, currency))
      })
  }
}

extension Wire.LeaseLimits {
  /// Nil when it limits nothing.
  fileprivate var core: Offer.Limits? {
    var limits = Offer.Limits()
    limits.shortest = shortest.map { Int64($0) }
    limits.longest = longest.map { Int64($0) }
    limits.most = mostGpus.map { Int64($0) }
    return limits == Offer.Limits() ? nil : limits
  }
}

extension Offer.Limits {
  fileprivate var wire: Wire.LeaseLimits {
    Wire.LeaseLimits(
      shortest: shortest.map { small($0) }, longest: longest.map { small($0) },
      mostGpus: most.map { small($0) })
  }
}

extension Certificate.Standing {
  fileprivate var wire: Wire.EvidenceState {
    switch self {
    case .valid: .valid
    case .endsIn90Days: .endsIn90Days
    case .endsIn30Days: .endsIn30Days
    case .endsIn7Days: .endsIn7Days
    case .ended: .ended
    }
  }
}

extension SiteRow {
  /// - Parameter time: of the market, by which evidence ends.
  func wire(at time: Int64) -> Wire.Site {
    Wire.Site(
      site: site.id, centre: site.centre, jurisdiction: site.jurisdiction.wire, metro: site.metro,
      currency: site.currency.wire,
      certified: certificates.map {
        Wire.Certificate(
          dataClass: $0.dataClass, until: instant($0.until), state: $0.standing(at: time).wire,
          filing: $0.filing?.number, filed: $0.filing.map { instant($0.filed) })
      },
      pools: (offer?.pools ?? []).map { pool in
        Wire.Pool(
          pool: pool.name, chip: pool.chip, fabric: pool.fabric, unit: small(pool.unit),
          reclaim: ReclaimTerm(notice: pool.reclaim), lease: pool.limits?.wire)
      },
      generation: offer?.generation, sellUntil: offer.map { instant($0.sellUntil) })
  }
}
