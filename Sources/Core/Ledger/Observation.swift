package import Units

/// What a centre's system shows of a lease, as its site reports it with a step of the lease's life. It is the
/// site's word. What it does not tell is nil. From version 5 of the rules on.
package struct Observation: Sendable, Equatable, Record {
  /// Nodes that the lease had whole.
  package var nodes: Int64?
  /// Jobs of others on its nodes, the most that were seen at once.
  package var others: Int64?
  /// Whether what the tenant left was deleted.
  package var wiped: Wiped?

  /// A site's word on that.
  package enum Wiped: String, Sendable, CaseIterable { case yes, no }

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("nodes", optional: &nodes, 0...1_000_000)
    try codec.int("others", optional: &others, 0...1_000_000)
    try codec.choice("wiped", optional: &wiped)
  }
}
