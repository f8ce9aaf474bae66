import Access
import BrokerAPI
import Ledger
import LedgerStore
import Market
import Replica
import Units

// Chips, sites, their facts and offers.
extension Broker {
  func listChips(_ call: Call) async throws -> Answer {
    let rows = try await store.chipNames(after: try Cursor.text(call), limit: call.rows)
    return call.page(rows) {
      [$0]
    } item: {
      Wire.Chip(chip: $0)
    }
  }

  func addChip(_ call: Call) async throws -> Answer {
    let body: Wire.Chip = try call.body()
    var chip = Chip()
    chip.chip = body.chip
    return accepted(try await submit(.addChip(chip), call), id: chip.chip)
  }

  func listSites(_ call: Call) async throws -> Answer {
    let rows = try await store.sites(after: try Cursor.text(call), limit: call.rows)
    return call.page(rows) {
      [$0.site.id]
    } item: {
      $0.wire(at: now)
    }
  }

  func showSite(_ call: Call) async throws -> Answer {
    .json(try await site(call).wire(at: now).json())
  }

  /// The site that the path names; the caller need not have anything to do with it.
  private func site(_ call: Call) async throws -> SiteRow {
    let id = try call.path("site")
    guard let row = try await store.site(id) else {
      throw Problem(.notFound, "No site is named \(id).")
    }
    return row
  }

  /// The site that the path names, when the caller acts for it.
  func ownSite(_ call: Call) async throws -> Site {
    let viewer = try call.viewer
    let site = try await site(call).site
    let isOwn =
      viewer.has(.platform) || (viewer.has(.agent) && viewer.site == site.id)
      || (viewer.has(.centre) && viewer.party == site.centre)
    guard isOwn else {
      throw Problem(
        .notAllowed, "\(viewer.principal) does not act for site \(site.id).",
        next: "Use the token of the site's agent, or of its centre.")
    }
    return site
  }

  func registerSite(_ call: Call) async throws -> Answer {
    let body: Wire.RegisterSite = try call.body()
    var site = Site()
    site.id = body.site
    site.centre = body.centre
    site.jurisdiction = body.jurisdiction.core
    site.metro = body.metro
    site.currency = body.currency.core
    return accepted(try await submit(.addSite(site), call), id: site.id)
  }

  func inviteSite(_ call: Call) async throws -> Answer {
    let _: Wire.Nothing = try call.body()
    let site = try call.path("site")
    return try await secret(call, site) { [access] in
      let now = MarketClock.wall()
      return Wire.Invitation(
        site: site, invitation: try access.invite(site: site, now: now),
        expiresAt: instant(now + AccessDoor.invitationLife)
      ).json()
    }
  }

  func enrol(_ call: Call) async throws -> Answer {
    let body: Wire.Enrol = try call.body()
    let mayUse = try await claim(body.invitation)
    return try await secret(call, body.invitation) { [access] in
      guard mayUse else { throw AccessError.badInvitation }
      let made = try access.enrol(invitation: body.invitation, now: MarketClock.wall())
      return Wire.Enrolled(site: made.site, principal: made.principal, token: made.token).json()
    }
  }

  /// Of several replicas one alone may use an invitation.
  /// - Returns: false when it is good for nothing here, or was used: the answer to its use may be asked for
  ///   again all the same.
  private func claim(_ invitation: String) async throws -> Bool {
    guard let others = options.others else { return true }
    let digest = try await store.aside { [access] in
      try access.claimable(invitation, now: MarketClock.wall())
    }
    guard let digest else { return false }
    switch try await others.leave(digest) {
    case true?: return true
    case false?: throw AccessError.badInvitation
    case nil:
      throw Problem(
        .notServing, "Too few replicas answer to say that the invitation was not used.",
        next: "Try again; the invitation stays good.")
    }
  }

  func certifySite(_ call: Call) async throws -> Answer {
    let body: Wire.CertifySite = try call.body()
    var certificate = Certificate()
    certificate.site = try call.path("site")
    certificate.dataClass = body.dataClass
    certificate.until = body.until.milliseconds
    if let number = body.filing, let filed = body.filed {
      certificate.filing = Certificate.Filing()
      certificate.filing?.number = number
      certificate.filing?.filed = filed.milliseconds
    }
    return accepted(try await submit(.certify(certificate), call))
  }

  func reportLatencies(_ call: Call) async throws -> Answer {
    let body: Wire.ReportLatencies = try call.body()
    var report = LatencyReport()
    report.site = try await ownSite(call).id
    report.items = body.items.map { item in
      var latency = Latency()
      latency.metro = item.metro
      latency.roundTrip = Int64(item.roundTripMs)
      return latency
    }
    return accepted(try await submit(.setLatencies(report), call))
  }

  // MARK: Offers

