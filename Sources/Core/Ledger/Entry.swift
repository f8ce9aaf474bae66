package import Units

/// One command with its position and time: one leaf of the log's tree.
package struct Entry: Sendable, Equatable, Record {
  /// The largest canonical form of an entry, bytes: entry bundles hold up to 65,535.
  package static let maximumBytes = 60 * 1_024

  /// The principal.
  package var by = ""
  package var command = Command()
  package var epoch: Int64 = 0
  /// 128 random bits chosen by the client.
  package var id = ""
  package var position: Int64 = 0
  /// The role in which the principal acts.
  package var role: Role = .trader
  /// Signature over the command; not demanded yet.
  package var signature: String?
  /// ms since 1970 UTC, never falling.
  package var time: Int64 = 0

  package init() {}

  package init(
    position: Int64, time: Int64, epoch: Int64, id: String, by: String, role: Role, command: Command
  ) {
    self.position = position
    self.time = time
    self.epoch = epoch
    self.id = id
    self.by = by
    self.role = role
    self.command = command
  }

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("by", &by, .id)
    try codec.record("cmd", &command)
    try codec.int("e", &epoch, Bound.position)
    try codec.text("id", &id, .hex32)
    try codec.int("n", &position, Bound.position)
    try codec.choice("role", &role)
    try codec.text("sig", optional: &signature, .hex64)
    try codec.int("t", &time, Bound.time)
  }

  /// The entry that these bytes are; refuses more than `maximumBytes`.
  package static func decode(_ bytes: [UInt8]) throws(CodecError) -> Entry {
    guard bytes.count <= maximumBytes else {
      throw CodecError(offset: maximumBytes, expected: "an entry of at most \(maximumBytes) bytes")
    }
    return try FieldCodec.decode(Entry.self, from: bytes)
  }
}
