extension Wire {
  /// What the market plays by; set as a whole, under four eyes.
  package struct Rules: RequestBody {
    package var budgets: [Budget]
    package var damagesPermille: Int
    package var feePermille: Int
    package var grid: GridRules
    package var kappaPermille: Int
    package var leadMs: Int
    package var openBidsPerParty: Int
    package var roundMs: Int
    package var settleGraceMs: Int
    package var soldAhead: Int
    package var subsidy: SubsidyRule
    package var windowHours: Int

    package init(
      budgets: [Budget], damagesPermille: Int, feePermille: Int, grid: GridRules,
      kappaPermille: Int, leadMs: Int, openBidsPerParty: Int, roundMs: Int,
      settleGraceMs: Int, soldAhead: Int, subsidy: SubsidyRule, windowHours: Int
    ) {
      self.budgets = budgets
      self.damagesPermille = damagesPermille
      self.feePermille = feePermille
      self.grid = grid
      self.kappaPermille = kappaPermille
      self.leadMs = leadMs
      self.openBidsPerParty = openBidsPerParty
      self.roundMs = roundMs
      self.settleGraceMs = settleGraceMs
      self.soldAhead = soldAhead
      self.subsidy = subsidy
      self.windowHours = windowHours
    }

    package static let schema = Schema.object(
      "Rules", "What the market plays by; set as a whole, under four eyes.",
      [
        .required(
          "budgets", .array(Budget.schema, 1...16),
          "Iterations of the price adjustment, by the size of the round."),
        .required(
          "damagesPermille", .integer(0...1_000),
          "What a centre pays for firm capacity not delivered, of its price."),
        .required("feePermille", .integer(0...500), "On the tenant's bill; limits are all-in."),
        .required("grid", GridRules.schema),
        .required(
          "kappaPermille", .integer(0...500),
          "By how much of the ask a lease ranks higher for what it has already."),
        .required(
          "leadMs", .integer(0...86_400_000),
          "A round sells slots that begin at least this long after its close."),
        .required("openBidsPerParty", .integer(1...1_000_000)),
        .required(
          "roundMs", .integer(1_000...86_400_000),
          "Rounds close at whole multiples of it."),
        .required("settleGraceMs", .integer(0...2_592_000_000), "How late readings may come."),
        .required(
          "soldAhead", .integer(0...24),
          "Hours of elastic extras that are sold beyond the next round."),
        .required("subsidy", SubsidyRule.schema, "What subsidised bids compete for."),
        .required(
          "windowHours", .integer(0...168),
          "Hours in which planned extras bind the tenant."),
      ])
  }

  /// How long the engine works on a round of at most so many bids.
  package struct Budget: WireValue {
    package var bids: Int
    package var iterations: Int

    package init(bids: Int, iterations: Int) {
      self.bids = bids
      self.iterations = iterations
    }

    package static let schema = Schema.object(
      "Budget", "How long the engine works on a round of at most so many bids.",
      [
        .required("bids", .integer(1...10_000_000)),
        .required("iterations", .integer(1...1_000_000)),
      ])
  }

  /// The table of slot lengths.
  package struct GridRules: WireValue {
    package var quarterHours: Int
    package var hourlyDays: Int
    package var days: Int
    package var weeks: Int

    package init(quarterHours: Int, hourlyDays: Int, days: Int, weeks: Int) {
      self.quarterHours = quarterHours
      self.hourlyDays = hourlyDays
      self.days = days
      self.weeks = weeks
    }

    package static let schema = Schema.object(
      "GridRules", "The table of slot lengths.",
      [
        .required("quarterHours", .integer(0...48), "Whole hours in slots of a quarter hour."),
        .required(
          "hourlyDays", .integer(0...60),
          "Days in slots of an hour after that, up to a midnight at +08:00."),
        .required("days", .integer(0...400), "Days in slots of a day after that, up to a Monday."),
        .required("weeks", .integer(0...104), "Weeks after that."),
      ])
  }
}
