extension Wire {
  /// One clearing: what came in, what came out, and how good it was.
  package struct Round: WireValue {
    package var round: Int64
    package var state: RoundState
    package var closedAt: WireTime?
    package var endedAt: WireTime?
    package var bids: Int
    package var winners: Int
    package var welfare: WireMoney?
    package var bound: WireMoney?
    package var gapPermille: Int?
    package var iterations: Int64?
    package var position: Position

    package init(
      round: Int64, state: RoundState, closedAt: WireTime? = nil, endedAt: WireTime? = nil,
      bids: Int, winners: Int, welfare: WireMoney? = nil, bound: WireMoney? = nil,
      gapPermille: Int? = nil, iterations: Int64? = nil, position: Position
    ) {
      self.round = round
      self.state = state
      self.closedAt = closedAt
      self.endedAt = endedAt
      self.bids = bids
      self.winners = winners
      self.welfare = welfare
      self.bound = bound
      self.gapPermille = gapPermille
      self.iterations = iterations
      self.position = position
    }

    package static let schema = Schema.object(
      "Round", "One clearing: what came in, what came out, and how good it was.",
      [
        .required("round", .integer(0...1_000_000_000_000)),
        .required("state", RoundState.schema),
        .optional("closedAt", .text(.time)),
        .optional("endedAt", .text(.time)),
        .required("bids", .integer(0...1_000_000)),
        .required("winners", .integer(0...1_000_000)),
        .optional(
          "welfare", .text(.money(.any)),
          "Surplus over asks and latency; in HKD, rounded down."),
        .optional("bound", .text(.money(.any)), "What no clearing could pass; in HKD, rounded up."),
        .optional(
          "gapPermille", .integer(0...1_000_000),
          "How far welfare is below the bound, rounded up."),
        .optional("iterations", .integer(0...1_000_000_000_000)),
        .required("position", .text(.position)),
      ])
  }
}
