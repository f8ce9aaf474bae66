import Ledger
import LedgerFixture
import Market
import Placement
import Seeded
import Units

/// What tenants, committees and the platform send about subsidies.
extension Crowd {
  /// A bid that draws on an award of its party, where it has one.
  mutating func drawing(_ terms: BidTerms, _ by: String, _ state: LedgerState) -> BidTerms {
    let party = state.principals[by]?.party
    let own = state.scheme.awards.values.filter { $0.party == party }
    guard !own.isEmpty, terms.kind != .elastic || chance(10) else { return terms }
    var terms = terms
    let award = source.pick(own)
    terms.award = chance(97) ? award.id : "award-\(state.position)"
    if chance(90) {
      terms.alternatives = terms.alternatives.filter { award.chips.contains($0.chip) }
      if terms.alternatives.isEmpty { terms.award = nil }
    }
    return terms.alternatives.isEmpty
      ? BidTerms.block(1, quarters: 1, limit: 1_000, from: state.time, until: state.time + Span.day)
      : terms
  }

  mutating func scheme(_ state: LedgerState) -> Sender {
    let digest = String(repeating: source.pick(["0", "1", "2", "3"]), count: 64)
    let reviewer = anybody(state, .reviewer)
    func from(_ by: String, _ role: Role, _ command: SchemeCommand) -> Sender {
      Sender(by: by, role: role, command: .scheme(command))
    }
    switch source.next() % 20 {
    case 0..<4: return from(anybody(state, .trader), .trader, .apply(application(state, digest)))
    case 4..<9:
      var score = ScoreTerms()
      score.application = key(state.scheme.applications) ?? 1
      score.need = source.number(0...10)
      score.reason = digest
      return from(reviewer, .reviewer, .score(score))
    case 9..<13: return from(reviewer, .reviewer, .decide(decision(state, digest)))
    case 13, 14:
      var progress = ProgressTerms()
      progress.award = key(state.scheme.awards) ?? 1
      progress.report = digest
      return from(anybody(state, .trader), .trader, .reportProgress(progress))
    case 15: return from(reviewer, .reviewer, .release(Numbered(key(state.scheme.awards) ?? 1)))
    case 16 where chance(10):
      var terms = ClawbackTerms()
      terms.award = key(state.scheme.awards) ?? 1
      terms.amount = source.pick([0, 0, 1, state.scheme.awards[terms.award]?.paid ?? 5])
      terms.reason = digest
      return from(reviewer, .reviewer, .clawBack(terms))
    case 17:
      var relation = Relation()
      relation.one = key(state.principals) ?? "p-1"
      relation.other = key(state.parties) ?? "hku"
      relation.from = state.time
      relation.until = state.time + source.number(1...6) * Span.hour
      relation.source = digest
      return from("maker", .platform, .stateRelation(relation))
    case 16, 18: return from("maker", .platform, .setListPrices(prices(state)))
    default:
      var fact = SubsidisedContract()
      fact.contract = String(repeating: chance(5) ? "4" : "0", count: 64)
      fact.scheme = "other"
      fact.since = state.time
      fact.source = digest
      return from("maker", .platform, .registerContract(fact))
    }
  }

  private mutating func prices(_ state: LedgerState) -> PriceList {
    var list = PriceList()
    list.currency = .hkd
    list.version = (state.scheme.lists.values.map(\.version).max() ?? 0) + 1
    list.items = ["a910b", "h800"].map { chip in
      var item = PriceList.Item()
      item.chip = chip
      item.list = source.number(500...2_000)
      item.reference = source.number(500...2_000)
      item.trades = source.number(0...40)
      return item
    }
    return list
  }

  private mutating func application(
    _ state: LedgerState, _ digest: String
  ) -> ApplicationTerms {
    var terms = ApplicationTerms()
    terms.call = key(state.scheme.calls) ?? 1
    let most = state.scheme.calls[terms.call]?.terms ?? CallTerms()
    terms.amount = source.number(1...most.amount)
    terms.chips = most.chips.isEmpty ? ["h800"] : most.chips
    terms.contract = digest
    terms.documents = digest
    terms.from = state.time
    terms.gpuHours = source.number(1...most.gpuHours)
    terms.permille = source.number(1...most.permille)
    terms.sites = most.sites.isEmpty ? ["hk"] : most.sites
    terms.until = most.until
    return terms
  }

  private mutating func decision(_ state: LedgerState, _ digest: String) -> DecisionTerms {
    var terms = DecisionTerms()
    terms.application = key(state.scheme.applications) ?? 1
    let asked = state.scheme.applications[terms.application]?.terms ?? ApplicationTerms()
    terms.amount = asked.amount
    terms.exception = asked.permille > Award.usualPermille
    terms.gpuHours = asked.gpuHours
    terms.granted = chance(80)
    terms.permille = asked.permille
    terms.reason = digest
    return terms
  }
}
