import Leases
import Ledger
import LedgerStore
import Market
import Placement
import Units

/// The life of every order, a row an event: new, modify, cancel, refuse, expire, match. The fields follow
/// table 1 of the EU's wholesale energy reporting, the nearest market whose records are standardised:
/// capacity that is delivered over time and sold in auctions.
struct OrderRecords {
  static let columns: [RecordColumn] = [
    RecordColumn("record", .text, "position of the entry in the log, and which of its events"),
    RecordColumn("time", .time, "of the entry"),
    RecordColumn("event", .text, "new, modify, cancel, refuse, expire or match"),
    RecordColumn("action", .text, "N new, M modify, C cancel; a match or refusal has none"),
    RecordColumn("order_id", .text, "the bid"),
    RecordColumn("client_order_id", .text, "id of the command that placed it"),
    RecordColumn("linked_order_id", .text, "the lease whose rest this order places again"),
    RecordColumn("participant", .text, "the tenant"),
    RecordColumn("trader", .text, "who sent it for the tenant"),
    RecordColumn("beneficiary", .text, "for whom: the tenant itself"),
    RecordColumn("capacity", .text, "principal: every order is for the tenant's own account"),
    RecordColumn("side", .text, "buy: centres sell by offers"),
    RecordColumn("type", .text, "limit: every order names a highest price"),
    RecordColumn(
      "condition", .text, "block all or nothing; elastic from a least; split over pools"),
    RecordColumn("original_time", .time, "when the order was entered first"),
    RecordColumn("expires", .time, "it leaves the book when it cannot end by then"),
    RecordColumn("contract", .text, "the chip of the alternative"),
    RecordColumn(
      "alternative", .integer, "which of the order's alternatives the row shows, from 0"),
    RecordColumn("alternatives", .integer, "how many it has; at most one is filled"),
    RecordColumn("quantity", .integer, "GPUs"),
    RecordColumn("minimum_quantity", .integer, "GPUs that are filled whole or not at all"),
    RecordColumn(
      "undisclosed_quantity", .integer, "GPUs that the book does not show: all, bids are sealed"),
    RecordColumn("quantity_unit", .text, "GPU"),
    RecordColumn("duration", .integer, "quarter hours"),
    RecordColumn("total_quantity", .decimal, "GPU-hours"),
    RecordColumn("price_limit", .decimal, "per GPU-hour, the fee included"),
    RecordColumn("trigger_price", .decimal, "none: there are no stop orders"),
    RecordColumn("currency", .text, "of the tenant"),
    RecordColumn("notional", .decimal, "limit times total quantity; what was traded, for a match"),
    RecordColumn("delivery_zones", .text, "jurisdictions that are allowed; empty for all"),
    RecordColumn("delivery_sites", .text, "sites that are allowed; empty for all"),
    RecordColumn("delivery_earliest", .time, "it starts no earlier"),
    RecordColumn("data_class", .text, "of the data that it works on"),
    RecordColumn("exclusive", .flag, "whole nodes"),
    RecordColumn("award", .text, "the award that pays a share"),
    RecordColumn("project", .text, "of the tenant"),
    RecordColumn("venue", .text, "SAMPAN"),
    RecordColumn("round", .integer, "the auction"),
    RecordColumn("trade_id", .text, "what it got"),
    RecordColumn("reason", .text, "of a refusal, or of an order that a displaced lease left"),
    RecordColumn("reason_code", .integer, "number of a refusal"),
  ]

  static let events = ["bid-placed", "bid-changed", "bid-ended", "traded", "refused"]

  private let archive: LedgerArchive
  /// Orders by their number, as they were placed last.
  private var bids: [Int64: Bid] = [:]
  private static let mostKept = 10_000

  init(_ archive: LedgerArchive) { self.archive = archive }

  /// The row of one event; nil for what is no order's.
  mutating func row(_ entry: ArchivedEntry, _ event: ArchivedEvent) throws -> RecordRow? {
    var row = RecordRow()
    row["record"] = .text("\(entry.position).\(event.index)")
    row["time"] = .time(entry.time)
    row["venue"] = .text("SAMPAN")
    switch event.name {
    case "bid-placed", "bid-changed":
      let bid = try FieldCodec.decode(Bid.self, from: event.record)
      let isNew = event.name == "bid-placed" && bid.moved == nil
      row.name(isNew ? "new" : "modify", action: isNew ? "N" : "M")
      if bids.count >= Self.mostKept { bids = [:] }
      bids[bid.seq] = bid
      Self.fill(&row, bid, alternative: 0)
    case "bid-ended":
      let end = try FieldCodec.decode(BidEnded.self, from: event.record)
      switch end.cause {
      case .filled: return nil
      case .expired: row.name("expire", action: "C")
      case .cancelled, .cancelling: row.name("cancel", action: "C")
      }
      Self.fill(&row, try bid(end.bid), alternative: 0)
      if end.cause == .cancelling {
        row["reason"] = .text("its round is closed: it leaves unless that round fills it")
      }
    case "traded":
      try fill(&row, FieldCodec.decode(Trade.self, from: event.record), entry)
    case "refused":
      let refused = try FieldCodec.decode(CommandRefused.self, from: event.record)
      guard try refuse(&row, refused, entry) else { return nil }
    default: return nil
    }
    return row
  }

