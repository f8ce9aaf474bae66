package import Accounts
package import Leases
package import Market
import Placement
package import Units

/// Why an entry cannot be applied at all: the log is not one that this release can follow. A replica
/// that meets one stops.
package enum LedgerFault: Error, Sendable, Equatable {
  /// The entry is not the next one.
  case wrongPosition(expected: Int64, found: Int64)
  /// Time fell.
  case timeFell(last: Int64, found: Int64)
  /// The first entry is not a genesis that this release understands.
  case noGenesis
  /// The rules of this version are not known here.
  case unknownVersion(Int64)
}

/// The replicated state machine: what is live, as a value. `apply` is a pure function of this value
/// and an entry; the same entries give the same value, events and refusals on every machine.
///
/// Live state is bounded by the open bids, running leases, accounts, proposals and the command ids of
/// the last day. Everything else is in the tables that events are projected to.
package struct LedgerState: Sendable {
  /// The rules of `apply` that this release knows.
  package static let newestVersion: Int64 = 5

  package internal(set) var version: Int64 = 1
  /// Of the next entry.
  package internal(set) var position: Int64 = 0
  package internal(set) var time: Int64 = 0
  package internal(set) var epoch: Int64 = 0
  package internal(set) var origin = ""
  package internal(set) var rules = Rules()
  package internal(set) var currencies: [Currency] = []
  package internal(set) var chips = OrderedMap<String, Chip>()
  package internal(set) var parties = OrderedMap<String, Party>()
  package internal(set) var principals = OrderedMap<String, Principal>()
  package internal(set) var book = MarketBook()
  /// The highest generation of each site, offers withdrawn included.
  package internal(set) var generations = OrderedMap<String, Int64>()
  package internal(set) var accounts = AccountBook()
  package internal(set) var leases = OrderedMap<LeaseKey, Lease>()
  /// Leases that lost their place and are not yet bids again.
  package internal(set) var displaced = OrderedMap<LeaseKey, Displaced>()
  /// Bids of live leases, by position.
  package internal(set) var filled = OrderedMap<Int64, FilledBid>()
  /// Damages that are not paid in full, by the position of the entry that found them.
  package internal(set) var owed = OrderedMap<Int64, Damages>()
  /// What was charged in the last days, by lease.
  package internal(set) var charged = OrderedMap<LeaseKey, ChargedLease>()
  /// Disputes that are open.
  package internal(set) var disputes = OrderedMap<DisputeKey, Dispute>()
  package internal(set) var projects = OrderedMap<BudgetKey, Project>()
  package internal(set) var budgets = OrderedMap<BudgetKey, StandingBudget>()
  /// What was charged to tenants and projects in the last months.
  package internal(set) var spending = OrderedMap<BudgetKey, Spending>()
  /// What bids and leases may still cost; follows from them.
  var plans = Plans()
  package internal(set) var proposals = OrderedMap<Int64, Proposal>()
  package internal(set) var scheme = Scheme()
  package internal(set) var round = RoundState()
  /// What the closed round froze; follows from the state right after its close.
  package internal(set) var frozen: FrozenRound?
  /// Digests of the bank's references of all deposits and payouts, with the positions of their
  /// proposals: people make them one by one, and none may count twice however late.
  package internal(set) var bankReferences = OrderedMap<String, Int64>()
  /// Open bids of each party.
  package internal(set) var openBids = OrderedMap<String, Int64>()
  var recent = RecentIDs()
  /// How transfers of the last day ended.
  var fates = TransferFates()
  /// When the last round was closed, or the market thawed; ms.
  package internal(set) var lastClose: Int64?
  /// Set while nothing is sold.
  package internal(set) var marketFreeze: MarketFreeze?
  /// Nil until it was set.
  package internal(set) var oversight: Oversight?
  /// The first position that no seal covers.
  package internal(set) var unsealed: Int64 = 0

  package init() {}
}

/// Where the round stands.
package struct RoundState: Sendable, Equatable, Record {
  /// Set while it is closed; ms.
  package var closedAt: Int64?
  package var number: Int64 = 1
  /// Accepted parts of the outcome, in order.
  package var parts: [OutcomePart] = []
  /// Epoch that the parts belong to.
  package var partsEpoch: Int64 = 0

  package init() {}

  package var isClosed: Bool { closedAt != nil }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("closedAt", optional: &closedAt, Bound.time)
    try codec.int("number", &number, Bound.position)
    try codec.list("parts", &parts, 0...512)
    try codec.int("partsEpoch", &partsEpoch, Bound.position)
  }
}

/// Leases in order of their round and number.
package struct LeaseKey: Hashable, Comparable, Sendable {
  package var round: Int64
  package var number: Int64

  package init(round: Int64, number: Int64) {
    self.round = round
    self.number = number
  }

  /// Of `lease-<round>-<number>`; nil for any other text.
  package init?(_ id: String) {
    let words = id.split(separator: "-", omittingEmptySubsequences: false)
    guard words.count == 3, words[0] == "lease", let round = Int64(words[1]),
      let number = Int64(words[2]), "lease-\(round)-\(number)" == id
    else { return nil }
    self.round = round
    self.number = number
  }

  package var id: String { "lease-\(round)-\(number)" }

  package static func < (left: LeaseKey, right: LeaseKey) -> Bool {
    (left.round, left.number) < (right.round, right.number)
  }
}