  func listOffers(_ call: Call) async throws -> Answer {
    let rows = try await store.offers(
      site: call.arguments.text("site"), after: try Cursor.text(call), limit: call.rows)
    return call.page(rows) {
      [$0.offer.site]
    } item: {
      $0.wire
    }
  }

  func publishOffer(_ call: Call) async throws -> Answer {
    let body: Wire.PublishOffer = try call.body()
    let site = try await ownSite(call)
    return accepted(try await submit(.publishOffer(try body.offer(of: site)), call))
  }

  func withdrawOffer(_ call: Call) async throws -> Answer {
    let body: Wire.WithdrawOffer = try call.body()
    var withdrawal = OfferWithdrawal()
    withdrawal.site = try await ownSite(call).id
    withdrawal.generation = body.generation
    return accepted(try await submit(.withdrawOffer(withdrawal), call))
  }

  func reclaimCapacity(_ call: Call) async throws -> Answer {
    let body: Wire.ReclaimCapacity = try call.body()
    let site = try await ownSite(call).id
    return accepted(try await submit(.reclaimCapacity(body.terms(of: site)), call))
  }

  func declareLoss(_ call: Call) async throws -> Answer {
    let body: Wire.ReclaimCapacity = try call.body()
    let site = try call.path("site")
    return accepted(try await submit(.declareLoss(body.terms(of: site)), call))
  }

  // MARK: Rates and rules

  func listRates(_ call: Call) async throws -> Answer {
    let rows = try await store.rates(
      after: try Cursor.text(call), now: now, limit: call.rows
    ).filter { $0.currency != .hkd }
    return call.page(rows) {
      [$0.currency.rawValue]
    } item: { row in
      Wire.ExchangeRate(
        currency: row.currency == .mop ? .mop : .cny, numerator: small(row.rate.numerator),
        denominator: small(row.rate.denominator), validUntil: instant(row.validUntil))
    }
  }

  func setRate(_ call: Call) async throws -> Answer {
    let body: Wire.SetRate = try call.body()
    var rate = DatedRate()
    rate.currency = body.currency == .mop ? .mop : .cny
    rate.rate = Rate(numerator: Int64(body.numerator), denominator: Int64(body.denominator))
    rate.validUntil = body.validUntil.milliseconds
    return accepted(try await submit(.setRate(rate), call))
  }

  func showRules(_ call: Call) async throws -> Answer {
    let rules = try await store.rules()
    let body = Wire.Rules(
      budgets: rules.budgets.map {
        Wire.Budget(bids: small($0.bids), iterations: small($0.iterations))
      },
      damagesPermille: small(rules.damagesPermille), feePermille: small(rules.feePermille),
      grid: Wire.GridRules(
        quarterHours: small(rules.grid.quarterHours), hourlyDays: small(rules.grid.hourlyDays),
        days: small(rules.grid.days), weeks: small(rules.grid.weeks)),
      kappaPermille: small(rules.kappaPermille), leadMs: small(rules.lead),
      openBidsPerParty: small(rules.openBidsPerParty),
      roundMs: small(rules.roundLength), settleGraceMs: small(rules.settleGrace),
      soldAhead: small(rules.soldAhead), subsidy: rules.subsidy == .spare ? .spare : .share,
      windowHours: small(rules.windowHours))
    return .json(body.json())
  }

  func setRules(_ call: Call) async throws -> Answer {
    let body: Wire.Rules = try call.body()
    var rules = Rules()
    rules.budgets = body.budgets.map {
      Rules.Budget(bids: Int64($0.bids), iterations: Int64($0.iterations))
    }
    rules.damagesPermille = Int64(body.damagesPermille)
    rules.feePermille = Int64(body.feePermille)
    rules.kappaPermille = Int64(body.kappaPermille)
    rules.grid.quarterHours = Int64(body.grid.quarterHours)
    rules.grid.hourlyDays = Int64(body.grid.hourlyDays)
    rules.grid.days = Int64(body.grid.days)
    rules.grid.weeks = Int64(body.grid.weeks)
    rules.lead = Int64(body.leadMs)
    rules.openBidsPerParty = Int64(body.openBidsPerParty)
    rules.roundLength = Int64(body.roundMs)
    rules.settleGrace = Int64(body.settleGraceMs)
    rules.soldAhead = Int64(body.soldAhead)
    rules.subsidy = body.subsidy == .spare ? .spare : .share
    rules.windowHours = Int64(body.windowHours)
    return accepted(try await submit(.setRules(rules), call))
  }
}

extension Wire.ReclaimCapacity {
  fileprivate func terms(of site: String) -> ReclaimTerms {
    var terms = ReclaimTerms()
    terms.from = from.milliseconds
    terms.gpus = Int64(gpus)
    terms.pool = pool
    terms.site = site
    terms.to = to.milliseconds
    return terms
  }
}
