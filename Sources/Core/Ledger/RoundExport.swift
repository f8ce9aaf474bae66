import Market
import Placement
import Units

/// One round as a file for people who check it without any of this code: what it froze, the entries
/// of the outcome that was accepted, and the events that they caused. Fed with a log from its
/// beginning, so that the frozen book is what follows from the entries and not what somebody says.
///
/// One JSON object, `"format":"sampan-round/1"`: `frozen` (of `FrozenRound`, slots and pools by
/// index), `parts` and `commit` (what the entries of the outcome say, as in the log), `movements`
/// (what became of money by it).
package struct RoundExport: Sendable {
  /// Where the round stands after the entries so far.
  package enum Progress: Sendable, Equatable {
    /// Not closed yet.
    case open
    /// Closed, without an outcome so far.
    case closed
    /// Given up.
    case void
    case ended
  }

  package let round: Int64
  package private(set) var progress: Progress = .open
  private var frozen: [UInt8] = []
  private var parts: [[UInt8]] = []
  private var commit: [UInt8] = []
  private var movements: [[UInt8]] = []

  package init(round: Int64) { self.round = round }

  /// Takes in the next entry.
  /// - Parameters:
  ///   - events: what it caused.
  ///   - state: the state after it.
  package mutating func take(
    _ entry: Entry, _ events: [Event], _ state: borrowing LedgerState
  ) {
    guard progress == .open || progress == .closed else { return }
    if case .refused? = events.first { return }
    switch entry.command {
    case .closeRound(let number) where number.number == round:
      guard let book = state.frozen else { return }
      frozen = FieldCodec.encode(FrozenRecord(book))
      progress = .closed
    case .outcomePart(let terms) where terms.round == round:
      if terms.index == 0 { parts = [] }
      parts.append(FieldCodec.encode(terms))
    case .commitOutcome(let terms) where terms.round == round:
      commit = FieldCodec.encode(terms)
      movements = events.compactMap { event in
        if case .moneyMoved(let movement) = event { FieldCodec.encode(movement) } else { nil }
      }
      progress = .ended
    case .voidRound(let number) where number.number == round: progress = .void
    case .freezeMarket where progress == .closed: progress = .void
    default: break
    }
  }

  /// The file; empty unless the round has ended with an outcome.
  package var bytes: [UInt8] {
    guard progress == .ended else { return [] }
    var bytes: [UInt8] = Array("{\"commit\":".utf8)
    bytes += commit
    bytes += Array(",\"format\":\"sampan-round/1\",\"frozen\":".utf8)
    bytes += frozen
    bytes += Array(",\"movements\":[".utf8)
    bytes += movements.joined(separator: [0x2C])
    bytes += Array("],\"parts\":[".utf8)
    bytes += parts.joined(separator: [0x2C])
    bytes += Array("]}\n".utf8)
    return bytes
  }
}

/// A frozen round in its file.
private struct FrozenRecord: Record {
  private static let any = Int64.min...Int64.max
  private static let many = 0...Int(Int32.max)

  private var round = Instance()
  private var bids: [BidRecord] = []
  private var edges: [Int64] = []
  private var feePermille: Int64 = 0
  private var latencies: [PlaceLatency] = []
  private var pools: [PoolRecord] = []
  private var rates: [RateRecord] = []
  private var running: [RunningLease] = []
  private var subsidies: [SubsidyRecord] = []

  init() {}

  init(_ frozen: FrozenRound) {
    round = frozen.instance
    edges = frozen.grid.edges
    feePermille = frozen.feePermille
    latencies = frozen.latencies.keys.compactMap { key in
      let words = key.split(separator: "/").map(String.init)
      guard words.count == 2, let time = frozen.latencies[key] else { return nil }
      return PlaceLatency(site: words[0], metro: words[1], roundTrip: time)
    }
    pools = zip(frozen.pools, frozen.instance.pools).map { PoolRecord($0, $1) }
    rates = frozen.rates.keys.map { RateRecord(currency: $0, rate: frozen.rates[$0] ?? Rate()) }
    running = zip(frozen.running, frozen.instance.running).map {
      RunningLease(lease: $0.lease, row: $1)
    }
    subsidies = zip(frozen.instance.subsidies, frozen.subsidies).map {
      SubsidyRecord(row: $0, share: $1)
    }
    bids = zip(frozen.bids, frozen.instance.bids).map { BidRecord(bid: $0, options: $1.options) }
  }

  mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("bids", &bids, Self.many)
    try codec.list("edges", &edges, Self.many, Self.any)
    try codec.int("extrasEnd", &round.extrasEnd, Self.any)
    try codec.int("feePermille", &feePermille, Self.any)
    try codec.list("latencies", &latencies, Self.many)
    try codec.list("pools", &pools, Self.many)
    try codec.list("rates", &rates, Self.many)
    try codec.int("round", &round.round, Self.any)
    try codec.list("running", &running, Self.many)
    try codec.flag("spare", &round.spare)
    try codec.list("subsidies", &subsidies, Self.many)
    try codec.int("windowEnd", &round.windowEnd, Self.any)
  }

  /// A bid as it stands in the book, and where the round could place it.
  private struct BidRecord: Record {
    var bid = Bid()
    var options: [Instance.Option] = []

    mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.record("bid", &bid)
      let blank = Instance.Option(
        alternative: 0, pool: 0, value: 0, gpus: 0, least: 0, unit: 0, quarters: 0, earliest: 0,
        latestEnd: 0)
      try codec.elements("options", &options, FrozenRecord.many, blank) {
        codec, option throws(CodecError) in
        try codec.object { codec throws(CodecError) in
          try codec.int("alternative", &option.alternative, FrozenRecord.any)
          try codec.int("bonus", &option.bonus, FrozenRecord.any)
          try codec.int("earliest", &option.earliest, FrozenRecord.any)
          try codec.int("gpus", &option.gpus, FrozenRecord.any)
          try codec.int("latestEnd", &option.latestEnd, FrozenRecord.any)
          try codec.int("least", &option.least, FrozenRecord.any)
          try codec.int("pool", &option.pool, FrozenRecord.any)
          try codec.int("quarters", &option.quarters, FrozenRecord.any)
          try codec.index("subsidy", &option.subsidy)
          try codec.int("unit", &option.unit, FrozenRecord.any)
          try codec.int("value", &option.value, FrozenRecord.any)
        }
      }
    }
  }

  /// `ask` in mHKD, `asks` in minor units of the site's currency; by slot.
  private struct PoolRecord: Record {
    var ask: [Int64] = []
    var asks: [Int64] = []
    var capacity: [Int64] = []
    var centre = ""
    var chip = ""
    var currency: Currency = .hkd
    var id = ""
    var site = ""

    init() {}

    init(_ pool: FrozenRound.Pool, _ numbers: Instance.Pool) {
      ask = numbers.ask
      asks = pool.asks
      capacity = numbers.capacity
      centre = pool.centre
      chip = pool.chip
      currency = pool.currency
      id = pool.id
      site = pool.site
    }

    mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.list("ask", &ask, FrozenRecord.many, FrozenRecord.any)
      try codec.list("asks", &asks, FrozenRecord.many, FrozenRecord.any)
      try codec.list("capacity", &capacity, FrozenRecord.many, FrozenRecord.any)
      try codec.text("centre", &centre, .id)
      try codec.text("chip", &chip, .id)
      try codec.choice("currency", &currency)
      try codec.text("id", &id, .id)
      try codec.text("site", &site, .id)
    }
  }

  private struct RateRecord: Record {
    var currency: Currency = .hkd
    var rate = Rate()

    mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.choice("currency", &currency)
      try codec.record("rate", &rate)
    }
  }

  private struct PlaceLatency: Record {
    var site = ""
    var metro = ""
    var roundTrip: Int64 = 0

    mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.text("metro", &metro, .id)
      try codec.int("roundTrip", &roundTrip, FrozenRecord.any)
      try codec.text("site", &site, .id)
    }
  }

  private struct RunningLease: Record {
    var lease = ""
    var row = Instance.Running(
      seq: 0, pool: 0, value: 0, room: 0, held: 0, bonus: 0, start: 0, end: 0)

    mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("bid", &row.seq, FrozenRecord.any)
      try codec.int("bonus", &row.bonus, FrozenRecord.any)
      try codec.int("end", &row.end, FrozenRecord.any)
      try codec.int("held", &row.held, FrozenRecord.any)
      try codec.text("lease", &lease, .id)
      try codec.int("pool", &row.pool, FrozenRecord.any)
      try codec.int("room", &row.room, FrozenRecord.any)
      try codec.int("start", &row.start, FrozenRecord.any)
      try codec.index("subsidy", &row.subsidy)
      try codec.int("value", &row.value, FrozenRecord.any)
    }
  }

  /// `amount` in mHKD, `share` in minor units of the site's currency; by slot.
  private struct SubsidyRecord: Record {
    var row = Instance.Subsidy(pool: 0, amount: [])
    var share: [Int64] = []

    mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.list("amount", &row.amount, FrozenRecord.many, FrozenRecord.any)
      try codec.int("pool", &row.pool, FrozenRecord.any)
      try codec.list("share", &share, FrozenRecord.many, FrozenRecord.any)
    }
  }
}

extension FieldCodec {
  /// An index that may be absent.
  fileprivate mutating func index(
    _ name: StaticString, _ value: inout Int?
  ) throws(CodecError) {
    var wide = value.map(Int64.init)
    try int(name, optional: &wide, 0...Int64(Int32.max))
    value = wide.map(Int.init)
  }
}
