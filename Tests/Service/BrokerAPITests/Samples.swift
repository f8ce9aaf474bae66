import BrokerAPI

/// One value of every wire type, with all its members.
enum Samples {
  static let accepted = Wire.Accepted(
    position: Position(clamping: 1_042), id: "a-1", state: .proposed,
    at: WireTime(clamping: 1_796_054_400_000))
  static let nothing = Wire.Nothing()
  static let whoami = Wire.Whoami(
    principal: "a-1", party: "a-1", site: "a-1", roles: [.agent], name: "words \u{E9}")
  static let clock = Wire.Clock(
    market: WireTime(clamping: 1_796_054_400_000), wall: WireTime(clamping: 1_796_054_400_000),
    scale: 1_000_000)
  static let token = Wire.Token(principal: "a-1", token: "smp_0123456789abcdefABCDEF")
  static let enrol = Wire.Enrol(invitation: "smp_0123456789abcdefABCDEF")
  static let enrolled = Wire.Enrolled(
    site: "a-1", principal: "a-1", token: "smp_0123456789abcdefABCDEF")
  static let invitation = Wire.Invitation(
    site: "a-1", invitation: "smp_0123456789abcdefABCDEF",
    expiresAt: WireTime(clamping: 1_796_054_400_000))
  static let addParty = Wire.AddParty(
    party: "a-1", kind: .tenant, currency: .hkd, name: "words \u{E9}")
  static let party = Wire.Party(
    party: "a-1", kind: .centre, currency: .hkd, name: "words \u{E9}",
    members: [Samples.partyMember])
  static let addMember = Wire.AddMember(roles: [.agent], site: "a-1")
  static let partyMember = Wire.PartyMember(principal: "a-1", roles: [.agent], site: "a-1")
  static let chip = Wire.Chip(chip: "a-1")
  static let approval = Wire.Approval(
    position: Position(clamping: 1_042), kind: "a-1", summary: "text", proposedBy: "a-1",
    proposedAt: WireTime(clamping: 1_796_054_400_000),
    expiresAt: WireTime(clamping: 1_796_054_400_000))
  static let registerSite = Wire.RegisterSite(
    site: "a-1", centre: "a-1", jurisdiction: .mo, metro: "a-1", currency: .hkd)
  static let site = Wire.Site(
    site: "a-1", centre: "a-1", jurisdiction: .mo, metro: "a-1", currency: .hkd,
    certified: [Samples.certificate], pools: [Samples.pool], generation: 1_000_000_000_000,
    sellUntil: WireTime(clamping: 1_796_054_400_000))
  static let certificate = Wire.Certificate(
    dataClass: "a-1", until: WireTime(clamping: 1_796_054_400_000), state: .endsIn7Days,
    filing: "a-1", filed: WireTime(clamping: 1_796_054_300_000))
  static let certifySite = Wire.CertifySite(
    dataClass: "a-1", until: WireTime(clamping: 1_796_054_400_000), filing: "a-1",
    filed: WireTime(clamping: 1_796_054_300_000))
  static let pool = Wire.Pool(
    pool: "a-1", chip: "a-1", fabric: "a-1", unit: 1024, reclaim: .notice(minutes: 30),
    lease: Samples.leaseLimits)
  static let reportLatencies = Wire.ReportLatencies(items: [Samples.latency])
  static let latency = Wire.Latency(metro: "a-1", roundTripMs: 12)
  static let publishOffer = Wire.PublishOffer(
    generation: 1_000_000_000_000, sellUntil: WireTime(clamping: 1_796_054_400_000),
    pools: [Samples.offeredPool])
  static let offeredPool = Wire.OfferedPool(
    pool: "a-1", chip: "a-1", fabric: "a-1", unit: 1024, node: 1024, reclaim: .notice(minutes: 30),
    lease: Samples.leaseLimits, spans: [Samples.offeredSpan])
  static let leaseLimits = Wire.LeaseLimits(shortest: 4, longest: 96, mostGpus: 480)
  static let offeredSpan = Wire.OfferedSpan(
    from: WireTime(clamping: 1_796_054_400_000), to: WireTime(clamping: 1_796_054_400_000),
    gpus: 16, ask: WireMoney(.cny, minor: 950))
  static let withdrawOffer = Wire.WithdrawOffer(generation: 1_000_000_000_000)
  static let reclaimCapacity = Wire.ReclaimCapacity(
    pool: "a-1", gpus: 1_000_000, from: WireTime(clamping: 1_796_054_400_000),
    to: WireTime(clamping: 1_796_054_400_000))
  static let offer = Wire.Offer(
    site: "a-1", generation: 1_000_000_000_000, sellUntil: WireTime(clamping: 1_796_054_400_000),
    pools: [Samples.offeredPool], publishedAt: WireTime(clamping: 1_796_054_400_000),
    position: Position(clamping: 1_042))
  static let wanted = Wire.Wanted(
    position: Position(clamping: 1_042), clock: Samples.clock, leases: [Samples.wantedLease],
    tenants: [Samples.leaseTenant])
  static let leaseTenant = Wire.LeaseTenant(tenant: "a-1", members: ["a-1"])
  static let wantedLease = Wire.WantedLease(
    lease: "a-1", pool: "a-1", chip: "a-1", tenant: "a-1",
    start: WireTime(clamping: 1_796_054_400_000), end: WireTime(clamping: 1_796_054_400_000),
    exclusive: true, steps: [Samples.leaseStep], endedAt: WireTime(clamping: 1_796_054_400_000))
  static let leaseStep = Wire.LeaseStep(
    from: WireTime(clamping: 1_796_054_400_000), to: WireTime(clamping: 1_796_054_400_000), gpus: 0)
  static let reportLease = Wire.ReportLease(
    state: .failed, access: ["login": "ssh a@b"], observed: Samples.observation)
  static let observation = Wire.Observation(nodes: 2, others: 0, wiped: true)
  static let reportReadings = Wire.ReportReadings(readings: [Samples.reading])
  static let reading = Wire.Reading(
    lease: "a-1", from: WireTime(clamping: 1_796_054_400_000),
    to: WireTime(clamping: 1_796_054_400_000), delivered: GPUSeconds(clamping: 7_200_250),
    used: GPUSeconds(clamping: 7_200_250))
  static let placeBid = Wire.PlaceBid(
    kind: .elastic, alternatives: [Samples.alternative],
    earliest: WireTime(clamping: 1_796_054_400_000),
    latestEnd: WireTime(clamping: 1_796_054_400_000), together: 1024, exclusive: true,
    reclaim: .notice(minutes: 30), near: Samples.nearness, where: Samples.whereabouts,
    dataClass: "a-1", project: "a-1", ifDisplaced: Samples.displacement, label: "words \u{E9}",
    award: "a-1")
  static let displacement = Wire.Displacement(maxGapQuarters: 672, move: .allowed, shrinkable: true)
  static let alternative = Wire.Alternative(
    chip: "a-1", gpus: 16, least: 16, quarters: 70_080, limit: WireMoney(.cny, minor: 1_000))
  static let nearness = Wire.Nearness(
    metro: "a-1", pricePerMs: WireMoney(.cny, minor: 5), maxMs: 12)
  static let whereabouts = Wire.Whereabouts(jurisdictions: [.mo], sites: ["a-1"], notSites: ["a-1"])
  static let bid = Wire.Bid(
    bid: "a-1", tenant: "a-1", kind: .elastic, alternatives: [Samples.alternative],
    earliest: WireTime(clamping: 1_796_054_400_000),
    latestEnd: WireTime(clamping: 1_796_054_400_000), together: 1024, exclusive: true,
    reclaim: .notice(minutes: 30), near: Samples.nearness, where: Samples.whereabouts,
    dataClass: "a-1", project: "a-1", ifDisplaced: Samples.displacement, label: "words \u{E9}",
    award: "a-1", replaced: Samples.replaced,
    state: .standing, hold: WireMoney(.hkd, minor: -1_234),
    placedAt: WireTime(clamping: 1_796_054_400_000), position: Position(clamping: 1_042),
    round: 1_000_000_000_000, fills: [Samples.fill], proof: Samples.entryStanding)
  static let replaced = Wire.Replaced(
    lease: "a-1", cause: .breach, centre: "a-1", covered: WireMoney(.hkd, minor: -1_234))
  static let fill = Wire.Fill(
    round: 1_000_000_000_000, alternative: 7, site: "a-1", pool: "a-1", chip: "a-1", gpus: 16,
    start: WireTime(clamping: 1_796_054_400_000), end: WireTime(clamping: 1_796_054_400_000),
    price: WireMoney(.hkd, minor: -1_234), total: WireMoney(.hkd, minor: -1_234),
    fee: WireMoney(.hkd, minor: -1_234), fund: WireMoney(.hkd, minor: 1_000), lease: "a-1")
  static let explanation = Wire.Explanation(
    bid: "a-1", round: 1_000_000_000_000, closedAt: WireTime(clamping: 1_796_054_400_000),
    filled: true, reason: "a-1", rule: "a-1", text: "text",
    short: WireMoney(.hkd, minor: -1_234), nearest: Samples.nearestPlace, take: Samples.takeTerms,
    places: [Samples.placeExplanation], position: Position(clamping: 1_042))
  static let nearestPlace = Wire.NearestPlace(
    site: "a-1", pool: "a-1", start: WireTime(clamping: 1_796_054_400_000),
    end: WireTime(clamping: 1_796_054_400_000))
  static let takeTerms = Wire.TakeTerms(
    limit: WireMoney(.hkd, minor: 1_234), more: WireMoney(.hkd, minor: 1), alternative: 7,
    at: Samples.nearestPlace, winners: 2, winnersTime: GPUSeconds(clamping: 7_200_000), others: 1,
    extrasTime: GPUSeconds(clamping: 900_000))
  static let placeExplanation = Wire.PlaceExplanation(
    site: "a-1", pool: "a-1", reason: "a-1", text: "text", freeGpus: 0,
    from: WireTime(clamping: 1_796_054_400_000), to: WireTime(clamping: 1_796_054_400_000),
    price: WireMoney(.hkd, minor: -1_234))
  static let requestQuote = Wire.RequestQuote(
    kind: .elastic, alternatives: [Samples.quoteAlternative],
    earliest: WireTime(clamping: 1_796_054_400_000),
    latestEnd: WireTime(clamping: 1_796_054_400_000), together: 1024, exclusive: true,
    reclaim: .notice(minutes: 30), near: Samples.nearness, where: Samples.whereabouts,
    dataClass: "a-1", project: "a-1", label: "words \u{E9}", award: "a-1")
  static let quoteAlternative = Wire.QuoteAlternative(
    chip: "a-1", gpus: 16, least: 16, quarters: 70_080, limit: WireMoney(.cny, minor: 1_000))
  static let quotes = Wire.Quotes(
    items: [Samples.quote], round: 1_000_000_000_000, position: Position(clamping: 1_042),
    nextClose: WireTime(clamping: 1_796_054_400_000), record: Samples.quoteRecord,
    reliance: Samples.quoteReliance, fundHold: WireMoney(.hkd, minor: 1_234))
  static let quoteRecord = Wire.QuoteRecord(
    limit: WireMoney(.hkd, minor: 1_840), filled: 71, rounds: 96)
  static let quoteReliance = Wire.QuoteReliance(bids: 100, filled: 93)
  static let quote = Wire.Quote(
    site: "a-1", pool: "a-1", chip: "a-1", start: WireTime(clamping: 1_796_054_400_000),
    end: WireTime(clamping: 1_796_054_400_000), gpus: 16, roundTripMs: 12,
    price: WireMoney(.hkd, minor: 1_234), total: WireMoney(.hkd, minor: 1_234),
    fee: WireMoney(.hkd, minor: 12), fund: WireMoney(.hkd, minor: 12),
    take: WireMoney(.hkd, minor: 1_300),
    limit: WireMoney(.hkd, minor: 1_234), hold: WireMoney(.hkd, minor: 1_234))
  static let marketPrices = Wire.MarketPrices(
    round: 1_000_000_000_000, endedAt: WireTime(clamping: 1_796_054_400_000),
    pools: [Samples.poolPrices], position: Position(clamping: 1_042))
  static let poolPrices = Wire.PoolPrices(
    pool: "a-1", site: "a-1", chip: "a-1", runs: [Samples.priceRun])
  static let priceRun = Wire.PriceRun(
    from: WireTime(clamping: 1_796_054_400_000), to: WireTime(clamping: 1_796_054_400_000),
    ask: WireMoney(.hkd, minor: -1_234), price: WireMoney(.hkd, minor: -1_234))
  static let marketBook = Wire.MarketBook(
    round: 1_000_000_000_000, pools: [Samples.poolBook], position: Position(clamping: 1_042))
  static let poolBook = Wire.PoolBook(
    pool: "a-1", site: "a-1", chip: "a-1", days: [Samples.bookDay])
  static let bookDay = Wire.BookDay(
    day: WireTime(clamping: 1_796_054_400_000), offered: GPUSeconds(clamping: 7_200_250),
    committed: GPUSeconds(clamping: 7_200_250), free: GPUSeconds(clamping: 7_200_250))
  static let marketEvent = Wire.MarketEvent(
    kind: .roundEnded, at: WireTime(clamping: 1_796_054_400_000), round: 1_000_000_000_000,
    site: "a-1")
  static let round = Wire.Round(
    round: 1_000_000_000_000, state: .ended, closedAt: WireTime(clamping: 1_796_054_400_000),
    endedAt: WireTime(clamping: 1_796_054_400_000), bids: 1_000_000, winners: 1_000_000,
    welfare: WireMoney(.hkd, minor: -1_234), bound: WireMoney(.hkd, minor: -1_234),
    gapPermille: 1_000_000, iterations: 1_000_000_000_000, position: Position(clamping: 1_042))
  static let lease = Wire.Lease(
    lease: "a-1", bid: "a-1", tenant: "a-1", site: "a-1", pool: "a-1", chip: "a-1",
    start: WireTime(clamping: 1_796_054_400_000), end: WireTime(clamping: 1_796_054_400_000),
    exclusive: true, steps: [Samples.leaseStep], state: .ordered,
    endedAt: WireTime(clamping: 1_796_054_400_000), price: WireMoney(.hkd, minor: -1_234),
    total: WireMoney(.hkd, minor: -1_234), delivered: GPUSeconds(clamping: 7_200_250),
    used: GPUSeconds(clamping: 7_200_250), charged: WireMoney(.hkd, minor: -1_234),
    award: "a-1", fund: WireMoney(.hkd, minor: 1_000), label: "words \u{E9}",
    position: Position(clamping: 1_042), proof: Samples.entryStanding)
  static let leaseAccess = Wire.LeaseAccess(
    lease: "a-1", state: .ordered, access: ["login": "ssh a@b"])
  static let account = Wire.Account(
    account: "a-1", party: "a-1", currency: .hkd, balance: WireMoney(.hkd, minor: -1_234),
    held: WireMoney(.hkd, minor: -1_234), free: WireMoney(.hkd, minor: -1_234),
    creditLimit: WireMoney(.hkd, minor: -1_234), closed: true)
  static let statementLine = Wire.StatementLine(
    at: WireTime(clamping: 1_796_054_400_000), position: Position(clamping: 1_042), kind: "a-1",
    counterparty: "a-1", debit: WireMoney(.hkd, minor: -1_234),
    credit: WireMoney(.hkd, minor: -1_234), balance: WireMoney(.hkd, minor: -1_234), lease: "a-1",
    bid: "a-1", transfer: "a-1", corrects: Position(clamping: 1_042), dispute: "a-1")
  static let recordDeposit = Wire.RecordDeposit(
    amount: WireMoney(.hkd, minor: 1_000), reference: "words \u{E9}",
    month: 220_012)
  static let recordPayout = Wire.RecordPayout(
    amount: WireMoney(.hkd, minor: 1_000), reference: "words \u{E9}",
    month: 220_012)
  static let closeAccount = Wire.CloseAccount(closed: true)
  static let transferLeg = Wire.TransferLeg(
    action: .pend, debit: "a-1", credit: "a-1", amount: WireMoney(.hkd, minor: 1_000),
    pending: "a-1", timeoutMs: 31_622_400_000)
  static let sendTransfer = Wire.SendTransfer(legs: [Samples.transferLeg])
  static let transfer = Wire.Transfer(
    transfer: "a-1", debit: "a-1", credit: "a-1", amount: WireMoney(.hkd, minor: -1_234),
    posted: WireMoney(.hkd, minor: -1_234), state: .expired,
    at: WireTime(clamping: 1_796_054_400_000), expiresAt: WireTime(clamping: 1_796_054_400_000),
    position: Position(clamping: 1_042))
  static let bankLine = Wire.BankLine(
    at: WireTime(clamping: 1_796_054_400_000), account: "a-1", direction: .sent,
    amount: WireMoney(.hkd, minor: 1_234), reference: String(repeating: "ab", count: 32),
    month: 202_611, proposal: Position(clamping: 1_042), position: Position(clamping: 1_042))
  static let settlement = Wire.Settlement(
    account: "a-1", party: "a-1", month: 202_611, opening: WireMoney(.hkd, minor: -1_234),
    earned: WireMoney(.hkd, minor: 1_234), spent: WireMoney(.hkd, minor: 1_234),
    received: WireMoney(.hkd, minor: 1_234), sent: WireMoney(.hkd, minor: 1_234),
    closing: WireMoney(.hkd, minor: -1_234), due: WireMoney(.hkd, minor: -1_234),
    confirmed: WireMoney(.hkd, minor: -1_234), open: WireMoney(.hkd, minor: -1_234))
  static let moneyBudget = Wire.MoneyBudget(
    limit: WireMoney(.hkd, minor: 1), allowed: WireMoney(.hkd, minor: 1),
    spent: WireMoney(.hkd, minor: 1), planned: WireMoney(.hkd, minor: 1),
    open: WireMoney(.hkd, minor: 1), left: WireMoney(.hkd, minor: 1))
  static let timeBudget = Wire.TimeBudget(
    limit: GPUSeconds(clamping: 1), allowed: GPUSeconds(clamping: 1),
    spent: GPUSeconds(clamping: 1), planned: GPUSeconds(clamping: 1),
    open: GPUSeconds(clamping: 1), left: GPUSeconds(clamping: 1))
  static let budgetMonth = Wire.BudgetMonth(
    tenant: "a-1", project: "a-1", month: 202_611, carryPermille: 12_000, gracePermille: 1_000,
    money: Samples.moneyBudget, gpuTime: Samples.timeBudget)
  static let budgets = Wire.Budgets(tenant: "a-1", months: [Samples.budgetMonth])
  static let setBudget = Wire.SetBudget(
    project: "a-1", money: WireMoney(.hkd, minor: 1), gpuTime: GPUSeconds(clamping: 1),
    carryPermille: 12_000, gracePermille: 1_000)
  static let addProject = Wire.AddProject(project: "a-1")
  static let dispute = Wire.Dispute(
    dispute: "a-1", lease: "a-1", day: WireTime(clamping: 1_796_054_400_000), tenant: "a-1",
    centre: "a-1", state: .upheld, openedAt: WireTime(clamping: 1_796_054_400_000),
    decidedAt: WireTime(clamping: 1_796_054_400_000), claimed: GPUSeconds(clamping: 7_200_000),
    charged: GPUSeconds(clamping: 7_200_000), delivered: GPUSeconds(clamping: 7_200_000),
    returned: WireMoney(.hkd, minor: 0), evidence: [Samples.evidence])
  static let evidence = Wire.Evidence(
    party: "a-1", at: WireTime(clamping: 1_796_054_400_000),
    digest: String(repeating: "ab", count: 32), text: "words \u{E9}")
  static let openDispute = Wire.OpenDispute(
    day: WireTime(clamping: 1_796_054_400_000), delivered: GPUSeconds(clamping: 7_200_000),
    evidence: "words \u{E9}")
  static let addEvidence = Wire.AddEvidence(evidence: "words \u{E9}")
  static let decideDispute = Wire.DecideDispute(delivered: GPUSeconds(clamping: 7_200_000))
  static let correctCharge = Wire.CorrectCharge(
    day: WireTime(clamping: 1_796_054_400_000), delivered: GPUSeconds(clamping: 7_200_000),
    reason: "words \u{E9}")
  static let setCreditLimit = Wire.SetCreditLimit(amount: WireMoney(.hkd, minor: 0))
  static let setRate = Wire.SetRate(
    currency: .cny, numerator: 1_000_000_000, denominator: 1_000_000_000,
    validUntil: WireTime(clamping: 1_796_054_400_000))
  static let exchangeRate = Wire.ExchangeRate(
    currency: .cny, numerator: 1_000_000_000, denominator: 1_000_000_000,
    validUntil: WireTime(clamping: 1_796_054_400_000))
  static let rules = Wire.Rules(
    budgets: [Samples.budget], damagesPermille: 1_000, feePermille: 500,
    grid: Samples.gridRules, kappaPermille: 500, leadMs: 86_400_000,
    openBidsPerParty: 1_000_000, roundMs: 86_400_000, settleGraceMs: 2_592_000_000, soldAhead: 24,
    subsidy: .spare,
    windowHours: 168)
  static let budget = Wire.Budget(bids: 10_000_000, iterations: 1_000_000)
  static let gridRules = Wire.GridRules(quarterHours: 48, hourlyDays: 60, days: 400, weeks: 104)
  static let billedLine = Wire.BilledLine(
    position: Position(clamping: 1_042), at: WireTime(clamping: 1_796_054_400_000), kind: "a-1",
    seller: "a-1", buyer: "a-1", gross: WireMoney(.hkd, minor: -1_234),
    tax: WireMoney(.hkd, minor: -1_234), net: WireMoney(.hkd, minor: -1_234), taxPermille: 1_000,
    lease: "a-1", site: "a-1", chip: "a-1", from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), delivered: GPUSeconds(clamping: 7_200_250),
    used: GPUSeconds(clamping: 7_200_250), forgone: GPUSeconds(clamping: 7_200_250),
    corrects: Position(clamping: 1_042), charged: WireTime(clamping: 1_796_054_400_000),
    less: GPUSeconds(clamping: 7_200_250), dispute: "a-1")
  static let invoice = Wire.Invoice(
    month: "2026-11", seller: "a-1", buyer: "a-1", from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), lines: 1_000_000_000,
    gross: WireMoney(.hkd, minor: -1_234), tax: WireMoney(.hkd, minor: -1_234),
    net: WireMoney(.hkd, minor: -1_234), final: true, sellerName: "words \u{E9}",
    buyerName: "words \u{E9}", registration: "words \u{E9}", number: "words \u{E9}",
    fapiao: "words \u{E9}")
  static let annotateInvoice = Wire.AnnotateInvoice(
    number: "words \u{E9}", fapiao: "words \u{E9}")
  static let setTax = Wire.SetTax(from: "2026-11", permille: 1_000, registration: "words \u{E9}")
  static let taxRules = Wire.TaxRules(
    party: "a-1", rules: [Samples.taxRule])
  static let taxRule = Wire.TaxRule(
    from: "2026-11", permille: 1_000, registration: "words \u{E9}")
  static let platformReport = Wire.PlatformReport(
    from: WireTime(clamping: 1_796_054_400_000), until: WireTime(clamping: 1_796_054_400_000),
    position: Position(clamping: 1_042), rounds: 1_000_000_000_000, bids: 1_000_000_000_000,
    winners: 1_000_000_000_000, sold: GPUSeconds(clamping: 7_200_250), sites: [Samples.siteUse],
    money: [Samples.turnover])
  static let siteUse = Wire.SiteUse(
    site: "a-1", centre: "a-1", jurisdiction: .mo, leases: 1_000_000_000_000,
    delivered: GPUSeconds(clamping: 7_200_250), used: GPUSeconds(clamping: 7_200_250),
    earned: WireMoney(.hkd, minor: -1_234), offeredGPUs: 1_000_000_000_000,
    takenGPUs: 1_000_000_000_000, utilisationPermille: 1_000)
  static let turnover = Wire.Turnover(kind: "a-1", amount: WireMoney(.hkd, minor: -1_234))
  static let ledgerHead = Wire.LedgerHead(
    position: Position(clamping: 1_042), root: String(repeating: "ab", count: 32),
    size: Position(clamping: 1_042), round: 1_000_000_000_000)
  static let ledgerEntry = Wire.LedgerEntry(
    position: Position(clamping: 1_042), entry: "text", events: ["text"])
  static let witnessReach = Wire.WitnessReach(
    name: "centre-a", size: Position(clamping: 1_042), trouble: "text")
  static let logStanding = Wire.LogStanding(
    origin: "market.example.hk", checkpointed: Position(clamping: 1_042),
    witnessed: Position(clamping: 1_000), witnesses: [Samples.witnessReach],
    waitingSince: WireTime(clamping: 1_796_083_200_000), trouble: "text",
    quorum: [Samples.cosignerGroup])
  static let tradeReceipt = Wire.TradeReceipt(
    lease: "lease-77-0", receipt: "text", proof: "text")
  static let leaseEvidence = Wire.LeaseEvidence(
    lease: "lease-77-0", records: [Samples.tradeReceipt], next: Position(clamping: 1_042))
  static let entryStanding = Wire.EntryStanding(
    position: Position(clamping: 1_042), state: .checkpointed, witnesses: 2, of: 3)
  static let ledgerReport = Wire.LedgerReport(
    ok: false, entries: Position(clamping: 1_042), root: String(repeating: "ab", count: 32),
    checks: [Samples.ledgerCheck])
  static let ledgerCheck = Wire.LedgerCheck(name: "seals", ok: false, detail: "text")

  static let all: [any WireValue] =
    [
      accepted, nothing, whoami, clock, token, enrol, enrolled, invitation, addParty, party,
      addMember, partyMember, chip, approval, registerSite, site, certificate, certifySite, pool,
      reportLatencies, latency, publishOffer, offeredPool, leaseLimits, offeredSpan,
      withdrawOffer, reclaimCapacity,
      offer, wanted,
      wantedLease, leaseTenant, leaseStep, reportLease, observation, reportReadings, reading,
      placeBid,
      alternative, nearness,
      displacement,
      whereabouts, bid, replaced, fill, explanation, nearestPlace, takeTerms, placeExplanation,
      requestQuote,
      quoteAlternative,
      quotes, quoteRecord, quoteReliance, quote, marketPrices, poolPrices, priceRun, marketBook,
      poolBook, bookDay, marketEvent, round,
      lease, leaseAccess, account, statementLine, recordDeposit, recordPayout, setCreditLimit,
      billedLine, invoice, annotateInvoice, setTax, taxRules, taxRule, platformReport, siteUse,
      turnover,
      moneyBudget, timeBudget, budgetMonth, budgets, setBudget, addProject,
      dispute, evidence, openDispute, addEvidence, decideDispute, correctCharge,
      closeAccount, transferLeg, sendTransfer, transfer, bankLine, settlement,
      setRate, exchangeRate, rules, budget, gridRules, ledgerHead, ledgerEntry, ledgerReport,
      ledgerCheck, replicaCard, advice, replaceMember, memberSeat, brokerStatus, marketStatus,
      thawMarket, activateVersion, cosignerGroup, surveillanceTerm, oversight, oversightInForce,
      witnessReach, logStanding, entryStanding,
      witnessSummary, tradeReceipt, leaseEvidence, readRecord, readHead,
    ] + scheme
}
