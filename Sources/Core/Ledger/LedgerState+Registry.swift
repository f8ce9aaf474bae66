import Accounts
import Market
import Units

// Parties, principals, sites, chips, rates, rules and the door to the bank.
extension LedgerState {
  mutating func begin(_ genesis: Genesis, _ entry: Entry) throws(LedgerFault) -> [Event] {
    guard genesis.currencies.contains(.hkd),
      genesis.currencies == Currency.allCases.filter(genesis.currencies.contains)
    else { throw .noGenesis }
    let first = genesis.version ?? 1
    guard first <= Self.newestVersion else { throw .unknownVersion(first) }
    version = first
    origin = genesis.origin
    // So that the first round, too, is due at a fixed time, however busy the log is.
    lastClose = entry.time
    rules = genesis.rules
    currencies = genesis.currencies
    var events: [Event] = [.genesis(genesis)]
    for currency in currencies {
      for system in SystemAccount.allCases {
        let account = Account(system: system, currency: currency)
        accounts.open(account)
        events.append(.accountOpened(account))
      }
    }
    for chip in genesis.chips {
      var item = Chip()
      item.chip = chip
      chips[chip] = item
    }
    do throws(Refusal) {
      for party in genesis.parties { events += try add(party) }
      for principal in genesis.principals {
        guard parties.contains(principal.party), !principals.contains(principal.id) else {
          throw .unknownParty
        }
        principals[principal.id] = principal
        events.append(.principalAdded(principal))
      }
    } catch {
      throw .noGenesis
    }
    return events
  }

  mutating func add(_ party: Party) throws(Refusal) -> [Event] {
    guard !parties.contains(party.id) else { throw .nameTaken }
    guard SystemAccount(rawValue: party.id) == nil, !party.id.contains(":") else {
      throw .nameReserved
    }
    guard currencies.contains(party.currency) else { throw .currencyNotTraded }
    guard party.id.utf8.count <= 40, !Award.isReserved(party.id) else { throw .nameReserved }
    parties[party.id] = party
    var events: [Event] = [.partyAdded(party)]
    guard [.tenant, .centre, .fund].contains(party.kind) else { return events }
    let account = Account(party: party.id, currency: party.currency)
    accounts.open(account)
    events.append(.accountOpened(account))
    return events
  }

  mutating func add(_ new: NewPrincipal, _ entry: Entry) throws(Refusal) -> [Event] {
    guard let party = parties[new.party] else { throw .unknownParty }
    let allowed: [Role]
    switch party.kind {
    case .centre: allowed = [.agent, .centre]
    case .fund: allowed = [.reviewer]
    case .platform: allowed = [.leader, .platform]
    case .regulator: allowed = [.regulator]
    case .tenant: allowed = [.manager, .trader]
    }
    guard new.roles.allSatisfy(allowed.contains) else { throw .partyKind }
    if let site = new.site {
      guard let known = book.sites[site] else { throw .unknownSite }
      guard known.centre == new.party else { throw .notYours }
    } else if new.roles.contains(.agent) {
      throw .unknownSite
    }
    var principal = Principal()
    principal.id = "p-\(entry.position)"
    guard !principals.contains(principal.id) else { throw .nameTaken }
    principal.party = new.party
    principal.roles = Role.allCases.filter(new.roles.contains)
    principal.site = new.site
    principals[principal.id] = principal
    return [.principalAdded(principal)]
  }

  mutating func add(_ site: Site, _ entry: Entry) throws(Refusal) -> [Event] {
    guard let centre = parties[site.centre] else { throw .unknownParty }
    guard !book.sites.contains(site.id) else { throw .nameTaken }
    guard !site.id.contains(":"), site.id.utf8.count <= 30 else { throw .nameReserved }
    guard currencies.contains(site.currency) else { throw .currencyNotTraded }
    guard centre.kind == .centre else { throw .partyKind }
    book.sites[site.id] = site
    // Its agent is a principal of its own, named like the site by this entry.
    var agent = Principal()
    agent.id = "p-\(entry.position)"
    agent.party = centre.id
    agent.roles = [.agent]
    agent.site = site.id
    principals[agent.id] = agent
    var events: [Event] = [.siteAdded(site), .principalAdded(agent)]
    // A centre is paid in the currency of each of its sites.
    let id = Account.id(centre.id, site.currency)
    if !accounts.accounts.contains(id) {
      let account = Account(party: centre.id, currency: site.currency)
      accounts.open(account)
      events.append(.accountOpened(account))
    }
    return events
  }

  mutating func add(_ chip: Chip) throws(Refusal) -> [Event] {
    guard !chips.contains(chip.chip) else { throw .nameTaken }
    chips[chip.chip] = chip
    return [.chipAdded(chip)]
  }

  mutating func certify(_ certificate: Certificate) throws(Refusal) -> [Event] {
    guard book.sites.contains(certificate.site) else { throw .unknownSite }
    let key = MarketBook.key(certificate.site, certificate.dataClass)
    let drained = version >= 5 ? try drain(certificate, before: book.certificates[key]) : []
    book.certificates[key] = certificate
    return [.certified(certificate)] + drained
  }

  mutating func set(
    _ report: LatencyReport, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    guard book.sites.contains(report.site) else { throw .unknownSite }
    if entry.role == .agent, principal.site != report.site { throw .notYours }
    store(report)
    return [.latenciesSet(report)]
  }

  mutating func set(_ rate: DatedRate) throws(Refusal) -> [Event] {
    guard rate.currency != .hkd, currencies.contains(rate.currency) else {
      throw .currencyNotTraded
    }
    let numerator = Int128(rate.rate.numerator)
    let denominator = Int128(rate.rate.denominator)
    let factor = Int128(Bound.rateFactor)
    guard numerator <= denominator * factor, denominator <= numerator * factor,
      rate.validUntil > time
    else { throw .rateOutOfBounds }
    book.rates[rate.currency] = rate
    return [.rateSet(rate)]
  }

  mutating func set(_ rules: Rules) -> [Event] {
    self.rules = rules
    return [.rulesSet(rules)]
  }

  /// Moves money in one linked chain and says so in events.
  mutating func move(_ steps: [AccountBook.Step]) throws(Refusal) -> [Event] {
    do throws(AccountBook.Refusal) {
      return keepFates(try accounts.apply(steps, at: time))
    } catch {
      throw Refusal(error.fault)
    }
  }
}
