/// Tables of the subsidy scheme.
extension Schema {
  static let scheme = [
    """
    CREATE TABLE list_prices (
      currency TEXT NOT NULL, version INTEGER NOT NULL, chip TEXT NOT NULL, list INTEGER NOT NULL,
      reference INTEGER NOT NULL, trades INTEGER NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (currency, version, chip)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE relations (
      position INTEGER PRIMARY KEY, one TEXT NOT NULL, other TEXT NOT NULL, start INTEGER NOT NULL,
      finish INTEGER, source TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE contracts (
      position INTEGER PRIMARY KEY, contract TEXT NOT NULL, scheme TEXT NOT NULL,
      since INTEGER NOT NULL, source TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE calls (
      seq INTEGER PRIMARY KEY, fund TEXT NOT NULL REFERENCES parties, closed INTEGER NOT NULL,
      position INTEGER NOT NULL, body TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE applications (
      seq INTEGER PRIMARY KEY, call INTEGER NOT NULL REFERENCES calls,
      fund TEXT NOT NULL REFERENCES parties, party TEXT NOT NULL REFERENCES parties,
      state TEXT NOT NULL, award TEXT, decision TEXT, decided INTEGER, position INTEGER NOT NULL,
      body TEXT NOT NULL) STRICT
    """,
    """
    CREATE TABLE scores (
      application INTEGER NOT NULL REFERENCES applications, by TEXT NOT NULL,
      need INTEGER NOT NULL, demand INTEGER NOT NULL, soundness INTEGER NOT NULL,
      benefit INTEGER NOT NULL, reason TEXT NOT NULL, position INTEGER NOT NULL,
      PRIMARY KEY (application, by)) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE awards (
      id TEXT PRIMARY KEY, seq INTEGER NOT NULL, application INTEGER NOT NULL REFERENCES applications,
      fund TEXT NOT NULL REFERENCES parties, party TEXT NOT NULL REFERENCES parties,
      account TEXT NOT NULL REFERENCES accounts, amount INTEGER NOT NULL,
      paid INTEGER NOT NULL DEFAULT 0 CHECK (paid <= amount),
      delivered INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0,
      ended INTEGER NOT NULL, reported INTEGER, position INTEGER NOT NULL, body TEXT NOT NULL) STRICT
    """,
    "CREATE INDEX leases_of_award ON leases (award, position) WHERE award IS NOT NULL",
  ]

  static let schemeViews = [
    """
    CREATE VIEW awards_readable AS SELECT w.id, w.party, w.fund,
      \(money("w.amount", "a.currency")) AS awarded, \(money("w.paid", "a.currency")) AS paid,
      \(money("a.debits_pending", "a.currency")) AS held,
      \(money("a.balance - a.debits_pending", "a.currency")) AS "left",
      w.delivered / 3600000.0 AS delivered_gpu_hours, w.used / 3600000.0 AS used_gpu_hours, w.ended
      FROM awards w JOIN accounts a ON a.id = w.account ORDER BY w.seq
    """
  ]
}
