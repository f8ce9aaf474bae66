extension Wire {
  /// Why a bid was filled, or not, in the last round that looked at it.
  package struct Explanation: WireValue {
    package var bid: String
    package var round: Int64
    package var filled: Bool
    package var reason: String
    package var text: String
    package var short: WireMoney?
    package var take: WireMoney?
    package var places: [PlaceExplanation]
    package var position: Position

    package init(
      bid: String, round: Int64, filled: Bool, reason: String, text: String,
      short: WireMoney? = nil, take: WireMoney? = nil, places: [PlaceExplanation],
      position: Position
    ) {
      self.bid = bid
      self.round = round
      self.filled = filled
      self.reason = reason
      self.text = text
      self.short = short
      self.take = take
      self.places = places
      self.position = position
    }

    package static let schema = Schema.object(
      "Explanation", "Why a bid was filled, or not, in the last round that looked at it.",
      [
        .required("bid", .text(.id)),
        .required("round", .integer(0...1_000_000_000_000)),
        .required("filled", .boolean),
        .required("reason", .text(.id), "The first reason that applies."),
        .required("text", .text(.anything), "The reason for a person, with what to do."),
        .optional(
          "short", .text(.money(.any)),
          "How far the limit is below the price, per GPU-hour; 0 or less: in the money."),
        .optional(
          "take", .text(.money(.any)),
          "A limit per GPU-hour with which this clearing would have had it."),
        .required("places", .array(PlaceExplanation.schema, 0...10_000)),
        .required("position", .text(.position)),
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
