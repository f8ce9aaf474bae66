extension Wire {
  /// What became of a command that the ledger took.
  package struct Accepted: WireValue {
    package var position: Position
    package var id: String?
    package var state: AcceptedState
    package var at: WireTime

    package init(position: Position, id: String? = nil, state: AcceptedState, at: WireTime) {
      self.position = position
      self.id = id
      self.state = state
      self.at = at
    }

    package static let schema = Schema.object(
      "Accepted", "What became of a command that the ledger took.",
      [
        .required("position", .text(.position), "Where the command stands in the ledger."),
        .optional("id", .text(.id), "The object that it made, when it made one."),
        .required(
          "state", AcceptedState.schema,
          "proposed: in force once another principal approves it."),
        .required("at", .text(.time), "The ledger's time of the command."),
      ])
  }

  /// The body of a command that needs no more than its path: {}.
  package struct Nothing: RequestBody {
    package init() {}

    package static let schema = Schema.object(
      "Nothing", "The body of a command that needs no more than its path: {}.",
      [])
  }
}
