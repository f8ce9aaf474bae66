import Accounts
import Dispatch
import GRDB
package import Ledger
package import Market
import Synchronization
import Units

/// Whose objects a query may return. It follows from who asks; there is no query without one where
/// objects belong to somebody.
package struct Scope: Sendable, Equatable {
  /// Only what belongs to this party, as tenant or as centre; nil: everything.
  package var party: String?
  /// Only what concerns this site.
  package var site: String?

  package init(party: String? = nil, site: String? = nil) {
    self.party = party
    self.site = site
  }

  /// Platform operator and regulators.
  package static let all = Scope()
}

extension Row {
  /// A value of a closed list; anything else means that the file is damaged.
  func choice<E: RawRepresentable<String>>(_ column: String) throws -> E {
    let text: String = self[column]
    guard let value = E(rawValue: text) else {
      throw LedgerStoreError.corrupt(path: column, what: "\(text) is no known value")
    }
    return value
  }

  /// A record from its canonical text.
  func record<R: Units.Record>(_ column: String, _ type: R.Type = R.self) throws -> R {
    try FieldCodec.decode(R.self, from: Array((self[column] as String).utf8))
  }
}

extension LedgerStore {
  /// Threads that wait for the disk, so that those that serve never do. As many as there are readers
  /// of the file; a reader that is held by a thread of its own is always given back.
  private static let lanes = (0..<5).map { DispatchQueue(label: "sampan.reader-\($0)") }
  private static let next = Atomic<Int>(0)

  /// Runs what blocks shortly on one of the threads for it.
  package func aside<T: Sendable>(
    _ body: @escaping @Sendable () throws -> T
  ) async throws -> T {
    let number = Self.next.wrappingAdd(1, ordering: .relaxed).oldValue
    let lane = Self.lanes[Int(UInt(bitPattern: number) % UInt(Self.lanes.count))]
    return try await withCheckedThrowingContinuation { continuation in
      lane.async { continuation.resume(with: Result { try body() }) }
    }
  }

  /// One look at the file, of one moment.
  func look<T: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> T
  ) async throws -> T {
    try await aside { [self] in try read(body) }
  }
}

/// A party with everybody who acts for it.
package struct PartyRow: Sendable {
  package var party: Party
  package var members: [Principal]
}

/// A command that waits for a second person.
package struct ProposalRow: Sendable {
  package var position: Int64
  package var by: String
  package var time: Int64
  package var expires: Int64
  package var command: Command
}

extension LedgerStore {
  // MARK: People

  /// Parties by name.
  package func parties(after: String?, limit: Int) async throws -> [PartyRow] {
    try await look { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT id, kind, currency FROM parties WHERE id > ? ORDER BY id LIMIT ?",
        arguments: [after ?? "", limit])
      return try rows.map { row in
        let party = try Self.party(row)
        let members = try Row.fetchAll(
          db,
          sql: "SELECT id, party, roles, site FROM principals WHERE party = ? ORDER BY position",
          arguments: [party.id])
        return PartyRow(party: party, members: members.map(Self.member))
      }
    }
  }

  package func party(_ id: String) async throws -> Party? {
    try await look { db in
      try Row.fetchOne(
        db, sql: "SELECT id, kind, currency FROM parties WHERE id = ?", arguments: [id]
      ).map(Self.party)
    }
  }

  private static func party(_ row: Row) throws -> Party {
    var party = Party()
    party.id = row["id"]
    party.kind = try row.choice("kind")
    party.currency = try row.choice("currency")
    return party
  }

  private static func member(_ row: Row) -> Principal {
    var principal = Principal()
    principal.id = row["id"]
    principal.party = row["party"]
    principal.roles = (row["roles"] as String).split(separator: " ").compactMap {
      Role(rawValue: String($0))
    }
    principal.site = row["site"]
    return principal
  }

  /// Two-person commands that can still be decided, in their order.
  package func openProposals(
    after: Int64?, now: Int64, limit: Int
  ) async throws -> [ProposalRow] {
    try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT p.position, p.by, p.time, p.expires, e.bytes FROM proposals p
          JOIN entries e ON e.position = p.position
          WHERE p.state = 'proposed' AND p.expires >= ? AND p.position > ?
          ORDER BY p.position LIMIT ?
          """, arguments: [now, after ?? -1, limit]
      ).map(Self.proposal)
    }
  }

  /// A two-person command, decided or not.
  package func proposal(_ position: Int64) async throws -> ProposalRow? {
    try await look { db in
      try Row.fetchOne(
        db,
        sql: """
          SELECT p.position, p.by, p.time, p.expires, e.bytes FROM proposals p
          JOIN entries e ON e.position = p.position WHERE p.position = ?
          """, arguments: [position]
      ).map(Self.proposal)
    }
  }

  private static func proposal(_ row: Row) throws -> ProposalRow {
    ProposalRow(
      position: row["position"], by: row["by"], time: row["time"], expires: row["expires"],
      command: try Entry.decode(Array((row["bytes"] as String).utf8)).command)
  }

  // MARK: Rules of the game

  package func chipNames(after: String?, limit: Int) async throws -> [String] {
    try await look { db in
      try String.fetchAll(
        db, sql: "SELECT id FROM chips WHERE id > ? ORDER BY id LIMIT ?",
        arguments: [after ?? "", limit])
    }
  }

  /// The rates in force, by currency.
  package func rates(after: String?, now: Int64, limit: Int) async throws -> [DatedRate] {
    try await look { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT currency, numerator, denominator, valid_until FROM rates r
          WHERE valid_until > ? AND currency > ?
            AND position = (SELECT max(position) FROM rates WHERE currency = r.currency)
          ORDER BY currency LIMIT ?
          """, arguments: [now, after ?? "", limit])
      return try rows.map { row in
        var rate = DatedRate()
        rate.currency = try row.choice("currency")
        rate.rate = Rate(numerator: row["numerator"], denominator: row["denominator"])
        rate.validUntil = row["valid_until"]
        return rate
      }
    }
  }

  /// What was set last, and by which entry; nil until then.
  package func oversight() async throws -> (oversight: Oversight, position: Int64)? {
    try await look { db in
      let row = try Row.fetchOne(
        db, sql: "SELECT position, body FROM oversight ORDER BY position DESC LIMIT 1")
      return try row.map { (try $0.record("body"), $0["position"]) }
    }
  }

  package func rules() async throws -> Rules {
    try await look { db in
      let row = try Row.fetchOne(db, sql: "SELECT body FROM rules ORDER BY position DESC LIMIT 1")
      return try row?.record("body") ?? Rules()
    }
  }
}
