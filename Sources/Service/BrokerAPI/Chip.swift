extension Wire {
  /// A kind of GPU that offers and bids may name.
  package struct Chip: RequestBody {
    package var chip: String

    package init(chip: String) {
      self.chip = chip
    }

    package static let schema = Schema.object(
      "Chip", "A kind of GPU that offers and bids may name.",
      [
        .required("chip", .text(.id))
      ])
  }
}
