import Accounts
import Market
import Units

// The subsidy scheme: prices and facts, calls, applications, scores, decisions, awards (mission.md, S4
// to S6). What an award pays is in LedgerState+Awards.swift.
extension LedgerState {
  mutating func perform(
    _ command: SchemeCommand, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    switch command {
    case .setListPrices(let list): return try set(list)
    case .stateRelation(let relation): return try state(relation)
    case .registerContract(let contract): return register(contract)
    case .openCall(let terms): return try open(terms, principal, entry)
    case .closeCall(let call): return try closeCall(call.number, principal)
    case .apply(let terms): return try apply(terms, principal, entry)
    case .score(let terms): return try score(terms, principal)
    case .decide(let terms): return try decide(terms, principal, entry)
    case .reportProgress(let terms): return try report(terms, principal)
    case .release(let award): return try release(award.number, principal)
    case .clawBack(let terms): return try clawBack(terms, principal)
    }
  }

  // MARK: Prices and facts

  private mutating func set(_ list: PriceList) throws(Refusal) -> [Event] {
    guard currencies.contains(list.currency) else { throw .currencyNotTraded }
    for item in list.items where !chips.contains(item.chip) { throw .unknownChip }
    guard list.version == (scheme.newest(list.currency)?.version ?? 0) + 1 else {
      throw .generationNotNewer
    }
    scheme.lists[Scheme.key(list.currency, list.version)] = list
    return [.scheme(.listPricesSet(list))]
  }

  private mutating func state(_ relation: Relation) throws(Refusal) -> [Event] {
    for side in [relation.one, relation.other]
    where !parties.contains(side) && !principals.contains(side) { throw .unknownParty }
    guard relation.from < relation.until ?? .max, relation.one != relation.other else {
      throw .windowEmpty
    }
    scheme.relations[Scheme.key(relation)] = relation
    return [.scheme(.relationStated(relation))]
  }

  private mutating func register(_ contract: SubsidisedContract) -> [Event] {
    scheme.contracts[contract.contract] = contract
    return [.scheme(.contractRegistered(contract))]
  }

  private func inForce(_ relation: Relation) -> Bool {
    relation.from <= time && time < relation.until ?? .max
  }

  /// Whether facts in force connect two parties, by themselves or by their people.
  func related(_ one: String, _ other: String) -> Bool {
    func party(_ side: String) -> String { principals[side]?.party ?? side }
    return scheme.relations.values.contains { relation in
      guard inForce(relation) else { return false }
      let sides = (party(relation.one), party(relation.other))
      return sides == (one, other) || sides == (other, one)
    }
  }

  /// Whether another scheme, or another award, pays for a contract.
  func isSubsidised(_ contract: String, besides award: Int64? = nil) -> Bool {
    if let known = scheme.contracts[contract], known.since <= time { return true }
    return scheme.awards.values.contains {
      $0.contract == contract && $0.seq != award && !$0.ended
    }
  }

  /// A reviewer who holds a role for the applicant, or for a centre that the fund pays, neither
  /// scores, decides nor releases.
  func checkInterest(
    _ reviewer: Principal, fund: String, applicant: String?
  ) throws(Refusal) {
    var against = OrderedMap<String, Bool>()
    if let applicant { against[applicant] = true }
    for call in scheme.calls.values where call.fund == fund {
      for site in call.terms.sites {
        if let centre = book.sites[site]?.centre { against[centre] = true }
      }
    }
    for relation in scheme.relations.values where inForce(relation) {
      for (side, other) in [(relation.one, relation.other), (relation.other, relation.one)]
      where side == reviewer.id && against.contains(principals[other]?.party ?? other) {
        throw .conflictOfInterest
      }
    }
  }

  /// The same for whoever approves a command.
  func checkInterest(in command: SchemeCommand, _ reviewer: Principal) throws(Refusal) {
    switch command {
    case .decide(let terms):
      let applicant = scheme.applications[terms.application]?.party
      try checkInterest(reviewer, fund: reviewer.party, applicant: applicant)
    case .release(let award):
      let applicant = scheme.awards[award.number]?.party
      try checkInterest(reviewer, fund: reviewer.party, applicant: applicant)
    case .clawBack(let terms):
      let applicant = scheme.awards[terms.award]?.party
      try checkInterest(reviewer, fund: reviewer.party, applicant: applicant)
    default: break
    }
  }

