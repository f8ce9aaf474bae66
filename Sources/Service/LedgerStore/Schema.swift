/// The tables of the ledger file. Entries and events are the record; everything else is projected from
/// events and can be made again from them (`LedgerStore.verify`).
enum Schema {
  /// Rises when tables or projection change; reported, not gated.
  static let projectionVersion = 6

  static let statements: [String] =
    record + projections + scheme + guards + views + schemeViews

  private static let record = [
    """
    CREATE TABLE progress (
      one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL,
      projection INTEGER NOT NULL, peaks BLOB NOT NULL) STRICT
    """,
    """
    CREATE TABLE entries (
      position INTEGER PRIMARY KEY, time INTEGER NOT NULL, epoch INTEGER NOT NULL,
      id TEXT NOT NULL UNIQUE, by TEXT NOT NULL, role TEXT NOT NULL, kind TEXT NOT NULL,
      refusal INTEGER, leaf BLOB NOT NULL CHECK (length(leaf) = 32), bytes TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE events (
      position INTEGER NOT NULL REFERENCES entries, i INTEGER NOT NULL, name TEXT NOT NULL,
      bytes TEXT NOT NULL, PRIMARY KEY (position, i)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE seals (
      position INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
      events TEXT NOT NULL, state TEXT) STRICT
    """,
    """
    CREATE TABLE snapshots (
      position INTEGER PRIMARY KEY, round INTEGER NOT NULL, digest TEXT NOT NULL,
      state BLOB NOT NULL) STRICT
    """,
  ]

