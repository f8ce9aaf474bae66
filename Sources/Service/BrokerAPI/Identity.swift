extension Wire {
  /// Who the ledger takes the caller for.
  package struct Whoami: WireValue {
    package var principal: String
    package var party: String
    package var site: String?
    package var roles: [Role]
    package var name: String?

    package init(
      principal: String, party: String, site: String? = nil, roles: [Role], name: String? = nil
    ) {
      self.principal = principal
      self.party = party
      self.site = site
      self.roles = roles
      self.name = name
    }

    package static let schema = Schema.object(
      "Whoami", "Who the ledger takes the caller for.",
      [
        .required("principal", .text(.id)),
        .required("party", .text(.id)),
        .optional("site", .text(.id), "The only site that the principal acts for."),
        .required("roles", .array(Role.schema, 0...10_000)),
        .optional(
          "name", .text(.words(1...120)),
          "The legal name of the party, when the directory knows it."),
      ])
  }

  /// The clock of the market beside the clock on the wall.
  package struct Clock: WireValue {
    package var market: WireTime
    package var wall: WireTime
    package var scale: Int

    package init(market: WireTime, wall: WireTime, scale: Int) {
      self.market = market
      self.wall = wall
      self.scale = scale
    }

    package static let schema = Schema.object(
      "Clock", "The clock of the market beside the clock on the wall.",
      [
        .required("market", .text(.time)),
        .required("wall", .text(.time)),
        .required(
          "scale", .integer(1...1_000_000),
          "Market seconds in a second of the wall; 1 except in demonstrations."),
      ])
  }

  /// A new token; it is shown this once, the broker keeps its digest only.
  package struct Token: WireValue {
    package var principal: String
    package var token: String

    package init(principal: String, token: String) {
      self.principal = principal
      self.token = token
    }

    package static let schema = Schema.object(
      "Token", "A new token; it is shown this once, the broker keeps its digest only.",
      [
        .required("principal", .text(.id)),
        .required("token", .text(.secret)),
      ])
  }

  /// A site's agent hands in its invitation.
  package struct Enrol: RequestBody {
    package var invitation: String

    package init(invitation: String) {
      self.invitation = invitation
    }

    package static let schema = Schema.object(
      "Enrol", "A site's agent hands in its invitation.",
      [
        .required("invitation", .text(.secret))
      ])
  }

  /// The identity that an agent got for its invitation; the token is shown this once.
  package struct Enrolled: WireValue {
    package var site: String
    package var principal: String
    package var token: String

    package init(site: String, principal: String, token: String) {
      self.site = site
      self.principal = principal
      self.token = token
    }

    package static let schema = Schema.object(
      "Enrolled",
      "The identity that an agent got for its invitation; the token is shown this once.",
      [
        .required("site", .text(.id)),
        .required("principal", .text(.id)),
        .required("token", .text(.secret)),
      ])
  }

  /// A secret with which one agent enrols for a site, once.
  package struct Invitation: WireValue {
    package var site: String
    package var invitation: String
    package var expiresAt: WireTime

    package init(site: String, invitation: String, expiresAt: WireTime) {
      self.site = site
      self.invitation = invitation
      self.expiresAt = expiresAt
    }

    package static let schema = Schema.object(
      "Invitation", "A secret with which one agent enrols for a site, once.",
      [
        .required("site", .text(.id)),
        .required("invitation", .text(.secret)),
        .required("expiresAt", .text(.time)),
      ])
  }
}