/// A two-person command that waits for its second person.
package struct Proposal: Sendable, Equatable, Record {
  /// How long it waits; ms.
  package static let life: Int64 = 7 * Span.day

  package var by = ""
  package var command = Command()
  package var order = ""
  package var position: Int64 = 0
  package var proposedAt: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("by", &by, .id)
    try codec.record("command", &command)
    try codec.text("order", &order, .hex32)
    try codec.int("position", &position, Bound.position)
    try codec.int("proposedAt", &proposedAt, Bound.time)
  }
}

/// The command ids of the last day of log time. The leader looks ids up for ever; this is the second
/// line, that holds on every replica.
struct RecentIDs: Sendable {
  private var known: Set<UInt128> = []
  private var queue: [(id: UInt128, time: Int64)] = []
  private var first = 0

  /// False when the id was there already.
  mutating func insert(_ id: String, at time: Int64) -> Bool {
    while first < queue.count, queue[first].time < time - Span.day {
      known.remove(queue[first].id)
      first += 1
    }
    if first > 1_024, first * 2 > queue.count {
      queue.removeFirst(first)
      first = 0
    }
    guard let number = UInt128(id, radix: 16), known.insert(number).inserted else { return false }
    queue.append((number, time))
    return true
  }

  var items: [RecentID] {
    queue[first...].map { entry in
      var item = RecentID()
      let text = String(entry.id, radix: 16)
      item.id = String(repeating: "0", count: 32 - text.count) + text
      item.time = entry.time
      return item
    }
  }
}

struct RecentID: Record {
  var id = ""
  var time: Int64 = 0

  mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("id", &id, .hex32)
    try codec.int("time", &time, Bound.time)
  }
}

extension LedgerState: Record {
  /// The canonical form of the live state: what snapshots hold and state hashes are of. Complete at
  /// the close of a round, where snapshots are taken: `frozen` follows from the rest there.
  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    let many = 0...Int(Int32.max)
    var list = accounts.accounts.values
    try codec.list("accounts", &list, many)
    var references = bankReferences.keys.map { BankReference($0, bankReferences[$0] ?? 0) }
    try codec.list("bankReferences", &references, many)
    var bids = book.bids.values
    try codec.list("bids", &bids, many)
    var budgetList = budgets.values
    try codec.list("budgets", &budgetList, many)
    var caps = book.caps.values
    try codec.list("caps", &caps, many)
    var certificates = book.certificates.values
    try codec.list("certificates", &certificates, many)
    var chargedList = charged.values
    try codec.list("charged", &chargedList, many)
    var chipList = chips.values
    try codec.list("chips", &chipList, many)
    try codec.elements("currencies", &currencies, 1...3, .hkd) { codec, value throws(CodecError) in
      try codec.choice(&value)
    }
    var displacedList = displaced.values
    try codec.list("displaced", &displacedList, many)
    var disputeList = disputes.values
    try codec.list("disputes", &disputeList, many)
    try codec.int("epoch", &epoch, Bound.position)
    var fateList = codec.isReading ? [] : fates.items
    try codec.list("fates", &fateList, many)
    var filledList = filled.values
    try codec.list("filled", &filledList, many)
    var published = generations.keys.map { site in
      var item = OfferWithdrawal()
      item.site = site
      item.generation = generations[site] ?? 0
      return item
    }
    try codec.list("generations", &published, many)
    try codec.int("lastClose", optional: &lastClose, Bound.time)
    var latencies = latencyReports
    try codec.list("latencies", &latencies, many)
    var leaseList = leases.values
    try codec.list("leases", &leaseList, many)
    try codec.record("marketFreeze", optional: &marketFreeze)
    var offers = book.offers.values
    try codec.list("offers", &offers, many)
    try codec.text("origin", &origin, .id)
    try codec.record("oversight", optional: &oversight)
    var owedList = owed.values
    try codec.list("owed", &owedList, many)
    var partyList = parties.values
    try codec.list("parties", &partyList, many)
    var pendings = accounts.pendings.values
    try codec.list("pendings", &pendings, many)
    try codec.int("position", &position, Bound.position)
    var principalList = principals.values
    try codec.list("principals", &principalList, many)
    var projectList = projects.values
    try codec.list("projects", &projectList, many)
    var proposalList = proposals.values
    try codec.list("proposals", &proposalList, many)
    var rates = book.rates.values
    try codec.list("rates", &rates, many)
    var recentList = codec.isReading ? [] : recent.items
    try codec.list("recent", &recentList, many)
    try codec.record("round", &round)
    try codec.record("rules", &rules)
    try codec.record("scheme", &scheme)
    var sites = book.sites.values
    try codec.list("sites", &sites, many)
    var spendingList = spending.values
    try codec.list("spending", &spendingList, many)
    try codec.int("time", &time, Bound.time)
    try codec.int("unsealed", &unsealed, Bound.position)
    try codec.int("version", &version, 1...Self.newestVersion)
    guard codec.isReading else { return }

