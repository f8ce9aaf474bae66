package import Ledger

extension Receipt {
  /// A receipt that another replica gave.
  package init(
    at position: Int64, time: Int64, kind: Command.Kind, refusal: Refusal?, legs: [Refusal],
    replayed: Bool
  ) {
    self.init(
      position: position, time: time, kind: kind, refusal: refusal, legs: legs, replayed: replayed)
  }
}
