/// Which columns an export has, and what they are called.
package enum RecordProfile: String, Sendable, CaseIterable {
  /// All of them.
  case whole
  /// Orders as the Securities and Futures Commission's data standards for order life cycles (circular of
  /// 31 July 2019) arrange them: who, what, when, on whose behalf, an event code each. Of its codes this
  /// release names `ONEW`, an order that was acknowledged; whoever files them gives the others
  /// (`--code EVENT=CODE`), until then events have their names.
  case orderLife = "hk-order-life"

  /// The names here of the columns of the whole record.
  private static let orderLifeColumns: [(name: String, column: String)] = [
    ("EventCode", "event"), ("EventTime", "time"), ("EventReference", "record"),
    ("OrderID", "order_id"), ("ClientOrderID", "client_order_id"),
    ("LinkedOrderID", "linked_order_id"), ("OrderReceivedTime", "original_time"),
    ("ClientID", "participant"), ("BeneficiaryID", "beneficiary"), ("TraderID", "trader"),
    ("Capacity", "capacity"), ("Side", "side"), ("OrderType", "type"),
    ("OrderCondition", "condition"), ("ExpiryTime", "expires"), ("Instrument", "contract"),
    ("Quantity", "quantity"), ("QuantityUnit", "quantity_unit"), ("Duration", "duration"),
    ("LimitPrice", "price_limit"), ("Currency", "currency"), ("Notional", "notional"),
    ("Venue", "venue"), ("AuctionID", "round"), ("ExecutionID", "trade_id"), ("Reason", "reason"),
    ("ReasonCode", "reason_code"),
  ]

  /// What stands in the column of the event, by the event's name.
  var codes: [String: String] {
    var codes: [String: String] = [:]
    for name in ["new", "modify", "cancel", "refuse", "expire", "match"] { codes[name] = name }
    if self == .orderLife { codes["new"] = "ONEW" }
    return codes
  }

  /// - Throws: `RecordFault` where the profile has no such records.
  func columns(of kind: RecordKind) throws -> [RecordColumn] {
    switch (self, kind) {
    case (.whole, .orders): return OrderRecords.columns
    case (.whole, .trades): return TradeRecords.columns
    case (.whole, .entries): return EntryRecords.columns
    case (.orderLife, .orders):
      return Self.orderLifeColumns.compactMap { name, column in
        OrderRecords.columns.first { $0.name == column }.map {
          RecordColumn(name, $0.kind, $0.meaning)
        }
      }
    case (.orderLife, _):
      throw RecordFault(description: "the profile \(rawValue) is for orders alone")
    }
  }

  func values(_ row: RecordRow, _ columns: [RecordColumn]) -> [RecordValue] {
    switch self {
    case .whole: row.values(columns)
    case .orderLife: Self.orderLifeColumns.map { row[$0.column] }
    }
  }
}
