import Accounts
import Ledger
import LedgerFixture
import Market
import Units

/// The committee of a fund that calls for both sites of the hall.
struct Committee: Sendable {
  var ann = ""
  var ben = ""
  /// The call that is open.
  var call: Int64 = 0

  static let contract = String(repeating: "c1", count: 32)
  static let paper = String(repeating: "d0", count: 32)
}

extension Hall {
  /// A fund in HKD with 1,000,000.00, three reviewers of whom the last is returned apart, and a call.
  mutating func committee(
    money: Int64 = Hall.money, _ change: (inout CallTerms) -> Void = { _ in }
  ) throws -> (Committee, third: String) {
    _ = try Exchange.accepted(
      try exchange.decree(.addParty(Exchange.party("aiss", .fund, .hkd))))
    if money > 0 { try exchange.deposit("aiss:hkd", money) }
    var committee = Committee()
    committee.ann = try exchange.add("aiss", [.reviewer])
    committee.ben = try exchange.add("aiss", [.reviewer])
    let third = try exchange.add("aiss", [.reviewer])
    _ = try Exchange.accepted(try exchange.decree(.scheme(.setListPrices(prices()))))
    var terms = CallTerms()
    terms.amount = 50_000_000
    terms.chips = ["a910b", "h800"]
    terms.closesAt = Hall.start + Span.week
    terms.from = Hall.start
    terms.gpuHours = 10_000
    terms.permille = 900
    terms.scores = 2
    terms.sites = ["hk", "sz"]
    terms.until = Hall.start + 52 * Span.week
    change(&terms)
    committee.call = try passed(.openCall(terms), by: committee)
    return (committee, third)
  }

  func prices(_ version: Int64 = 1, reference: Int64 = 0, trades: Int64 = 0) -> PriceList {
    var list = PriceList()
    list.version = version
    list.items = ["a910b", "h800"].map { chip in
      var item = PriceList.Item()
      item.chip = chip
      item.list = 1_500
      item.reference = reference
      item.trades = trades
      return item
    }
    return list
  }

  /// A command of two reviewers; the position that names what it makes.
  @discardableResult
  mutating func passed(_ command: SchemeCommand, by committee: Committee) throws -> Int64 {
    let position = exchange.state.position
    _ = try Exchange.accepted(
      try exchange.send(.scheme(command), by: committee.ann, as: .reviewer))
    _ = try Exchange.accepted(
      try exchange.send(.approve(Numbered(position)), by: committee.ben, as: .reviewer))
    return position
  }

  func application(_ committee: Committee) -> ApplicationTerms {
    var terms = ApplicationTerms()
    terms.amount = 20_000_000
    terms.call = committee.call
    terms.chips = ["h800"]
    terms.contract = Committee.contract
    terms.documents = Committee.paper
    terms.from = Hall.start
    terms.gpuHours = 1_000
    terms.permille = 700
    terms.sites = ["hk"]
    terms.until = Hall.start + 10 * Span.week
    return terms
  }

  /// Applies for the first tenant; the position of the application.
  mutating func applied(
    _ committee: Committee, _ change: (inout ApplicationTerms) -> Void = { _ in }
  ) throws -> Int64 {
    var terms = application(committee)
    change(&terms)
    let position = exchange.state.position
    _ = try Exchange.accepted(
      try exchange.send(.scheme(.apply(terms)), by: hku, as: .trader))
    return position
  }

  static func score(_ application: Int64, _ points: Int64 = 7) -> ScoreTerms {
    var terms = ScoreTerms()
    terms.application = application
    terms.benefit = points
    terms.demand = points
    terms.need = points
    terms.soundness = points
    terms.reason = Committee.paper
    return terms
  }

  mutating func scored(_ application: Int64, by committee: Committee) throws {
    for reviewer in [committee.ann, committee.ben] {
      _ = try Exchange.accepted(
        try exchange.send(
          .scheme(.score(Self.score(application))), by: reviewer, as: .reviewer))
    }
  }

  func decision(_ application: Int64) -> DecisionTerms {
    let asked = exchange.state.scheme.applications[application]?.terms ?? ApplicationTerms()
    var terms = DecisionTerms()
    terms.amount = asked.amount
    terms.application = application
    terms.exception = asked.permille > Award.usualPermille
    terms.gpuHours = asked.gpuHours
    terms.granted = true
    terms.permille = asked.permille
    terms.reason = Committee.paper
    return terms
  }

  /// An award for the first tenant; its position.
  mutating func awarded(
    _ committee: Committee, _ change: (inout ApplicationTerms) -> Void = { _ in }
  ) throws -> Int64 {
    let application = try applied(committee, change)
    try scored(application, by: committee)
    return try passed(.decide(decision(application)), by: committee)
  }

  func award(_ seq: Int64) throws -> Award {
    guard let award = exchange.state.scheme.awards[seq] else {
      throw Exchange.Failure("award-\(seq) is not there")
    }
    return award
  }

  /// What is wrong with the sums of an award, or nil: amount = paid + held + left + returned.
  func imbalance(_ award: Award) -> String? {
    let account = exchange.state.accounts.accounts[award.account]
    let held = account?.debitsPending ?? 0
    let left = account?.available ?? -1
    guard award.amount == award.paid + held + left + award.returned else {
      return
        "\(award.id): \(award.amount) is not \(award.paid) + \(held) + \(left) + \(award.returned)"
    }
    return nil
  }
}

extension BidTerms {
  func drawing(on award: Int64) -> BidTerms {
    var terms = self
    terms.award = "award-\(award)"
    return terms
  }
}
