extension Wire {
  /// What may be done with the rest of a lease that loses its place.
  package struct Displacement: WireValue {
    package var maxGapQuarters: Int?
    package var move: Moving?
    package var shrinkable: Bool?

    package init(maxGapQuarters: Int? = nil, move: Moving? = nil, shrinkable: Bool? = nil) {
      self.maxGapQuarters = maxGapQuarters
      self.move = move
      self.shrinkable = shrinkable
    }

    package static let schema = Schema.object(
      "Displacement", "What may be done with the rest of a lease that loses its place.",
      [
        .optional(
          "maxGapQuarters", .integer(0...672),
          "It may begin so many quarter hours later, at its full length. 0 unless given."),
        .optional(
          "move", Moving.schema,
          "Whether it may go to another site. Unless given: not if it is exclusive or works on a "
            + "class of data."),
        .optional(
          "shrinkable", .boolean,
          "It may have fewer GPUs; a centre at fault owes damages for the others. Not unless given."
        ),
      ])
  }
}
