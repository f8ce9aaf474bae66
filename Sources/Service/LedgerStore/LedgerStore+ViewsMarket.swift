import GRDB
package import Ledger
package import Market
package import Units

/// A site with what it may hold and what it sells.
package struct SiteRow: Sendable {
  package var site: Site
  package var certificates: [Certificate]
  /// In force; nil when there is none.
  package var offer: Offer?
}

/// An offer in force.
package struct OfferRow: Sendable {
  package var offer: Offer
  package var currency: Currency
  package var time: Int64
  package var position: Int64
}

/// A round that was closed.
package struct RoundRow: Sendable {
  package var round: Int64
  /// `closed`, `ended`, `void`.
  package var state: String
  package var closed: Int64
  package var ended: Int64?
  package var bids: Int64
  package var winners: Int64?
  /// mHKD x quarter GPU-hours, as the bound.
  package var welfare: Int64?
  package var bound: Int64?
  package var iterations: Int64?
  package var closedPosition: Int64
  package var position: Int64
}

/// Prices and depth of the last round that ended with an outcome.
package struct OutcomePrices: Sendable {
  package var round: Int64
  package var ended: Int64
  package var position: Int64
  package var pools: [Pool]

  package struct Pool: Sendable {
    package var site: String
    package var chip: String
    package var prices: PoolPrices
  }
}

/// Something that happened to the market as a whole.
package struct MarketHappening: Sendable {
  package var position: Int64
  package var time: Int64
  /// Of the event.
  package var name: String
  /// The round that it is of, if it names one.
  package var round: Int64?
  /// What caused it.
  package var command: Command
}

extension LedgerStore {
  // MARK: Sites and offers