  // MARK: Calls

  private mutating func open(
    _ terms: CallTerms, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    guard let fund = parties[principal.party], fund.kind == .fund else { throw .partyKind }
    for site in terms.sites where !book.sites.contains(site) { throw .unknownSite }
    for chip in terms.chips where !chips.contains(chip) { throw .unknownChip }
    guard terms.from < terms.until else { throw .windowEmpty }
    guard terms.closesAt > time, terms.until > terms.closesAt else { throw .windowPast }
    let list = scheme.lists[Scheme.key(fund.currency, terms.list)]
    for chip in terms.chips where list?.items.contains(where: { $0.chip == chip }) != true {
      throw .listPriceMissing
    }
    var call = Call()
    call.currency = fund.currency
    call.fund = fund.id
    call.seq = entry.position
    call.terms = terms
    scheme.calls[call.seq] = call
    return [.scheme(.callOpened(call))]
  }

  private mutating func closeCall(
    _ number: Int64, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    guard let call = scheme.calls[number] else { throw .unknownCall }
    guard call.fund == principal.party else { throw .notYours }
    guard !call.closed else { throw .callClosed }
    scheme.calls[number]?.closed = true
    return [.scheme(.callClosed(Numbered(number)))]
  }

  // MARK: Applications

  private mutating func apply(
    _ terms: ApplicationTerms, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    guard let party = parties[principal.party], party.kind == .tenant else { throw .partyKind }
    guard let call = scheme.calls[terms.call] else { throw .unknownCall }
    guard party.currency == call.currency else { throw .currencyNotTraded }
    guard terms.from < terms.until else { throw .windowEmpty }
    guard !call.closed, time < call.terms.closesAt else { throw .callClosed }
    guard
      !scheme.applications.values.contains(where: {
        $0.party == party.id && $0.terms.call == terms.call
      })
    else { throw .appliedAlready }
    let most = call.terms
    guard terms.amount <= most.amount, terms.gpuHours <= most.gpuHours,
      terms.permille <= most.permille, terms.from >= most.from, terms.until <= most.until,
      terms.sites.allSatisfy(most.sites.contains), terms.chips.allSatisfy(most.chips.contains)
    else { throw .beyondCall }
    try checkClaim(terms, of: party.id)
    var application = Application()
    application.party = party.id
    application.seq = entry.position
    application.terms = terms
    scheme.applications[application.seq] = application
    return [.scheme(.applied(application))]
  }

  /// What no fund pays: a relative's centre, and a contract that is paid for already.
  private func checkClaim(_ terms: ApplicationTerms, of party: String) throws(Refusal) {
    for site in terms.sites {
      if let centre = book.sites[site]?.centre, related(party, centre) { throw .relatedParties }
    }
    if isSubsidised(terms.contract) { throw .contractSubsidised }
  }

  private func application(
    _ number: Int64, _ principal: Principal
  ) throws(Refusal) -> (application: Application, call: Call) {
    guard let application = scheme.applications[number],
      let call = scheme.calls[application.terms.call]
    else { throw .unknownApplication }
    guard call.fund == principal.party else { throw .notYours }
    try checkInterest(principal, fund: call.fund, applicant: application.party)
    return (application, call)
  }

  private mutating func score(
    _ terms: ScoreTerms, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    let (application, _) = try application(terms.application, principal)
    guard application.scores.count < 64,
      !application.scores.contains(where: { $0.by == principal.id })
    else { throw .scoredAlready }
    var score = Score()
    score.by = principal.id
    score.terms = terms
    scheme.applications[terms.application]?.scores.append(score)
    return [.scheme(.scored(score))]
  }

