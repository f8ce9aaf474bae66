import Access
import Accounts
import BrokerAPI
import Leases
import Ledger
import LedgerStore
import Market
import Replica

// Bids and leases.
extension Broker {
  // MARK: Bids

  func placeBid(_ call: Call) async throws -> Answer {
    let body: Wire.PlaceBid = try call.body()
    let viewer = try call.viewer
    let party = try await tenant(call)
    let terms = try body.terms(party.currency)
    let receipt = try await submit(.placeBid(terms), call) { refusal in
      if refusal == .budgetHoursSpent || refusal == .budgetMoneySpent {
        return try await excess(terms, party, refusal)
      }
      guard refusal == .insufficientFunds else { return nil }
      let account = Account.id(viewer.party, party.currency)
      let rules = try await store.rules()
      guard let row = try await store.account(account, .all),
        let hold = terms.hold(windowQuarters: rules.windowHours * 4)
      else { return nil }
      return "The bid holds \(money(hold, party.currency)); \(account) has "
        + "\(money(row.free, party.currency)) free."
    }
    let id = Bid.id(receipt.position)
    if let label = body.label { try await note(.label, id, label, receipt) }
    return accepted(receipt, id: id)
  }

  /// The party of the caller, which bids.
  func tenant(_ call: Call) async throws -> Party {
    let viewer = try call.viewer
    guard let party = try await store.party(viewer.party) else {
      throw Problem(.notFound, "No party is named \(viewer.party).")
    }
    return party
  }

  func listBids(_ call: Call) async throws -> Answer {
    let states = call.arguments.text("state").map {
      $0 == Wire.BidState.standing.rawValue ? ["open", "cancelling"] : [$0]
    }
    let viewer = try call.viewer
    let rows = try await store.bids(
      try call.scope, states: states, round: call.arguments.integer("round"),
      before: try Cursor.number(call), limit: call.rows)
    let labels = try await labels(rows.filter { $0.bid.party == viewer.party }.map(\.bid.id))
    return call.page(rows) {
      [String($0.bid.seq)]
    } item: {
      $0.wire(label: labels[$0.bid.id], proof: proof(of: $0.bid.seq))
    }
  }

  /// What the tenant called its bids: its own words, which nobody else reads.
  private func labels(_ bids: [String]) async throws -> [String: String] {
    guard !bids.isEmpty else { return [:] }
    return try await store.aside { [directory] in
      try bids.reduce(into: [:]) { $0[$1] = try directory.word(.label, $1) }
    }
  }

  private func label(_ bid: String, of tenant: String, _ call: Call) async throws -> String? {
    guard tenant == (try call.viewer.party) else { return nil }
    return try await labels([bid])[bid]
  }

  func showBid(_ call: Call) async throws -> Answer {
    let row = try await bid(call)
    let label = try await label(row.bid.id, of: row.bid.party, call)
    return .json(row.wire(label: label, proof: proof(of: row.bid.seq)).json())
  }

  /// The bid that the path names, if the caller may see it.
  func bid(_ call: Call) async throws -> BidRow {
    let id = try call.path("bid")
    guard id.hasPrefix("bid-"), let seq = Int64(id.dropFirst(4)), Bid.id(seq) == id,
      let row = try await store.bid(seq, try call.scope)
    else { throw Problem(.notFound, "You have no bid \(id).") }
    return row
  }

  func cancelBid(_ call: Call) async throws -> Answer {
    let _: Wire.Nothing = try call.body()
    let row = try await bid(call)
    let receipt = try await submit(.cancelBid(Numbered(row.bid.seq)), call) { _ in
      "It is \(row.state)."
    }
    return accepted(receipt, id: row.bid.id)
  }

  // MARK: Leases

  func listLeases(_ call: Call) async throws -> Answer {
    let phase = call.arguments.text("state").flatMap(Lease.Phase.init(rawValue:))
    let cursor = try Cursor.read(call, count: 2)
    let before = try cursor.map { (position: try Cursor.number($0[0]), id: $0[1]) }
    let viewer = try call.viewer
    let rows = try await store.leases(
      try call.scope, phase: phase, before: before, limit: call.rows)
    let own = rows.filter { $0.lease.party == viewer.party }
    let labels = try await labels(own.map { Bid.id($0.lease.bid) })
    return call.page(rows) {
      [String($0.position), $0.lease.id]
    } item: { row in
      row.wire(label: labels[Bid.id(row.lease.bid)], proof: proof(of: row.position))
    }
  }

  func showLease(_ call: Call) async throws -> Answer {
    let row = try await lease(call)
    let label = try await label(Bid.id(row.lease.bid), of: row.lease.party, call)
    return .json(row.wire(label: label, proof: proof(of: row.position)).json())
  }

  /// The lease that the path names, if the caller may see it.
  func lease(_ call: Call) async throws -> LeaseRow {
    let id = try call.path("lease")
    guard let row = try await store.lease(id, try call.scope) else {
      throw Problem(.notFound, "You have no lease \(id).")
    }
    return row
  }

  /// How to get in is for the tenant and the site alone; the platform operator does not read it.
  func leaseAccess(_ call: Call) async throws -> Answer {
    let row = try await lease(call)
    let viewer = try call.viewer
    guard viewer.party == row.lease.party || viewer.party == row.lease.centre else {
      throw Problem(
        .notAllowed, "How to get into a lease is for its tenant and its site.",
        next: "Ask the tenant.")
    }
    var access = try await store.aside { [directory] in
      try directory.words(.access, row.lease.id)
    }
    // Where the site's agent reports to another replica, that one knows.
    if access.isEmpty, row.phase == .prepared || row.phase == .open, let others = options.others {
      access = await others.access(row.lease.id)
    }
    let body = Wire.LeaseAccess(
      lease: row.lease.id, state: row.phase.wire, access: access)
    return .json(body.json())
  }

  func endLease(_ call: Call) async throws -> Answer {
    let _: Wire.Nothing = try call.body()
    let row = try await lease(call)
    var name = LeaseName()
    name.lease = row.lease.id
    return accepted(try await submit(.endLease(name), call), id: row.lease.id)
  }

  func abandonLease(_ call: Call) async throws -> Answer {
    let _: Wire.Nothing = try call.body()
    let row = try await lease(call)
    var name = LeaseName()
    name.lease = row.lease.id
    return accepted(try await submit(.abandonLease(name), call), id: row.lease.id)
  }
}

extension AccountRow {
  /// What may still be spent.
  var free: Int64 { balance - held + creditLimit }
}
