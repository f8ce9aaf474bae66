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
    package var label: String?

    package init(
      kind: BidKind, alternatives: [QuoteAlternative], earliest: WireTime, latestEnd: WireTime,
      together: Int? = nil, exclusive: Bool? = nil, reclaim: ReclaimTerm, near: Nearness? = nil,
      where: Whereabouts? = nil, dataClass: String? = nil, label: String? = nil
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
      self.label = label
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
        .optional("label", .text(.words(1...80))),
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

    package init(items: [Quote], round: Int64, position: Position, nextClose: WireTime) {
      self.items = items
      self.round = round
      self.position = position
      self.nextClose = nextClose
    }

    package static let schema = Schema.object(
      "Quotes", "The best placements at the last prices; a quote promises nothing.",
      [
        .required("items", .array(Quote.schema, 0...10_000)),
        .required("round", .integer(0...1_000_000_000_000), "The round whose prices these are."),
        .required("position", .text(.position)),
        .required("nextClose", .text(.time)),
      ])
  }

  /// One placement and what it would cost.
  package struct Quote: WireValue {
    package var site: String
    package var pool: String
    package var chip: String
    package var start: WireTime
    package var end: WireTime
    package var gpus: Int
    package var roundTripMs: Int?
    package var price: WireMoney
    package var total: WireMoney
    package var hold: WireMoney
    package var fee: WireMoney

    package init(
      site: String, pool: String, chip: String, start: WireTime, end: WireTime, gpus: Int,
      roundTripMs: Int? = nil, price: WireMoney, total: WireMoney, hold: WireMoney, fee: WireMoney
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
      self.hold = hold
      self.fee = fee
    }

    package static let schema = Schema.object(
      "Quote", "One placement and what it would cost.",
      [
        .required("site", .text(.id)),
        .required("pool", .text(.id)),
        .required("chip", .text(.id)),
        .required("start", .text(.time)),
        .required("end", .text(.time)),
        .required("gpus", .integer(1...1_000_000)),
        .optional("roundTripMs", .integer(0...10_000)),
        .required("price", .text(.money(.any)), "Mean per GPU-hour, in the site's currency."),
        .required("total", .text(.money(.any)), "In the tenant's currency, fee included."),
        .required("hold", .text(.money(.any)), "What placing it at this price would hold."),
        .required("fee", .text(.money(.any))),
      ])
  }
}