    for account in list { accounts.open(account) }
    for item in references { bankReferences[item.reference] = item.number }
    for bid in bids {
      book.bids[bid.seq] = bid
      openBids[bid.party, default: 0] += 1
    }
    for cap in caps { book.caps[cap.pool] = cap }
    for item in displacedList {
      guard let key = LeaseKey(item.lease) else { throw codec.fail("a lease id") }
      displaced[key] = item
    }
    for item in chargedList {
      guard let key = LeaseKey(item.lease) else { throw codec.fail("a lease id") }
      charged[key] = item
    }
    for item in disputeList {
      guard let key = LeaseKey(item.lease) else { throw codec.fail("a lease id") }
      disputes[DisputeKey(lease: key, day: item.day)] = item
    }
    for item in filledList { filled[item.bid.seq] = item }
    for item in owedList { owed[item.number] = item }
    for item in certificates { book.certificates[MarketBook.key(item.site, item.dataClass)] = item }
    for chip in chipList { chips[chip.chip] = chip }
    for item in fateList { fates.insert(item) }
    for item in published { generations[item.site] = item.generation }
    for report in latencies { store(report) }
    for lease in leaseList {
      guard let key = LeaseKey(lease.id) else { throw codec.fail("a lease id") }
      leases[key] = lease
    }
    for offer in offers { book.offers[offer.site] = offer }
    for party in partyList { parties[party.id] = party }
    for pending in pendings { accounts.restore(pending) }
    for principal in principalList { principals[principal.id] = principal }
    for proposal in proposalList { proposals[proposal.position] = proposal }
    for rate in rates { book.rates[rate.currency] = rate }
    for item in recentList { _ = recent.insert(item.id, at: item.time) }
    for site in sites { book.sites[site.id] = site }
    for item in projectList {
      projects[BudgetKey(party: item.party, project: item.project)] = item
    }
    for item in budgetList { budgets[item.budget.key] = item }
    for item in spendingList { spending[item.key] = item }
    for bid in bids { plan(bid) }
    for lease in leaseList { plan(lease: lease.id) }
    if let closedAt = round.closedAt { freeze(at: closedAt) }
  }

  /// Latencies by site, for the encoding.
  private var latencyReports: [LatencyReport] {
    var reports: [LatencyReport] = []
    for key in book.latencies.keys {
      guard let slash = key.firstIndex(of: "/"), let roundTrip = book.latencies[key] else {
        continue
      }
      let site = String(key[..<slash])
      // A report has at most 256 metros; a site may have been told more.
      if reports.last?.site != site || reports.last?.items.count == 256 {
        var report = LatencyReport()
        report.site = site
        reports.append(report)
      }
      var item = Latency()
      item.metro = String(key[key.index(after: slash)...])
      item.roundTrip = roundTrip
      reports[reports.count - 1].items.append(item)
    }
    return reports
  }

  mutating func store(_ report: LatencyReport) {
    for item in report.items {
      book.latencies[MarketBook.key(report.site, item.metro)] = item.roundTrip
    }
  }

  /// What running leases have taken, given-back time left out.
  package var commitments: [Commitment] {
    var commitments: [Commitment] = []
    for lease in leases.values {
      for run in lease.runs + lease.extras where run.from < lease.end {
        commitments.append(
          Commitment(
            pool: lease.pool, from: run.from, to: min(run.to, lease.end), gpus: run.gpus))
      }
    }
    return commitments
  }

  /// Freezes the book for the round that is closed.
  mutating func freeze(at time: Int64) {
    book.suspended = unsecured.map(\.due.centre)
    frozen = book.freeze(
      round: round.number, at: time, rules: rules, commitments: commitments,
      elastic: convertible(elasticLeases, at: time))
    holdToBase()
    let holdings = holdings
    frozen?.keepTenantLimits(holdings)
    limitConversions()
    frozen?.raiseMoved { accounts.pendings[$0.hold]?.amount ?? 0 }
  }

  /// An elastic bid whose hold was measured by a shorter window than the rules have now gets its base
  /// alone: extras that it could not pay would make every outcome invalid.
  private mutating func holdToBase() {
    guard let frozenBids = frozen?.bids else { return }
    for (index, bid) in frozenBids.enumerated() where bid.terms.kind == .elastic {
      let needed = bid.terms.hold(windowQuarters: rules.windowHours * 4)
      if let needed, let held = accounts.pendings[bid.hold]?.amount, needed <= held { continue }
      guard let options = frozen?.instance.bids[index].options.indices else { continue }
      for option in options {
        guard let least = frozen?.instance.bids[index].options[option].least else { continue }
        frozen?.instance.bids[index].options[option].gpus = least
      }
    }
  }
}
