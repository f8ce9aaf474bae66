extension Wire {
  /// Whether the market sells, and by which rules.
  package struct MarketStatus: WireValue {
    package var state: MarketState
    package var round: Int64
    /// Absent while it is frozen.
    package var nextClose: WireTime?
    package var frozenSince: WireTime?
    /// Who froze it.
    package var frozenBy: String?
    /// Position of the entry that froze it.
    package var freeze: Position?
    package var version: Int64
    package var position: Position

    package init(state: MarketState, round: Int64, version: Int64, position: Position) {
      self.state = state
      self.round = round
      self.version = version
      self.position = position
    }

    package static let schema = Schema.object(
      "MarketStatus", "Whether the market sells, and by which rules.",
      [
        .required("state", MarketState.schema),
        .required("round", .integer(0...1_000_000_000_000)),
        .optional("nextClose", .text(.time), "Absent while it is frozen."),
        .optional("frozenSince", .text(.time)),
        .optional("frozenBy", .text(.id), "The principal who froze it."),
        .optional("freeze", .text(.position), "Of the entry that froze it."),
        .required("version", .integer(1...1_000_000), "Of the rules of apply."),
        .required("position", .text(.position)),
      ])
  }

  /// The end of one freeze: not of any other that may follow it.
  package struct ThawMarket: RequestBody {
    package var freeze: Position

    package init(freeze: Position) {
      self.freeze = freeze
    }

    package static let schema = Schema.object(
      "ThawMarket", "The end of one freeze.",
      [
        .required("freeze", .text(.position), "Position of the entry that froze the market.")
      ])
  }

  /// The rules of apply that the ledger is to go on by.
  package struct ActivateVersion: RequestBody {
    package var version: Int

    package init(version: Int) {
      self.version = version
    }

    package static let schema = Schema.object(
      "ActivateVersion", "The rules of apply that the ledger is to go on by.",
      [
        .required("version", .integer(2...1_000_000), "The one after the present.")
      ])
  }
}
