package import Market
package import Units

/// Who may own accounts: a tenant, a centre, a fund, a regulator or the platform.
package struct Party: Sendable, Equatable, Record {
  /// What sort of member of the market.
  package enum Kind: String, Sendable, CaseIterable {
    case centre
    /// Pays shares of what tenants buy.
    case fund
    case platform
    case regulator
    case tenant
  }

  /// Currency of its account.
  package var currency: Currency = .hkd
  package var id = ""
  package var kind: Kind = .tenant

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.choice("currency", &currency)
    try codec.text("id", &id, .id)
    try codec.choice("kind", &kind)
  }
}

/// A permission. What each may do: `Command.roles`.
package enum Role: String, Sendable, CaseIterable, Comparable {
  /// Reports for one site.
  case agent
  /// Administers a centre: offers of its sites.
  case centre
  /// The replica itself: closes rounds, commits outcomes, seals, settles.
  case leader
  /// Sets the budgets of a tenant.
  case manager
  /// Runs the platform: names, roles, rules, rates, deposits; always two persons.
  case platform
  /// Reads everything.
  case regulator
  /// Sits in the committee of a fund.
  case reviewer
  /// Bids for a tenant.
  case trader

  package static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }
}

/// Somebody who may send commands, named by the entry that added them.
package struct Principal: Sendable, Equatable, Record {
  package var id = ""
  package var party = ""
  /// Ascending.
  package var roles: [Role] = []
  /// The one site that an agent reports for.
  package var site: String?

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("id", &id, .id)
    try codec.text("party", &party, .id)
    try codec.elements("roles", &roles, 1...6, .trader) { codec, value throws(CodecError) in
      try codec.choice(&value)
    }
    try codec.text("site", optional: &site, .id)
  }
}

/// The first entry of a log.
package struct Genesis: Sendable, Equatable, Record {
  package static let format: Int64 = 1

  package var chips: [String] = []
  package var currencies: [Currency] = []
  /// Version of this format.
  package var format = Genesis.format
  /// Name of the log: a URL without its scheme, in the alphabet of ids.
  package var origin = ""
  package var parties: [Party] = []
  package var principals: [Principal] = []
  package var rules = Rules()
  /// Of the rules of `apply` that the log begins with; 1 when absent.
  package var version: Int64?

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("chips", &chips, 1...256, .id)
    try codec.elements("currencies", &currencies, 1...3, .hkd) { codec, value throws(CodecError) in
      try codec.choice(&value)
    }
    try codec.int("format", &format, Genesis.format...Genesis.format)
    try codec.text("origin", &origin, .id)
    try codec.list("parties", &parties, 1...16)
    try codec.list("principals", &principals, 1...32)
    try codec.record("rules", &rules)
    try codec.int("version", optional: &version, 2...Bound.position.upperBound)
  }
}
