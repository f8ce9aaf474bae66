extension Wire {
  /// A bid's shape whose limits may be left out; binds nobody.
  package struct RequestQuote: RequestBody {
    package var kind: BidKind
    package var alternatives: [QuoteAlternative]
    package var earliest: WireTime
    package var latestEnd: WireTime
    package var together: Int?
    package var exclusive: Bool?
    package var reclaim: ReclaimTerm
    package var near: Nearness?
    package var `where`: Whereabouts?
    package var dataClass: String?
    package var project: String?
    package var label: String?
    package var award: String?

    package init(
      kind: BidKind, alternatives: [QuoteAlternative], earliest: WireTime, latestEnd: WireTime,
      together: Int? = nil, exclusive: Bool? = nil, reclaim: ReclaimTerm, near: Nearness? = nil,
      where: Whereabouts? = nil, dataClass: String? = nil, project: String? = nil,
      label: String? = nil, award: String? = nil
    ) {
      self.kind = kind
      self.alternatives = alternatives
      self.earliest = earliest
      self.latestEnd = latestEnd
      self.together = together
      self.exclusive = exclusive
      self.reclaim = reclaim
      self.near = near
      self.where = `where`
      self.dataClass = dataClass
      self.project = project
      self.label = label
      self.award = award
    }

    package static let schema = Schema.object(
      "RequestQuote", "A bid's shape whose limits may be left out; binds nobody.",
      [
        .required("kind", BidKind.schema),
        .required("alternatives", .array(QuoteAlternative.schema, 1...8)),
        .required("earliest", .text(.time)),
        .required("latestEnd", .text(.time)),
        .optional("together", .integer(1...1_024)),
        .optional("exclusive", .boolean),
        .required("reclaim", .text(.reclaim)),
        .optional("near", Nearness.schema),
        .optional("where", Whereabouts.schema),
        .optional("dataClass", .text(.id)),
        .optional("project", .text(.id)),
        .optional("label", .text(.words(1...80))),
        .optional("award", .text(.id), "The award that would pay a share."),
      ])
  }

  /// One way to fill the demand, with or without a limit.
  package struct QuoteAlternative: WireValue {
    package var chip: String
    package var gpus: Int
    package var least: Int?
    package var quarters: Int
    package var limit: WireMoney?

    package init(
      chip: String, gpus: Int, least: Int? = nil, quarters: Int, limit: WireMoney? = nil
    ) {
      self.chip = chip
      self.gpus = gpus
      self.least = least
      self.quarters = quarters
      self.limit = limit
    }

    package static let schema = Schema.object(
      "QuoteAlternative", "One way to fill the demand, with or without a limit.",
      [
        .required("chip", .text(.id)),
        .required("gpus", .integer(1...1_000_000)),
        .optional("least", .integer(1...1_000_000)),
        .required("quarters", .integer(1...70_080)),
        .optional("limit", .text(.money(.limit))),
      ])
  }

  /// The best placements at the last prices; a quote promises nothing.
  package struct Quotes: WireValue {
    package var items: [Quote]
    package var round: Int64
    package var position: Position
    package var nextClose: WireTime
    package var record: QuoteRecord?
    package var reliance: QuoteReliance
    package var fundHold: WireMoney?

    package init(
      items: [Quote], round: Int64, position: Position, nextClose: WireTime,
      record: QuoteRecord? = nil, reliance: QuoteReliance, fundHold: WireMoney? = nil
    ) {
      self.items = items
      self.round = round
      self.position = position
      self.nextClose = nextClose
      self.record = record
      self.reliance = reliance
      self.fundHold = fundHold
    }

    package static let schema = Schema.object(
      "Quotes", "The best placements at the last prices; a quote promises nothing.",
      [
        .required("items", .array(Quote.schema, 0...10_000)),
        .required("round", .integer(0...1_000_000_000_000), "The round whose prices these are."),
        .required("position", .text(.position)),
        .required("nextClose", .text(.time)),
        .optional("record", QuoteRecord.schema),
        .required("reliance", QuoteReliance.schema),
        .optional(
          "fundHold", .text(.money(.any)), "What the award would set aside for such a bid."),
      ])
  }

  /// How often the shape would have been filled, in the last rounds that the broker still knows.
  package struct QuoteRecord: WireValue {
    package var limit: WireMoney?
    package var filled: Int
    package var rounds: Int

    package init(limit: WireMoney? = nil, filled: Int, rounds: Int) {
      self.limit = limit
      self.filled = filled
      self.rounds = rounds
    }

    package static let schema = Schema.object(
      "QuoteRecord",
      "How often the shape would have been filled, in the last rounds that the broker still knows.",
      [
        .optional(
          "limit", .text(.money(.any)),
          "Per GPU-hour, fee included; absent: the limits that the request named."),
        .required("filled", .integer(0...96)),
        .required("rounds", .integer(0...96), "How many rounds are known."),
      ])
  }

  /// How many bids at or above `take` of the round before them were filled.
  package struct QuoteReliance: WireValue {
    package var bids: Int
    package var filled: Int

    package init(bids: Int, filled: Int) {
      self.bids = bids
      self.filled = filled
    }

    package static let schema = Schema.object(
      "QuoteReliance", "How many bids at or above `take` of the round before them were filled.",
      [
        .required("bids", .integer(0...1_000_000)),
        .required("filled", .integer(0...1_000_000)),
      ])
  }

  /// One placement: what it would cost where capacity is left, and the limit from which the last
  /// round would have had it.
  package struct Quote: WireValue {
    package var site: String
    package var pool: String
    package var chip: String
    package var start: WireTime
    package var end: WireTime
    package var gpus: Int
    package var roundTripMs: Int?
    package var price: WireMoney?
    package var total: WireMoney?
    package var fee: WireMoney?
    package var fund: WireMoney?
    package var take: WireMoney?
    package var limit: WireMoney
    package var hold: WireMoney

    package init(
      site: String, pool: String, chip: String, start: WireTime, end: WireTime, gpus: Int,
      roundTripMs: Int? = nil, price: WireMoney? = nil, total: WireMoney? = nil,
      fee: WireMoney? = nil, fund: WireMoney? = nil, take: WireMoney? = nil, limit: WireMoney,
      hold: WireMoney
    ) {
      self.site = site
      self.pool = pool
      self.chip = chip
      self.start = start
      self.end = end
      self.gpus = gpus
      self.roundTripMs = roundTripMs
      self.price = price
      self.total = total
      self.fee = fee
      self.fund = fund
      self.take = take
      self.limit = limit
      self.hold = hold
    }

    package static let schema = Schema.object(
      "Quote",
      "One placement: what it would cost where capacity is left, and the limit from which the last "
        + "round would have had it.",
      [
        .required("site", .text(.id)),
        .required("pool", .text(.id)),
        .required("chip", .text(.id)),
        .required("start", .text(.time)),
        .required("end", .text(.time)),
        .required("gpus", .integer(1...1_000_000)),
        .optional("roundTripMs", .integer(0...10_000)),
        .optional(
          "price", .text(.money(.any)),
          "Per GPU-hour at the last prices, fee included, in the tenant's currency, rounded up to "
            + "1 %; absent where no capacity is left."),
        .optional(
          "total", .text(.money(.any)),
          "All of it at the last prices, fee included, in the tenant's currency."),
        .optional("fee", .text(.money(.any))),
        .optional("fund", .text(.money(.any)), "What the award would pay beside the total."),
        .optional(
          "take", .text(.money(.any)),
          "The limit per GPU-hour from which the last round would have had it, rounded up to 1 %."),
        .required(
          "limit", .text(.money(.any)),
          "What to bid: above the price by the least gain and what the distance is worth; where no "
            + "capacity is left, the take."),
        .required("hold", .text(.money(.any)), "What a bid with that limit would hold."),
      ])
  }
}
