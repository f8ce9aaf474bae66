import Access
import BrokerAPI
import Ledger
import LedgerStore
import Market
import Replica

// Who there is: parties, their members, tokens.
extension Broker {
  func whoami(_ call: Call) async throws -> Answer {
    let viewer = try call.viewer
    let body = Wire.Whoami(
      principal: viewer.principal, party: viewer.party, site: viewer.site,
      roles: viewer.roles.map(\.wire), name: try directory.word(.party, viewer.party))
    return .json(body.json())
  }

  func listParties(_ call: Call) async throws -> Answer {
    let rows = try await store.parties(after: try Cursor.text(call), limit: call.rows)
    return try call.page(rows) {
      [$0.party.id]
    } item: { row in
      Wire.Party(
        party: row.party.id, kind: row.party.kind.wire, currency: row.party.currency.wire,
        name: try directory.word(.party, row.party.id),
        members: row.members.map { member in
          Wire.PartyMember(
            principal: member.id, roles: member.roles.map(\.wire), site: member.site)
        })
    }
  }

  func addParty(_ call: Call) async throws -> Answer {
    let body: Wire.AddParty = try call.body()
    var party = Party()
    party.id = body.party
    party.kind = body.kind.core
    party.currency = body.currency.core
    let receipt = try await submit(.addParty(party), call)
    try await note(.party, party.id, body.name, receipt)
    return accepted(receipt, id: party.id)
  }

  /// Keeps a word in the directory. A repeat finds it there, unless the broker failed in between.
  func note(
    _ kind: Directory.Kind, _ object: String, _ word: String, _ receipt: Receipt
  ) async throws {
    let isReplay = receipt.replayed
    try await store.aside { [directory] in
      guard try !isReplay || directory.word(kind, object) == nil else { return }
      try directory.set(kind, object, ["": word])
    }
  }

  func addMember(_ call: Call) async throws -> Answer {
    let body: Wire.AddMember = try call.body()
    var new = NewPrincipal()
    new.party = try call.path("party")
    new.roles = body.roles.map(\.core)
    new.site = body.site
    let receipt = try await submit(.addPrincipal(new), call)
    return accepted(receipt, id: Self.principal(receipt.position))
  }

  /// A principal is named by the entry that asked for it.
  static func principal(_ position: Int64) -> String { "p-\(position)" }

  /// Nobody who runs the platform may make themselves the second person of a two-person command: the
  /// tokens of other platform principals are not made here.
  func makeToken(_ call: Call) async throws -> Answer {
    let viewer = try call.viewer
    let principal = try call.path("principal")
    let _: Wire.Nothing = try call.body()
    let access = access
    guard let holder = try await store.aside({ try access.viewer(principal: principal) }) else {
      throw Problem(.notFound, "No principal is named \(principal).")
    }
    guard principal == viewer.principal || !(holder.has(.platform) || holder.has(.leader)) else {
      throw Problem(
        .notAllowed, "A token of another platform principal would let one person be two.",
        next: "Have it made on the broker's own machine.")
    }
    return try await secret(call, principal) {
      Wire.Token(principal: principal, token: try access.makeToken(principal: principal)).json()
    }
  }
}
