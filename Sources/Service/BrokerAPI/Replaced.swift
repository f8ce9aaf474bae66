extension Wire {
  /// The lease whose rest a bid is: it lost its place, and the market looks for another.
  package struct Replaced: WireValue {
    package var lease: String
    package var cause: LossCause
    package var centre: String
    package var covered: WireMoney?

    package init(lease: String, cause: LossCause, centre: String, covered: WireMoney? = nil) {
      self.lease = lease
      self.cause = cause
      self.centre = centre
      self.covered = covered
    }

    package static let schema = Schema.object(
      "Replaced", "The lease whose rest a bid is.",
      [
        .required("lease", .text(.id)),
        .required("cause", LossCause.schema),
        .required("centre", .text(.id), "Who lost it."),
        .optional(
          "covered", .text(.money(.any)),
          "What the centre at fault has set aside for a dearer place, in its currency."),
      ])
  }
}