  private static let projections = [
    """
    CREATE TABLE parties (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, currency TEXT NOT NULL, position INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE principals (
      id TEXT PRIMARY KEY, party TEXT NOT NULL REFERENCES parties, roles TEXT NOT NULL, site TEXT,
      position INTEGER NOT NULL) STRICT
    """,
    """
    CREATE TABLE sites (
      id TEXT PRIMARY KEY, centre TEXT NOT NULL REFERENCES parties, jurisdiction TEXT NOT NULL,
      metro TEXT NOT NULL, currency TEXT NOT NULL, position INTEGER NOT NULL) STRICT
    """,
    "CREATE TABLE chips (id TEXT PRIMARY KEY) STRICT",
    """
    CREATE TABLE certificates (
      site TEXT NOT NULL REFERENCES sites, data_class TEXT NOT NULL, until INTEGER NOT NULL,
      filing TEXT, filed INTEGER, PRIMARY KEY (site, data_class)) STRICT
    """,
    """
    CREATE TABLE latencies (
      site TEXT NOT NULL REFERENCES sites, metro TEXT NOT NULL, round_trip INTEGER NOT NULL,
      time INTEGER NOT NULL, PRIMARY KEY (site, metro)) STRICT
    """,
    """
    CREATE TABLE rates (
      position INTEGER PRIMARY KEY, currency TEXT NOT NULL, numerator INTEGER NOT NULL,
      denominator INTEGER NOT NULL, valid_until INTEGER NOT NULL) STRICT
    """,
    "CREATE TABLE rules (position INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT",
    "CREATE TABLE oversight (position INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT",
    """
    CREATE TABLE proposals (
      position INTEGER PRIMARY KEY, kind TEXT NOT NULL, by TEXT NOT NULL, time INTEGER NOT NULL,
      expires INTEGER NOT NULL, state TEXT NOT NULL, decided_by TEXT, decided INTEGER) STRICT
    """,
    """
    CREATE TABLE accounts (
      id TEXT PRIMARY KEY, party TEXT, currency TEXT NOT NULL,
      credit_limit INTEGER NOT NULL DEFAULT 0 CHECK (credit_limit >= 0),
      unlimited INTEGER NOT NULL, closed INTEGER NOT NULL DEFAULT 0, balance INTEGER NOT NULL DEFAULT 0,
      debits_pending INTEGER NOT NULL DEFAULT 0 CHECK (debits_pending >= 0),
      credits_pending INTEGER NOT NULL DEFAULT 0 CHECK (credits_pending >= 0),
      CHECK (unlimited = 1 OR balance - debits_pending + credit_limit >= 0)) STRICT
    """,
    """
    CREATE TABLE movements (
      position INTEGER NOT NULL, i INTEGER NOT NULL, time INTEGER NOT NULL, step TEXT NOT NULL,
      reason TEXT NOT NULL, debit TEXT NOT NULL REFERENCES accounts,
      credit TEXT NOT NULL REFERENCES accounts, amount INTEGER NOT NULL CHECK (amount >= 0),
      held INTEGER, pending TEXT, subject TEXT NOT NULL,
      PRIMARY KEY (position, i), CHECK (debit <> credit)) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX movements_of_debit ON movements (debit, position, i)",
    "CREATE INDEX movements_of_credit ON movements (credit, position, i)",
    """
    CREATE TABLE transfers (
      id TEXT PRIMARY KEY, debit TEXT NOT NULL REFERENCES accounts,
      credit TEXT NOT NULL REFERENCES accounts, amount INTEGER NOT NULL CHECK (amount > 0),
      posted INTEGER NOT NULL CHECK (posted BETWEEN 0 AND amount), state TEXT NOT NULL,
      expires INTEGER, time INTEGER NOT NULL, position INTEGER NOT NULL, i INTEGER NOT NULL) STRICT
    """,
    "CREATE INDEX transfers_in_order ON transfers (position, i)",
    """
    CREATE TABLE bank_lines (
      position INTEGER PRIMARY KEY, time INTEGER NOT NULL,
      account TEXT NOT NULL REFERENCES accounts, currency TEXT NOT NULL, direction TEXT NOT NULL,
      amount INTEGER NOT NULL CHECK (amount > 0), month INTEGER, reference TEXT NOT NULL UNIQUE,
      proposal INTEGER NOT NULL) STRICT
    """,
    """
    CREATE TABLE offers (
      site TEXT PRIMARY KEY REFERENCES sites, generation INTEGER NOT NULL,
      sell_until INTEGER NOT NULL, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE bids (
      seq INTEGER PRIMARY KEY, party TEXT NOT NULL REFERENCES parties, principal TEXT NOT NULL,
      state TEXT NOT NULL, hold INTEGER NOT NULL DEFAULT 0, round INTEGER, ended INTEGER,
      body TEXT NOT NULL) STRICT
    """,
    "CREATE INDEX bids_of_party ON bids (party, seq)",
    """
    CREATE TABLE rounds (
      round INTEGER PRIMARY KEY, state TEXT NOT NULL, closed INTEGER NOT NULL, ended INTEGER,
      first_slot INTEGER NOT NULL, bids INTEGER NOT NULL, pools INTEGER NOT NULL,
      winners INTEGER, welfare INTEGER, bound INTEGER, iterations INTEGER, gpu_quarters INTEGER,
      closed_position INTEGER NOT NULL, position INTEGER NOT NULL) STRICT
    """,
    """
    CREATE TABLE prices (
      round INTEGER NOT NULL, pool TEXT NOT NULL, start INTEGER NOT NULL, finish INTEGER NOT NULL,
      currency TEXT NOT NULL, ask INTEGER NOT NULL, price INTEGER NOT NULL CHECK (price >= ask),
      free INTEGER NOT NULL, offered INTEGER NOT NULL, PRIMARY KEY (round, pool, start)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE trades (
      id TEXT PRIMARY KEY, bid INTEGER NOT NULL REFERENCES bids, round INTEGER NOT NULL,
      party TEXT NOT NULL, currency TEXT NOT NULL, tenant INTEGER NOT NULL, fee INTEGER NOT NULL,
      gpu_quarters INTEGER NOT NULL, position INTEGER NOT NULL,
      fund INTEGER NOT NULL DEFAULT 0) STRICT
    """,
    "CREATE INDEX trades_of_bid ON trades (bid)",
    """
    CREATE TABLE leases (
      id TEXT PRIMARY KEY, trade TEXT NOT NULL REFERENCES trades, bid INTEGER NOT NULL,
      party TEXT NOT NULL, site TEXT NOT NULL, centre TEXT NOT NULL, pool TEXT NOT NULL,
      chip TEXT NOT NULL, start INTEGER NOT NULL, finish INTEGER NOT NULL, phase TEXT NOT NULL,
      settled INTEGER NOT NULL DEFAULT 0, ended INTEGER, currency TEXT NOT NULL,
      site_currency TEXT NOT NULL, delivered INTEGER NOT NULL DEFAULT 0,
      used INTEGER NOT NULL DEFAULT 0, charged INTEGER NOT NULL DEFAULT 0,
      fee INTEGER NOT NULL DEFAULT 0, earned INTEGER NOT NULL DEFAULT 0,
      award TEXT REFERENCES awards, fund INTEGER NOT NULL DEFAULT 0,
      position INTEGER NOT NULL, changed INTEGER NOT NULL, body TEXT NOT NULL) STRICT
    """,
    "CREATE INDEX leases_of_party ON leases (party, position)",
    "CREATE INDEX leases_of_site ON leases (site, settled)",
    "CREATE INDEX leases_of_bid ON leases (bid)",
    """
    CREATE TABLE readings (
      lease TEXT NOT NULL REFERENCES leases, start INTEGER NOT NULL, finish INTEGER NOT NULL,
      delivered INTEGER NOT NULL, used INTEGER NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (lease, start), CHECK (start < finish)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE traces (
      subject TEXT NOT NULL, position INTEGER NOT NULL, i INTEGER NOT NULL,
      PRIMARY KEY (subject, position, i)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE charges (
      lease TEXT NOT NULL REFERENCES leases, day INTEGER NOT NULL, party TEXT NOT NULL,
      currency TEXT NOT NULL, tenant INTEGER NOT NULL, fee INTEGER NOT NULL,
      site_currency TEXT NOT NULL, site INTEGER NOT NULL, delivered INTEGER NOT NULL,
      used INTEGER NOT NULL, forgone INTEGER NOT NULL, last INTEGER NOT NULL,
      position INTEGER NOT NULL, fund INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (lease, day)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE projects (
      party TEXT NOT NULL REFERENCES parties, project TEXT NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (party, project)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE budgets (
      party TEXT NOT NULL REFERENCES parties, project TEXT NOT NULL DEFAULT '', money INTEGER,
      gpu_time INTEGER, carry INTEGER NOT NULL, grace INTEGER NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (party, project)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE disputes (
      number INTEGER PRIMARY KEY, lease TEXT NOT NULL REFERENCES leases, day INTEGER NOT NULL,
      party TEXT NOT NULL, centre TEXT NOT NULL, claimed INTEGER, state TEXT NOT NULL,
      delivered INTEGER, opened INTEGER NOT NULL, decided INTEGER) STRICT
    """,
    "CREATE INDEX disputes_of_lease ON disputes (lease, day)",
    """
    CREATE TABLE evidence (
      position INTEGER PRIMARY KEY, dispute INTEGER NOT NULL REFERENCES disputes,
      party TEXT NOT NULL, digest TEXT NOT NULL, time INTEGER NOT NULL) STRICT
    """,
    """
    CREATE TABLE corrections (
      position INTEGER PRIMARY KEY, lease TEXT NOT NULL, day INTEGER NOT NULL,
      party TEXT NOT NULL, currency TEXT NOT NULL, tenant INTEGER NOT NULL, fee INTEGER NOT NULL,
      site_currency TEXT NOT NULL, site INTEGER NOT NULL, delivered INTEGER NOT NULL,
      fund INTEGER NOT NULL, charge INTEGER NOT NULL REFERENCES entries,
      dispute INTEGER REFERENCES disputes,
      FOREIGN KEY (lease, day) REFERENCES charges) STRICT
    """,
    "CREATE INDEX corrections_of_charge ON corrections (lease, day)",
  ]

  /// Tables that are only ever added to refuse everything else, whoever opens the file.
  private static let guards: [String] = [
    "entries", "events", "seals", "movements", "charges", "readings", "bank_lines", "evidence",
    "corrections",
  ]
  .flatMap { table in
    ["UPDATE", "DELETE"].map { verb in
      """
      CREATE TRIGGER \(table)_no_\(verb.lowercased()) BEFORE \(verb) ON \(table)
      BEGIN SELECT RAISE(ABORT, '\(table) are only added to'); END
      """
    }
  }

  static func money(_ column: String, _ currency: String) -> String {
    "printf('%s %s%d.%02d', \(currency), CASE WHEN \(column) < 0 THEN '-' ELSE '' END, "
      + "abs(\(column)) / 100, abs(\(column)) % 100)"
  }

  private static func time(_ column: String) -> String {
    "strftime('%Y-%m-%dT%H:%M:%S+08:00', \(column) / 1000, 'unixepoch', '+8 hours')"
  }

  /// For people who open the file: decimals with currency, ISO times.
  private static let views = [
    """
    CREATE VIEW accounts_readable AS SELECT id, party, \(money("balance", "currency")) AS balance,
      \(money("debits_pending", "currency")) AS held,
      \(money("credit_limit", "currency")) AS credit_limit FROM accounts ORDER BY id
    """,
    """
    CREATE VIEW movements_readable AS SELECT m.position, \(time("m.time")) AS at, m.step, m.reason,
      m.debit, m.credit, \(money("m.amount", "a.currency")) AS amount, m.subject
      FROM movements m JOIN accounts a ON a.id = m.debit ORDER BY m.position, m.i
    """,
    """
    CREATE VIEW bids_readable AS SELECT 'bid-' || seq AS bid, party, state, round, body
      FROM bids ORDER BY seq
    """,
    """
    CREATE VIEW rounds_readable AS SELECT round, state, \(time("closed")) AS closed,
      \(time("ended")) AS ended, bids, winners, welfare / 4000.0 AS welfare_hkd,
      bound / 4000.0 AS bound_hkd FROM rounds ORDER BY round
    """,
    """
    CREATE VIEW prices_readable AS SELECT round, pool, \(time("start")) AS start,
      \(time("finish")) AS finish, \(money("ask", "currency")) AS ask,
      \(money("price", "currency")) AS price, free, offered FROM prices
      ORDER BY round, pool, start
    """,
    """
    CREATE VIEW leases_readable AS SELECT id, party, pool, chip, \(time("start")) AS start,
      \(time("finish")) AS finish, phase, delivered / 3600000.0 AS delivered_gpu_hours,
      used / 3600000.0 AS used_gpu_hours, \(money("charged", "currency")) AS charged,
      \(money("earned", "site_currency")) AS earned FROM leases ORDER BY position, id
    """,
    """
    CREATE VIEW charges_readable AS SELECT lease, date(day * 86400, 'unixepoch') AS day, party,
      \(money("tenant", "currency")) AS tenant, \(money("fund", "currency")) AS fund,
      \(money("fee", "currency")) AS fee,
      \(money("site", "site_currency")) AS site FROM charges ORDER BY position, lease
    """,
    """
    CREATE VIEW budgets_readable AS SELECT b.party, b.project,
      \(money("b.money", "p.currency")) AS money, b.gpu_time / 3600000.0 AS gpu_hours,
      b.carry / 10.0 AS carry_percent, b.grace / 10.0 AS grace_percent
      FROM budgets b JOIN parties p ON p.id = b.party ORDER BY b.party, b.project
    """,
    """
    CREATE VIEW corrections_readable AS SELECT position, lease,
      date(day * 86400, 'unixepoch') AS day, party, \(money("tenant", "currency")) AS tenant,
      \(money("fee", "currency")) AS fee, \(money("site", "site_currency")) AS site,
      delivered / 3600000.0 AS gpu_hours, charge, dispute FROM corrections ORDER BY position
    """,
  ]
}
