package import Units

/// What a centre at fault paid its tenant for the dearer place of a lease that it lost, when that was
/// traded (clearing.md, 10.3). Of hours that are not delivered there it gets it back.
package struct Excess: Sendable, Equatable, Record {
  /// Minor units of the tenant's currency; less what was given back.
  package var amount: Int64 = 0
  package var centre = ""
  /// Of the account that it was paid from.
  package var currency: Currency = .hkd
  /// HKD per unit of that currency, as in the round of the trade.
  package var rate = Rate()
  /// What the firm part of the lease cost with it, fee included; the rest is the tenant's own.
  package var total: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    let amounts = 0...Bound.amount.upperBound
    try codec.int("amount", &amount, amounts)
    try codec.text("centre", &centre, .id)
    try codec.choice("currency", &currency)
    try codec.record("rate", &rate)
    try codec.int("total", &total, amounts)
  }
}