  /// A refused order, or a refused cancellation of one.
  private mutating func refuse(
    _ row: inout RecordRow, _ refused: CommandRefused, _ entry: ArchivedEntry
  ) throws -> Bool {
    switch try Entry.decode(entry.bytes).command {
    case .placeBid(let terms):
      var bid = Bid()
      bid.terms = terms
      bid.order = entry.id
      bid.principal = entry.by
      bid.placedAt = entry.time
      Self.fill(&row, bid, alternative: 0)
      for unknown in [
        "order_id", "participant", "beneficiary", "currency", "price_limit", "notional",
      ] { row[unknown] = .absent }
    case .cancelBid(let number):
      row["order_id"] = .text(Bid.id(number.number))
      row["trader"] = .text(entry.by)
    default: return false
    }
    row.name("refuse", action: nil)
    row["reason"] = .text("\(refused.code)")
    row["reason_code"] = .whole(refused.code.rawValue)
    return true
  }

  private mutating func fill(
    _ row: inout RecordRow, _ trade: Trade, _ entry: ArchivedEntry
  ) throws {
    let leases = try archive.events(named: ["lease-ordered"], at: entry.position).compactMap {
      let lease = try FieldCodec.decode(Lease.self, from: $0.record)
      return lease.trade == trade.id ? lease : nil
    }
    row.name("match", action: nil)
    Self.fill(&row, try bid(trade.bid), alternative: leases.first?.alternative ?? 0)
    row["round"] = .whole(trade.round)
    row["trade_id"] = .text(trade.id)
    row["total_quantity"] = .quarters(Int128(trade.gpuQuarters))
    row["notional"] = .money(trade.tenant)
  }

  /// The order of this number as it stood last.
  private mutating func bid(_ number: Int64) throws -> Bid {
    if let known = bids[number] { return known }
    guard
      let placed = try archive.events(named: ["bid-placed", "bid-changed"], at: number)
        .lazy.map({ try FieldCodec.decode(Bid.self, from: $0.record) })
        .first(where: { $0.seq == number })
    else { throw RecordFault(description: "order \(Bid.id(number)) was never placed") }
    bids[number] = placed
    return placed
  }

  private static func fill(_ row: inout RecordRow, _ bid: Bid, alternative index: Int) {
    let terms = bid.terms
    row["order_id"] = .text(bid.id)
    row["client_order_id"] = .text(bid.order)
    row["linked_order_id"] = .optional(bid.moved?.lease)
    if let moved = bid.moved { row["reason"] = .text(moved.cause.rawValue) }
    row["participant"] = .text(bid.party)
    row["trader"] = .text(bid.principal)
    row["beneficiary"] = .text(bid.party)
    row["capacity"] = .text("principal")
    row["side"] = .text("buy")
    row["type"] = .text("limit")
    row["condition"] = .text(terms.kind.rawValue)
    row["original_time"] = .time(bid.placedAt)
    row["expires"] = .time(terms.latestEnd)
    row["currency"] = .text(bid.currency.rawValue)
    row["delivery_zones"] = .list(terms.whereabouts.jurisdictions.map(\.rawValue))
    row["delivery_sites"] = .list(terms.whereabouts.sites)
    row["delivery_earliest"] = .time(terms.earliest)
    row["data_class"] = .optional(terms.dataClass)
    row["exclusive"] = .flag(terms.exclusive)
    row["award"] = .optional(terms.award)
    row["project"] = .optional(terms.project)
    row["alternatives"] = .whole(Int64(terms.alternatives.count))
    guard terms.alternatives.indices.contains(index) else { return }
    let shape = terms.alternatives[index]
    let quarters = Int128(shape.gpus) * Int128(shape.quarters)
    row["contract"] = .text(shape.chip)
    row["alternative"] = .whole(Int64(index))
    row["quantity"] = .whole(shape.gpus)
    row["minimum_quantity"] = .whole(terms.kind == .elastic ? shape.least : shape.gpus)
    row["undisclosed_quantity"] = .whole(shape.gpus)
    row["quantity_unit"] = .text("GPU")
    row["duration"] = .whole(shape.quarters)
    row["total_quantity"] = .quarters(quarters)
    row["price_limit"] = .money(shape.limit)
    // Bounds of a hold keep it inside 64 bits.
    row["notional"] = .money(Int64(clamping: dividedUp(quarters * Int128(shape.limit), by: 4)))
  }
}

/// A row that is being filled, by the names of its columns.
struct RecordRow {
  private var values: [String: RecordValue] = [:]

  subscript(name: String) -> RecordValue {
    get { values[name] ?? .absent }
    set { values[name] = newValue }
  }

  mutating func name(_ event: String, action: String?) {
    self["event"] = .text(event)
    self["action"] = .optional(action)
  }

  /// A value for each column, in their order.
  func values(_ columns: [RecordColumn]) -> [RecordValue] { columns.map { self[$0.name] } }
}

/// Why there are no records.
package struct RecordFault: Error, CustomStringConvertible {
  package let description: String
}
