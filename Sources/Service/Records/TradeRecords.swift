import BrokerAPI
import Leases
import Ledger
import LedgerStore
import Market
import Units

/// Every contract between a tenant and a centre, that is every lease, and what changed it: new, modify
/// (extras sold or cut, a breach excused), cancel (it ended before its time).
struct TradeRecords {
  static let columns: [RecordColumn] = [
    RecordColumn("record", .text, "position of the entry in the log, and which of its events"),
    RecordColumn("time", .time, "of the execution, or of what changed it"),
    RecordColumn("event", .text, "new, modify or cancel"),
    RecordColumn("action", .text, "N new, M modify, C cancel"),
    RecordColumn("uti", .text, "unique transaction identifier: the same in every export"),
    RecordColumn("transaction_id", .text, "the lease"),
    RecordColumn(
      "linked_transaction_id", .text, "the trade: all leases that one order got at once"),
    RecordColumn("order_id", .text, "the bid"),
    RecordColumn("client_order_id", .text, "id of the command that placed it"),
    RecordColumn("participant", .text, "the tenant, who buys"),
    RecordColumn("other_participant", .text, "the centre, which sells"),
    RecordColumn("capacity", .text, "principal"),
    RecordColumn("side", .text, "buy, from the participant"),
    RecordColumn("aggressor", .text, "none: all of a round are matched at once"),
    RecordColumn("venue", .text, "SAMPAN"),
    RecordColumn("round", .integer, "the auction; none for extras that were carried on"),
    RecordColumn("contract", .text, "the chip"),
    RecordColumn("commodity", .text, "GPU time"),
    RecordColumn("settlement_method", .text, "physical: capacity is handed over"),
    RecordColumn("delivery_point", .text, "the site"),
    RecordColumn("delivery_pool", .text, "the pool there"),
    RecordColumn("delivery_start", .time, "as traded"),
    RecordColumn("delivery_end", .time, "as traded; when it ended, for a cancel"),
    RecordColumn("load_type", .text, "reserved, or preemptible where capacity may be taken back"),
    RecordColumn(
      "delivery_profile", .text,
      "start/end/GPUs/price per GPU-hour of each part, with blanks between"),
    RecordColumn("quantity", .integer, "GPUs, the most of any part"),
    RecordColumn("quantity_unit", .text, "GPU"),
    RecordColumn(
      "total_quantity", .decimal, "GPU-hours of these parts; taken off, for extras that were cut"),
    RecordColumn("price_currency", .text, "of the site: prices are its"),
    RecordColumn("exclusive", .flag, "whole nodes"),
    RecordColumn("award", .text, "the award that pays a share"),
    RecordColumn(
      "notional", .decimal, "what the tenant pays at most without the fee; for extras alone"),
    RecordColumn("fee", .decimal, "of the market, at most; for extras alone"),
    RecordColumn("currency", .text, "of the tenant, of notional and fee"),
    RecordColumn("rate", .text, "HKD for one unit of the tenant's and of the site's currency"),
    RecordColumn("reason", .text, "why it was cancelled"),
  ]

  static let events = ["lease-ordered", "lease-changed", "extras-sold", "extras-cut"]

  private let archive: LedgerArchive
  private let uti: TradeIdentifier
  private var leases: [String: Lease] = [:]
  private static let mostKept = 10_000
  /// Read when the first loss is met: places that were lost by a breach, by lease.
  private var breaches: [String: [LedgerArchive.LeaseEnd]]?
  private static let givingBack = Command.endLease(LeaseName()).kind.rawValue

  init(_ archive: LedgerArchive, _ uti: TradeIdentifier) {
    self.archive = archive
    self.uti = uti
  }

  /// The row of one event; nil for what does not change a contract.
  mutating func row(_ entry: ArchivedEntry, _ event: ArchivedEvent) throws -> RecordRow? {
    var row = RecordRow()
    row["record"] = .text("\(entry.position).\(event.index)")
    row["time"] = .time(entry.time)
    switch event.name {
    case "lease-ordered":
      let lease = try FieldCodec.decode(Lease.self, from: event.record)
      keep(lease)
      fill(&row, lease)
      row.name("new", action: "N")
      row["round"] = try round(lease, entry)
      row["notional"] = .money(lease.money.tenantHeld)
      row["fee"] = .money(lease.money.feeHeld)
      Self.fill(&row, lease.runs)
    case "extras-sold":
      let sale = try FieldCodec.decode(ExtrasSale.self, from: event.record)
      fill(&row, try lease(sale.lease))
      row.name("modify", action: "M")
      row["round"] = sale.carried ? .absent : .whole(sale.round)
      row["notional"] = .money(sale.tenant)
      row["fee"] = .money(sale.fee)
      Self.fill(&row, sale.runs)
    case "extras-cut":
      let cut = try FieldCodec.decode(ExtrasCut.self, from: event.record)
      fill(&row, try lease(cut.lease))
      row.name("modify", action: "M")
      row["reason"] = .text("extras were cut")
      row["notional"] = .money(-cut.tenant)
      row["fee"] = .money(-cut.fee)
      Self.fill(&row, cut.runs)
    case "lease-changed":
      let change = try FieldCodec.decode(LeaseChanged.self, from: event.record)
      guard try fill(&row, change, entry) else { return nil }
    default: return nil
    }
    return row
  }

