extension Wire {
  /// A command that waits for a second principal.
  package struct Approval: WireValue {
    package var position: Position
    package var kind: String
    package var summary: String
    package var proposedBy: String
    package var proposedAt: WireTime
    package var expiresAt: WireTime

    package init(
      position: Position, kind: String, summary: String, proposedBy: String, proposedAt: WireTime,
      expiresAt: WireTime
    ) {
      self.position = position
      self.kind = kind
      self.summary = summary
      self.proposedBy = proposedBy
      self.proposedAt = proposedAt
      self.expiresAt = expiresAt
    }

    package static let schema = Schema.object(
      "Approval", "A command that waits for a second principal.",
      [
        .required("position", .text(.position)),
        .required("kind", .text(.id)),
        .required("summary", .text(.anything), "What it would do, for the person who decides."),
        .required("proposedBy", .text(.id)),
        .required("proposedAt", .text(.time)),
        .required("expiresAt", .text(.time)),
      ])
  }
}
