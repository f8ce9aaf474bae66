extension Wire {
  /// A tenant, centre or regulator joins the market.
  package struct AddParty: RequestBody {
    package var party: String
    package var kind: PartyKind
    package var currency: CurrencyCode
    package var name: String

    package init(party: String, kind: PartyKind, currency: CurrencyCode, name: String) {
      self.party = party
      self.kind = kind
      self.currency = currency
      self.name = name
    }

    package static let schema = Schema.object(
      "AddParty", "A tenant, centre or regulator joins the market.",
      [
        .required(
          "party", .text(.id),
          "The name that the ledger will use for ever; no name of a person."),
        .required("kind", PartyKind.givenSchema),
        .required(
          "currency", CurrencyCode.schema,
          "The currency in which the party keeps its account."),
        .required(
          "name", .text(.words(1...120)),
          "The legal name; kept in the directory, never in the ledger."),
      ])
  }

  /// A party of the market with its members.
  package struct Party: WireValue {
    package var party: String
    package var kind: PartyKind
    package var currency: CurrencyCode
    package var name: String?
    package var members: [PartyMember]

    package init(
      party: String, kind: PartyKind, currency: CurrencyCode, name: String? = nil,
      members: [PartyMember]
    ) {
      self.party = party
      self.kind = kind
      self.currency = currency
      self.name = name
      self.members = members
    }

    package static let schema = Schema.object(
      "Party", "A party of the market with its members.",
      [
        .required("party", .text(.id)),
        .required("kind", PartyKind.schema),
        .required("currency", CurrencyCode.schema),
        .optional("name", .text(.words(1...120))),
        .required("members", .array(PartyMember.schema, 0...10_000)),
      ])
  }

  /// A new principal of a party, with its roles.
  package struct AddMember: RequestBody {
    package var roles: [Role]
    package var site: String?

    package init(roles: [Role], site: String? = nil) {
      self.roles = roles
      self.site = site
    }

    package static let schema = Schema.object(
      "AddMember", "A new principal of a party, with its roles.",
      [
        .required("roles", .array(Role.givenSchema, 1...5, distinct: true)),
        .optional("site", .text(.id), "The only site that it may act for; needed for an agent."),
      ])
  }

  /// A principal that acts for a party.
  package struct PartyMember: WireValue {
    package var principal: String
    package var roles: [Role]
    package var site: String?

    package init(principal: String, roles: [Role], site: String? = nil) {
      self.principal = principal
      self.roles = roles
      self.site = site
    }

    package static let schema = Schema.object(
      "PartyMember", "A principal that acts for a party.",
      [
        .required("principal", .text(.id)),
        .required("roles", .array(Role.schema, 0...10_000)),
        .optional("site", .text(.id)),
      ])
  }
}
