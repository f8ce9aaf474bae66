extension Wire {
  /// One question of somebody who sees other people's objects.
  package struct ReadRecord: WireValue {
    package var read: Position
    package var at: WireTime
    package var principal: String
    package var party: String
    package var roles: [Role]
    package var operation: String
    package var arguments: String
    package var position: Position

    package init(
      read: Position, at: WireTime, principal: String, party: String, roles: [Role],
      operation: String, arguments: String, position: Position
    ) {
      self.read = read
      self.at = at
      self.principal = principal
      self.party = party
      self.roles = roles
      self.operation = operation
      self.arguments = arguments
      self.position = position
    }

    package static let schema = Schema.object(
      "ReadRecord", "One question of somebody who sees other people's objects.",
      [
        .required("read", .text(.position), "Its number, from 0."),
        .required("at", .text(.time)),
        .required("principal", .text(.id)),
        .required("party", .text(.id)),
        .required("roles", .array(Role.schema, 0...16)),
        .required("operation", .text(.anything), "As the API document calls it."),
        .required(
          "arguments", .text(.anything), "name=value of path and query, in percent form; or empty."
        ),
        .required("position", .text(.position), "How far the ledger was that was read."),
      ])
  }

  /// How many reads a replica has recorded, and the root of the tree over them.
  package struct ReadHead: WireValue {
    package var size: Position
    package var root: String

    package init(size: Position, root: String) {
      self.size = size
      self.root = root
    }

    package static let schema = Schema.object(
      "ReadHead", "How many reads a replica has recorded, and the root of the tree over them.",
      [
        .required("size", .text(.position)),
        .required("root", .text(.hexadecimal(64)), "RFC 6962; of 64 hexadecimal digits."),
      ])
  }
}
