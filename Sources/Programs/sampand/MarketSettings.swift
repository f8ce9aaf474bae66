import Ledger
import Market
import Settings
import Units

/// The genesis of a market, read from a file such as config/market.yaml.
enum MarketSettings {
  static func genesis(file: String) throws -> Genesis {
    let reader = SettingsReader(file: file)
    var genesis = Genesis()
    genesis.origin = reader.string("origin", doc: "name of the log: a URL without its scheme")
    genesis.currencies = reader.list(
      "currencies", default: ["CNY", "HKD"], doc: "in alphabetical order; HKD must be among them"
    ).compactMap(Currency.init(rawValue:)).sorted()
    genesis.chips = reader.list("chips", doc: "chips that offers and bids may name")
    let platform = reader.section("platform")
    var party = Party()
    party.id = platform.string("party", default: "platform", doc: "id of the platform operator")
    party.kind = .platform
    genesis.parties = [party]
    let persons = platform.int(
      "persons", default: 2, in: 2...16, doc: "how many may propose and approve")
    genesis.principals = (0...persons).map { number in
      var principal = Principal()
      principal.id = "p-0-\(number)"
      principal.party = party.id
      // The first is the replica itself.
      principal.roles = [number == 0 ? .leader : .platform]
      return principal
    }
    genesis.rules = rules(reader.section("rules", doc: "what the market plays by"))
    genesis.version = LedgerState.newestVersion
    try reader.finish()
    return genesis
  }

  /// The principal in whose name a replica acts.
  static let leader = "p-0-0"

  private static func rules(_ reader: SettingsReader) -> Rules {
    var rules = Rules()
    let day: Duration = .seconds(86_400)
    rules.roundLength = milliseconds(
      reader.duration("roundLength", default: "15m", in: .seconds(1)...day, doc: "of a round"))
    rules.lead = milliseconds(
      reader.duration("lead", default: "5m", in: .zero...day, doc: "from a close to the first slot")
    )
    rules.feePermille = Int64(
      reader.int("feePermille", default: 10, in: 0...500, doc: "on the tenant's bill"))
    rules.kappaPermille = Int64(
      reader.int(
        "kappaPermille", default: 20, in: 0...500,
        doc: "of the ask, by which a lease ranks higher for what it has"))
    rules.damagesPermille = Int64(
      reader.int(
        "damagesPermille", default: 200, in: 0...1_000,
        doc: "of the price of firm capacity that is not delivered"))
    rules.settleGrace = milliseconds(
      reader.duration(
        "settleGrace", default: "72h", in: .zero...(day * 30), doc: "how late a reading may be"))
    rules.openBidsPerParty = Int64(
      reader.int("openBidsPerParty", default: 10_000, in: 1...1_000_000, doc: "at once"))
    rules.soldAhead = Int64(
      reader.int("soldAhead", default: 1, in: 0...24, doc: "hours of extras beyond the next round"))
    rules.subsidy =
      reader.string(
        "subsidy", default: "share", oneOf: ["share", "spare"],
        doc: "what subsidised bids compete for") == "spare" ? .spare : .share
    rules.windowHours = Int64(
      reader.int("windowHours", default: 24, in: 0...168, doc: "in which extras bind the tenant"))
    let effort = reader.section("iterations", doc: "of a round's search, by its number of bids")
    rules.budgets = rules.budgets.map { budget in
      Rules.Budget(
        bids: budget.bids,
        iterations: Int64(
          effort.int(
            "upTo\(budget.bids)", default: Int(budget.iterations), in: 1...1_000_000,
            doc: "in rounds of at most so many bids")))
    }
    let grid = reader.section("grid", doc: "the lengths of slots")
    rules.grid.quarterHours = Int64(
      grid.int("quarterHours", default: 2, in: 0...48, doc: "whole hours cut in four"))
    rules.grid.hourlyDays = Int64(
      grid.int("hourlyDays", default: 7, in: 0...60, doc: "days cut in hours"))
    rules.grid.days = Int64(grid.int("days", default: 28, in: 0...400, doc: "days after that"))
    rules.grid.weeks = Int64(grid.int("weeks", default: 48, in: 0...104, doc: "weeks after that"))
    return rules
  }

  private static func milliseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1_000 + duration.components.attoseconds / 1_000_000_000_000_000
  }
}
