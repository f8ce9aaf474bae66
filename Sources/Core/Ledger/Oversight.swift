package import Units

/// How the market is watched over, said in the log for everybody: who must have cosigned a checkpoint before
/// what is under it counts as witnessed, and what surveillance measures by. All of it at once, as with rules.
package struct Oversight: Sendable, Equatable, Record {
  /// Of each group enough must have cosigned; without a group the policy file of each replica says it.
  package var groups: [CosignerGroup] = []
  /// What differs from the standard. The ledger keeps them; surveillance knows what they mean.
  package var terms: [SurveillanceTerm] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("groups", &groups, 0...16)
    try codec.list("terms", &terms, 0...64)
  }
}

/// Witnesses of which at least some must have cosigned.
package struct CosignerGroup: Sendable, Equatable, Record {
  package var least: Int64 = 1
  /// As the policy files call them.
  package var witnesses: [String] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("least", &least, 1...64)
    try codec.list("witnesses", &witnesses, 1...64, .id)
  }
}

/// One of the terms of surveillance.
package struct SurveillanceTerm: Sendable, Equatable, Record {
  package var term = ""
  package var value: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("term", &term, .id)
    try codec.int("value", &value, 0...1_000_000_000)
  }
}

extension LedgerState {
  mutating func set(_ next: Oversight) throws(Refusal) -> [Event] {
    for group in next.groups {
      let names = group.witnesses.sorted()
      let distinct = names.indices.count { $0 == 0 || names[$0] != names[$0 - 1] }
      guard group.least <= distinct else { throw .leastAboveMost }
    }
    oversight = next
    return [.oversightSet(next)]
  }
}