  /// A lease that is given back, that lost its place, or whose loss was found to have another cause; what is
  /// said of it later, until it is settled, changes nothing.
  private mutating func fill(
    _ row: inout RecordRow, _ change: LeaseChanged, _ entry: ArchivedEntry
  ) throws -> Bool {
    guard let ended = change.endedAt, change.cause != nil || entry.kind == Self.givingBack else {
      return false
    }
    fill(&row, try lease(change.lease))
    row["delivery_end"] = .time(ended)
    row["reason"] = .text(change.cause?.rawValue ?? "given back by the tenant")
    if change.cause == .loss, try isKnown(change, entry) {
      row.name("modify", action: "M")
    } else {
      row.name("cancel", action: "C")
    }
    return true
  }

  /// Whether it had lost its place at this time already, by a breach that is excused now.
  private mutating func isKnown(_ change: LeaseChanged, _ entry: ArchivedEntry) throws -> Bool {
    let known = try breaches ?? archive.leaseChanges(becauseOf: LossCause.breach.rawValue)
    breaches = known
    return known[change.lease]?.contains {
      $0.position < entry.position && $0.endedAt == change.endedAt
    } ?? false
  }

  private func round(_ lease: Lease, _ entry: ArchivedEntry) throws -> RecordValue {
    for event in try archive.events(named: ["traded"], at: entry.position) {
      let trade = try FieldCodec.decode(Trade.self, from: event.record)
      if trade.id == lease.trade { return .whole(trade.round) }
    }
    return .absent
  }

  private mutating func keep(_ lease: Lease) {
    if leases.count >= Self.mostKept { leases = [:] }
    leases[lease.id] = lease
  }

  /// The lease as it was ordered.
  private mutating func lease(_ id: String) throws -> Lease {
    if let known = leases[id] { return known }
    if let position = try archive.orderOfLease(id) {
      for event in try archive.events(named: ["lease-ordered"], at: position) {
        let lease = try FieldCodec.decode(Lease.self, from: event.record)
        if lease.id == id {
          keep(lease)
          return lease
        }
      }
    }
    throw RecordFault(description: "\(id) was never ordered")
  }

  private func fill(_ row: inout RecordRow, _ lease: Lease) {
    row["uti"] = .text(uti.of(lease.id))
    row["transaction_id"] = .text(lease.id)
    row["linked_transaction_id"] = .text(lease.trade)
    row["order_id"] = .text(Bid.id(lease.bid))
    row["client_order_id"] = .text(lease.order)
    row["participant"] = .text(lease.party)
    row["other_participant"] = .text(lease.centre)
    row["capacity"] = .text("principal")
    row["side"] = .text("buy")
    row["aggressor"] = .text("none")
    row["venue"] = .text("SAMPAN")
    row["contract"] = .text(lease.chip)
    row["commodity"] = .text("GPU time")
    row["settlement_method"] = .text("physical")
    row["delivery_point"] = .text(lease.site)
    row["delivery_pool"] = .text(lease.pool)
    row["delivery_start"] = .time(lease.start)
    row["delivery_end"] = .time(lease.tradedEnd)
    row["load_type"] = .text(lease.reclaim == nil ? "reserved" : "preemptible")
    row["quantity_unit"] = .text("GPU")
    row["price_currency"] = .text(lease.siteCurrency.rawValue)
    row["exclusive"] = .flag(lease.exclusive)
    row["award"] = .optional(lease.award)
    row["currency"] = .text(lease.currency.rawValue)
    row["rate"] = .text(
      [lease.tenantRate, lease.siteRate].map { "\($0.numerator)/\($0.denominator)" }
        .joined(separator: " "))
  }

  private static func fill(_ row: inout RecordRow, _ runs: [PriceRun]) {
    guard !runs.isEmpty else { return }
    row["quantity"] = .optional(runs.map(\.gpus).max())
    row["total_quantity"] = .quarters(
      runs.reduce(Int128(0)) { $0 + Int128($1.gpus) * Int128($1.to - $1.from) / 900_000 })
    row["delivery_profile"] = .text(
      runs.map {
        let span = [$0.from, $0.to].map { WireTime(clamping: $0).text }.joined(separator: "/")
        return "\(span)/\($0.gpus)/\(RecordValue.decimal(Int128($0.price)))"
      }.joined(separator: " "))
  }
}

/// Makes unique transaction identifiers: 20 characters that name who makes them, and up to 32 that are
/// the lease's own (ISO 23897: capital letters and digits, 52 at most).
package struct TradeIdentifier: Sendable, Equatable {
  /// The operator's legal entity identifier, or the first 20 digits of the ledger's genesis.
  package let maker: String

  /// - Parameter lei: 20 capital letters and digits; nil: none is known.
  package init(lei: String?, genesis: String) throws {
    maker = lei ?? String(genesis.prefix(20)).uppercased()
    guard maker.utf8.count == 20, maker.utf8.allSatisfy(Self.isAllowed) else {
      throw RecordFault(
        description: "\"\(maker)\" is no legal entity identifier: 20 capital letters and digits")
    }
  }

  /// Letters and digits of the lease's id alone: `lease-18842-3` is `18842X3`.
  func of(_ lease: String) -> String {
    let own = lease.split(separator: "-").dropFirst().joined(separator: "X").uppercased()
    return maker + own
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
  }
}
