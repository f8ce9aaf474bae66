extension Wire {
  /// Why a bid was filled, or not, in the last round that looked at it.
  package struct Explanation: WireValue {
    package var bid: String
    package var round: Int64
    package var closedAt: WireTime
    package var filled: Bool
    package var reason: String
    package var rule: String?
    package var text: String
    package var short: WireMoney?
    package var nearest: NearestPlace?
    package var take: TakeTerms?
    package var places: [PlaceExplanation]
    package var position: Position

    package init(
      bid: String, round: Int64, closedAt: WireTime, filled: Bool, reason: String,
      rule: String? = nil, text: String, short: WireMoney? = nil, nearest: NearestPlace? = nil,
      take: TakeTerms? = nil, places: [PlaceExplanation], position: Position
    ) {
      self.bid = bid
      self.round = round
      self.closedAt = closedAt
      self.filled = filled
      self.reason = reason
      self.rule = rule
      self.text = text
      self.short = short
      self.nearest = nearest
      self.take = take
      self.places = places
      self.position = position
    }

    package static let schema = Schema.object(
      "Explanation", "Why a bid was filled, or not, in the last round that looked at it.",
      [
        .required("bid", .text(.id)),
        .required("round", .integer(0...1_000_000_000_000)),
        .required("closedAt", .text(.time)),
        .required("filled", .boolean),
        .required("reason", .text(.id), "The first reason that applies."),
        .optional(
          "rule", .text(.id), "When no pool is admissible: the rule that removed the last."),
        .required("text", .text(.anything), "The reason for a person, with what to do."),
        .optional(
          "short", .text(.money(.any)),
          "How far the limit is below the price, per GPU-hour; 0 or less: in the money."),
        .optional("nearest", NearestPlace.schema),
        .optional("take", TakeTerms.schema),
        .required("places", .array(PlaceExplanation.schema, 0...10_000)),
        .required("position", .text(.position)),
      ])
  }

  /// Where the bid was nearest to the price.
  package struct NearestPlace: WireValue {
    package var site: String
    package var pool: String
    package var start: WireTime
    package var end: WireTime

    package init(site: String, pool: String, start: WireTime, end: WireTime) {
      self.site = site
      self.pool = pool
      self.start = start
      self.end = end
    }

    package static let schema = Schema.object(
      "NearestPlace", "Where the bid was nearest to the price.",
      [
        .required("site", .text(.id)),
        .required("pool", .text(.id)),
        .required("start", .text(.time)),
        .required("end", .text(.time)),
      ])
  }

  /// The limit with which this clearing would have had more welfare with the bid in it than without;
  /// not the least price, and no promise.
  package struct TakeTerms: WireValue {
    package var limit: WireMoney
    package var more: WireMoney
    package var alternative: Int
    package var at: NearestPlace
    package var winners: Int
    package var winnersTime: GPUSeconds
    package var others: Int
    package var extrasTime: GPUSeconds

    package init(
      limit: WireMoney, more: WireMoney, alternative: Int, at: NearestPlace, winners: Int,
      winnersTime: GPUSeconds, others: Int, extrasTime: GPUSeconds
    ) {
      self.limit = limit
      self.more = more
      self.alternative = alternative
      self.at = at
      self.winners = winners
      self.winnersTime = winnersTime
      self.others = others
      self.extrasTime = extrasTime
    }

    package static let schema = Schema.object(
      "TakeTerms",
      "The limit with which this clearing would have had more welfare with the bid in it than "
        + "without; not the least price, and no promise.",
      [
        .required("limit", .text(.money(.any)), "Per GPU-hour, fee included."),
        .required("more", .text(.money(.any)), "How far that is above the bid's limit."),
        .required("alternative", .integer(0...7)),
        .required("at", NearestPlace.schema),
        .required("winners", .integer(0...1_000_000), "Winners that it would have pushed out."),
        .required("winnersTime", .text(.gpuTime), "GPU-seconds of theirs."),
        .required("others", .integer(0...1_000_000), "Others whose extras would have shrunk."),
        .required("extrasTime", .text(.gpuTime), "GPU-seconds of extras that would have gone."),
      ])
  }

  /// What one pool said to the bid.
  package struct PlaceExplanation: WireValue {
    package var site: String
    package var pool: String
    package var reason: String
    package var text: String
    package var freeGpus: Int?
    package var from: WireTime?
    package var to: WireTime?
    package var price: WireMoney?

    package init(
      site: String, pool: String, reason: String, text: String, freeGpus: Int? = nil,
      from: WireTime? = nil, to: WireTime? = nil, price: WireMoney? = nil
    ) {
      self.site = site
      self.pool = pool
      self.reason = reason
      self.text = text
      self.freeGpus = freeGpus
      self.from = from
      self.to = to
      self.price = price
    }

    package static let schema = Schema.object(
      "PlaceExplanation", "What one pool said to the bid.",
      [
        .required("site", .text(.id)),
        .required("pool", .text(.id)),
        .required("reason", .text(.id)),
        .required("text", .text(.anything)),
        .optional(
          "freeGpus", .integer(0...1_000_000),
          "GPUs that were free together over the time asked for."),
        .optional("from", .text(.time), "The time that binds."),
        .optional("to", .text(.time)),
        .optional(
          "price", .text(.money(.any)),
          "What the placement would have cost per GPU-hour, in the tenant's currency."),
      ])
  }
}