  private mutating func decide(
    _ terms: DecisionTerms, _ principal: Principal, _ entry: Entry
  ) throws(Refusal) -> [Event] {
    let (application, call) = try application(terms.application, principal)
    guard application.scores.count >= Int(call.terms.scores) else { throw .scoresMissing }
    var decision = Decision()
    decision.by = principal.id
    decision.terms = terms
    guard terms.granted else {
      scheme.applications[application.seq] = nil
      return [.scheme(.decided(decision))]
    }
    let asked = application.terms
    guard terms.amount <= asked.amount, terms.gpuHours <= asked.gpuHours,
      terms.permille <= asked.permille,
      terms.permille <= Award.usualPermille || terms.exception
    else { throw .beyondCall }
    try checkClaim(asked, of: application.party)
    let award = award(terms, application, call, entry)
    let account = Account(party: call.fund, currency: call.currency, id: award.account)
    accounts.open(account)
    let moved: [Event]
    do throws(Refusal) {
      moved = try move([
        .post(
          debit: Account.id(call.fund, call.currency), credit: award.account,
          amount: award.amount, reason: .grant, subject: award.id)
      ])
    } catch {
      accounts.close(award.account)
      throw error
    }
    scheme.applications[application.seq] = nil
    scheme.awards[award.seq] = award
    decision.award = award.id
    return [.scheme(.decided(decision)), .accountOpened(account), .scheme(.awarded(award))] + moved
  }

  private func award(
    _ terms: DecisionTerms, _ application: Application, _ call: Call, _ entry: Entry
  ) -> Award {
    var award = Award()
    award.amount = terms.amount
    award.application = application.seq
    award.call = call.seq
    award.chips = application.terms.chips
    award.contract = application.terms.contract
    award.currency = call.currency
    award.from = application.terms.from
    award.fund = call.fund
    award.gpuHours = terms.gpuHours
    award.list = call.terms.list
    award.locked = terms.amount / 2
    award.party = application.party
    award.permille = terms.permille
    award.seq = entry.position
    award.sites = application.terms.sites
    award.until = application.terms.until
    return award
  }

  // MARK: Awards

  private mutating func report(
    _ terms: ProgressTerms, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    guard var award = scheme.awards[terms.award] else { throw .unknownAward }
    guard award.party == principal.party else { throw .notYours }
    guard !award.ended else { throw .awardEnded }
    award.report = terms.report
    return changed(award)
  }

  private func award(_ number: Int64, _ principal: Principal) throws(Refusal) -> Award {
    guard let award = scheme.awards[number] else { throw .unknownAward }
    guard award.fund == principal.party else { throw .notYours }
    try checkInterest(principal, fund: award.fund, applicant: award.party)
    return award
  }

  private mutating func release(
    _ number: Int64, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    var award = try award(number, principal)
    guard !award.ended else { throw .awardEnded }
    guard award.report != nil, award.locked > 0 else { throw .nothingLocked }
    award.locked = 0
    return changed(award)
  }

  /// What its bids and leases hold stays until they end; said again afterwards, that goes back too.
  private mutating func clawBack(
    _ terms: ClawbackTerms, _ principal: Principal
  ) throws(Refusal) -> [Event] {
    var award = try award(terms.award, principal)
    let left = accounts.accounts[award.account]?.available ?? 0
    guard !award.ended || left > 0 || terms.amount > 0 else { throw .awardEnded }
    guard terms.amount <= award.paid - award.clawed else { throw .beyondPaid }
    let fund = Account.id(award.fund, award.currency)
    var steps: [AccountBook.Step] = []
    if left > 0 {
      steps.append(
        .post(
          debit: award.account, credit: fund, amount: left, reason: .clawback, subject: award.id))
    }
    if terms.amount > 0 {
      steps.append(
        .post(
          debit: Account.id(award.party, award.currency), credit: fund, amount: terms.amount,
          reason: .clawback, subject: award.id))
    }
    let moved = try move(steps)
    award.ended = true
    award.locked = 0
    award.returned += left
    award.clawed += terms.amount
    return changed(award) + moved
  }

  private mutating func changed(_ award: Award) -> [Event] {
    scheme.awards[award.seq] = award
    return [.scheme(.awardChanged(award))]
  }
}
