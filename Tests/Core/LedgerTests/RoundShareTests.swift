import Ledger
import LedgerFixture
import Market
import Seeded
import Testing
import Units

/// Anybody can check what a fund pays in a round: the share of the ask and nothing else, out of what
/// the award had set aside.
struct RoundShareTests {
  /// Rounds in which blocks and splits of two currencies compete, every other one with an award.
  static func rounds(_ rule: SubsidyRule, seed: UInt64) throws -> [RoundFile] {
    var rules = Hall.rules()
    rules.subsidy = rule
    rules.budgets = [Rules.Budget(bids: 100_000, iterations: 200)]
    var hall = try Hall(rules: rules)
    let (committee, _) = try hall.committee(money: 10 * Hall.money)
    let award = try hall.awarded(committee) {
      $0.amount = 50_000_000
      $0.chips = ["a910b", "h800"]
      $0.gpuHours = 10_000
      $0.sites = ["hk", "sz"]
    }
    var source = Source(seed)
    for _ in 0..<3 {
      for number in 0..<14 {
        var terms = hall.block(
          source.pick([2, 4, 6, 8, 12]), quarters: 4 * source.number(1...8),
          limit: source.number(200...1_500))
        if source.next() % 3 == 0 { terms = terms.split }
        if number % 2 == 0 { terms = terms.drawing(on: award) }
        if number % 4 == 1 { terms.alternatives[0].limit += 900 }
        try hall.bid(terms, by: number % 4 == 1 ? hall.thu : hall.hku)
      }
      try hall.exchange.round()
      hall.exchange.time += 5 * Span.minute
    }
    return try RoundFile.all(of: hall.exchange.log)
  }

  @Test(
    "It accepts rounds in which awards pay shares of one site and of two",
    arguments: [SubsidyRule.share, .spare])
  func accepted(rule: SubsidyRule) throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try (1...3).flatMap { try Self.rounds(rule, seed: $0) }
    #expect(files.allSatisfy { $0.text.contains("\"spare\":true") == (rule == .spare) })
    let shares = files.flatMap { $0.text.matches(of: /"pending":"fund\.lease-[0-9-]+/) }
    #expect(shares.count > 12, "\(shares.count)")
    for (file, verdict) in zip(files, try RoundFile.check(files)) {
      #expect(verdict.accepted, "round \(file.round): \(verdict.text)")
    }
  }

  @Test(
    "It refuses a round in which any sort of number was changed, shares of asks too",
    arguments: [SubsidyRule.share, .spare])
  func changes(rule: SubsidyRule) throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try Self.rounds(rule, seed: 2)
    let changed = files.flatMap { $0.changes(seed: 5, each: 12) }
    for (change, verdict) in zip(changed, try RoundFile.check(changed.map(\.file))) {
      if change.sort.contains("proof") || change.sort.contains("duals") { continue }
      #expect(!verdict.accepted, "\(change.sort): \(change.what)")
    }
  }

  /// What may not be of a subsidised round, and why.
  private static var lies: [(what: String, place: Regex<(Substring, Substring)>, why: String)] {
    [
      (
        "the share follows something else than the ask", /"share":\[(\d+)/,
        "another share of the ask"
      ),
      ("the share counts for more than it is", /"amount":\[(\d+)/, "another share of the ask"),
      ("the award pays more of the ask", /"permille":(\d)\d+,/, "another share of the ask"),
      ("lower: the cap of the award", /"cap":(\d+),"permille"/, "another share of the ask"),
      ("lower: the list price", /"list":(\d+),/, "another share of the ask"),
      (
        "the fund pays congestion", /"amount":(\d+)(?=,"credit":"[^}]*"pending":"fund\.)/,
        "fund.lease"
      ),
      (
        "another pays for the tenant", /"debit":"award-(\d+)[^}]*"pending":"fund\.lease/,
        "fund.lease"
      ),
      ("lower: what was set aside", /"held":(\d+),"pending":"fund-/, "more for bid-"),
      ("another had set it aside", /"debit":"award-(\d+)[^}]*"pending":"fund-/, "more for bid-"),
    ]
  }

  @Test(
    "It says what a fund may not do: pay for more than its share of the ask, or what it has not")
  func reasons() throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try Self.rounds(.share, seed: 2)
    for (what, place, why) in Self.lies {
      var lies: [RoundFile] = []
      for file in files {
        for match in file.text.matches(of: place) {
          let number = match.output.1
          var lie = file
          let changed = what.hasPrefix("lower") ? 7 : (Int64(number) ?? 0) + 1
          lie.bytes = Array(
            (file.text[..<number.startIndex] + "\(changed)" + file.text[number.endIndex...]).utf8)
          lies.append(lie)
        }
      }
      let verdicts = try RoundFile.check(Array(lies.prefix(12)))
      #expect(verdicts.contains { $0.text.contains(why) }, "\(what): \(verdicts.map(\.text))")
    }
  }
}