  /// Sites by name.
  package func sites(after: String?, limit: Int) async throws -> [SiteRow] {
    try await look { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM sites WHERE id > ? ORDER BY id LIMIT ?",
        arguments: [after ?? "", limit])
      return try rows.map { try Self.site($0, db) }
    }
  }

  package func site(_ id: String) async throws -> SiteRow? {
    try await look { db in
      try Row.fetchOne(db, sql: "SELECT * FROM sites WHERE id = ?", arguments: [id])
        .map { try Self.site($0, db) }
    }
  }

  private static func site(_ row: Row, _ db: Database) throws -> SiteRow {
    var site = Site()
    site.id = row["id"]
    site.centre = row["centre"]
    site.currency = try row.choice("currency")
    site.jurisdiction = try row.choice("jurisdiction")
    site.metro = row["metro"]
    let certificates = try Row.fetchAll(
      db, sql: "SELECT * FROM certificates WHERE site = ? ORDER BY data_class",
      arguments: [site.id]
    ).map { row in
      var certificate = Certificate()
      certificate.site = site.id
      certificate.dataClass = row["data_class"]
      certificate.until = row["until"]
      if let number: String = row["filing"], let filed: Int64 = row["filed"] {
        certificate.filing = Certificate.Filing()
        certificate.filing?.number = number
        certificate.filing?.filed = filed
      }
      return certificate
    }
    let offer = try Row.fetchOne(
      db, sql: "SELECT body FROM offers WHERE site = ?", arguments: [site.id])
    return SiteRow(site: site, certificates: certificates, offer: try offer?.record("body"))
  }

  /// Offers in force, by site.
  package func offers(site: String?, after: String?, limit: Int) async throws -> [OfferRow] {
    try await look { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT o.body, o.position, s.currency, e.time FROM offers o
          JOIN sites s ON s.id = o.site JOIN entries e ON e.position = o.position
          WHERE o.site > ?1 AND (?2 IS NULL OR o.site = ?2) ORDER BY o.site LIMIT ?3
          """, arguments: [after ?? "", site, limit])
      return try rows.map { row in
        OfferRow(
          offer: try row.record("body"), currency: try row.choice("currency"), time: row["time"],
          position: row["position"])
      }
    }
  }

  // MARK: Rounds

  /// Rounds that were closed, the latest first.
  package func rounds(before: Int64?, limit: Int) async throws -> [RoundRow] {
    try await look { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM rounds WHERE round < ? ORDER BY round DESC LIMIT ?",
        arguments: [before ?? Int64.max, limit]
      ).map(Self.round)
    }
  }

  package func round(_ number: Int64) async throws -> RoundRow? {
    try await look { db in
      try Row.fetchOne(db, sql: "SELECT * FROM rounds WHERE round = ?", arguments: [number])
        .map(Self.round)
    }
  }

  private static func round(_ row: Row) -> RoundRow {
    RoundRow(
      round: row["round"], state: row["state"], closed: row["closed"], ended: row["ended"],
      bids: row["bids"], winners: row["winners"], welfare: row["welfare"], bound: row["bound"],
      iterations: row["iterations"], closedPosition: row["closed_position"],
      position: row["position"])
  }

  /// Prices and depth after the last outcome; nil before the first.
  /// - Parameter only: one pool, as `site:pool`.
  package func outcomePrices(upTo last: Int64?, only: String?) async throws -> OutcomePrices? {
    try await look { db in
      guard
        let row = try Row.fetchOne(
          db,
          sql: """
            SELECT round, ended, position FROM rounds
            WHERE state = 'ended' AND round <= coalesce(?, round) ORDER BY round DESC LIMIT 1
            """, arguments: [last])
      else { return nil }
      var outcome = OutcomePrices(
        round: row["round"], ended: row["ended"], position: row["position"], pools: [])
      let rows = try Row.fetchCursor(
        db,
        sql: """
          SELECT * FROM prices WHERE round = ?1 AND (?2 IS NULL OR pool = ?2)
          ORDER BY pool, start
          """, arguments: [outcome.round, only])
      while let row = try rows.next() {
        let pool: String = row["pool"]
        if outcome.pools.last?.prices.pool != pool {
          var prices = PoolPrices()
          prices.pool = pool
          prices.round = outcome.round
          prices.currency = try row.choice("currency")
          outcome.pools.append(
            OutcomePrices.Pool(
              site: String(pool.prefix { $0 != ":" }), chip: "", prices: prices))
        }
        outcome.pools[outcome.pools.count - 1].prices.runs.append(Self.run(row))
      }
      for index in outcome.pools.indices {
        outcome.pools[index].chip = try Self.chip(of: outcome.pools[index], row["position"], db)
      }
      return outcome
    }
  }

  private static func run(_ row: Row) -> PoolPrices.Run {
    var run = PoolPrices.Run()
    run.ask = row["ask"]
    run.free = row["free"]
    run.from = row["start"]
    run.offered = row["offered"]
    run.price = row["price"]
    run.to = row["finish"]
    return run
  }

  /// The chip of a pool: from the offer in force, else from the last offer that named the pool.
  private static func chip(
    of pool: OutcomePrices.Pool, _ position: Int64, _ db: Database
  ) throws -> String {
    func named(_ offer: Offer) -> String? {
      offer.pools.first { offer.id(of: $0) == pool.prices.pool }?.chip
    }
    if let row = try Row.fetchOne(
      db, sql: "SELECT body FROM offers WHERE site = ?", arguments: [pool.site]),
      let chip = named(try row.record("body", Offer.self))
    {
      return chip
    }
    let entries = try Row.fetchCursor(
      db,
      sql: """
        SELECT bytes FROM entries WHERE kind = 'publish-offer' AND refusal IS NULL
          AND position < ? ORDER BY position DESC
        """, arguments: [position])
    while let row = try entries.next() {
      guard
        case .publishOffer(let offer) = try Entry.decode(
          Array((row["bytes"] as String).utf8)
        ).command, offer.site == pool.site, let chip = named(offer)
      else { continue }
      return chip
    }
    throw LedgerStoreError.corrupt(path: pool.prices.pool, what: "no offer names this pool")
  }

  // MARK: Happenings

  /// What happened to the market at these positions, both included.
  package func marketHappenings(from: Int64, to: Int64) async throws -> [MarketHappening] {
    try await look { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT e.position, e.time, e.bytes, v.name, json_extract(v.bytes, '$.what.round') AS round
          FROM events v
          JOIN entries e ON e.position = v.position
          WHERE v.position BETWEEN ? AND ? AND v.name IN ('offer-published', 'offer-withdrawn',
            'round-closed', 'round-ended', 'rate-set', 'rules-set', 'market-frozen',
            'market-thawed')
          ORDER BY v.position, v.i
          """, arguments: [from, to]
      ).map { row in
        MarketHappening(
          position: row["position"], time: row["time"], name: row["name"],
          round: row["round"],
          command: try Entry.decode(Array((row["bytes"] as String).utf8)).command)
      }
    }
  }
}
