import Ledger
import LedgerFixture
import Units

extension Script {
  /// A fund with two reviewers, a call, two applications of which one is granted; the award.
  static func award(_ market: inout Exchange, _ traders: [String]) throws -> Int64 {
    let paper = String(repeating: "d0", count: 32)
    _ = try Exchange.accepted(
      try market.decree(.addParty(Exchange.party("scheme", .fund, .hkd))))
    try market.deposit("scheme:hkd", 10_000_000)
    let reviewers = [
      try market.add("scheme", [.reviewer]), try market.add("scheme", [.reviewer]),
    ]
    func passed(_ command: SchemeCommand) throws -> Int64 {
      let position = market.state.position
      _ = try Exchange.accepted(
        try market.send(.scheme(command), by: reviewers[0], as: .reviewer))
      _ = try Exchange.accepted(
        try market.send(.approve(Numbered(position)), by: reviewers[1], as: .reviewer))
      return position
    }
    var list = PriceList()
    var item = PriceList.Item()
    item.chip = "h800"
    item.list = 1_800
    list.items = [item]
    var relation = Relation()
    relation.one = "alpha"
    relation.other = "szcentre"
    relation.source = paper
    var fact = SubsidisedContract()
    fact.contract = String(repeating: "e1", count: 32)
    fact.scheme = "other"
    fact.source = paper
    for command in [
      .setListPrices(list), .stateRelation(relation), .registerContract(fact),
    ] as [SchemeCommand] { _ = try Exchange.accepted(try market.decree(.scheme(command))) }
    var call = CallTerms()
    call.amount = 5_000_000
    call.chips = ["h800"]
    call.closesAt = market.time + Span.day
    call.from = market.time
    call.gpuHours = 10_000
    call.permille = 700
    call.sites = ["cyberport"]
    call.until = market.time + 20 * Span.day
    let number = try passed(.openCall(call))
    var applications: [Int64] = []
    for trader in [traders[0], traders[2]] {
      var terms = ApplicationTerms()
      terms.amount = 1_000_000
      terms.call = number
      terms.chips = ["h800"]
      terms.contract = String(repeating: trader == traders[0] ? "a1" : "b1", count: 32)
      terms.documents = paper
      terms.from = call.from
      terms.gpuHours = 5_000
      terms.permille = 700
      terms.sites = ["cyberport"]
      terms.until = call.until
      applications.append(market.state.position)
      _ = try Exchange.accepted(
        try market.send(.scheme(.apply(terms)), by: trader, as: .trader))
    }
    _ = try Exchange.accepted(
      try market.send(.scheme(.closeCall(Numbered(number))), by: reviewers[0], as: .reviewer))
    var award: Int64 = 0
    for (index, application) in applications.enumerated() {
      var score = ScoreTerms()
      score.application = application
      score.need = Int64(8 - index)
      score.reason = paper
      _ = try Exchange.accepted(
        try market.send(.scheme(.score(score)), by: reviewers[1], as: .reviewer))
      var decision = DecisionTerms()
      decision.amount = 800_000
      decision.application = application
      decision.gpuHours = 5_000
      decision.granted = index == 0
      decision.permille = 700
      decision.reason = paper
      let position = try passed(.decide(decision))
      if index == 0 { award = position }
    }
    var progress = ProgressTerms()
    progress.award = award
    progress.report = paper
    _ = try Exchange.accepted(
      try market.send(.scheme(.reportProgress(progress)), by: traders[0], as: .trader))
    _ = try passed(.release(Numbered(award)))
    return award
  }
}
