import CommandLog
import Ledger
import LedgerStore
import Leases
import Market
import Placement
import Replica
import Replication
import Units

/// How fast commands are applied and written with all their rows, against the C API of SQLite writing
/// the same rows in as many transactions.
struct ApplyBench {
  static let batches = 30
  static let batch = 1_000
  static let runs = 5

  static func run(_ scratch: Scratch) throws -> [Figure] {
    var ours: [Double] = []
    var raw: [Double] = []
    var rows = 0
    for run in 0..<runs {
      let file = scratch.file("apply.sqlite")
      let (took, first) = try write(file, seed: UInt64(run + 1))
      let plain = try RawCopy(of: file, at: scratch.file("raw.sqlite"))
      let (rawTook, count) = try plain.write(from: first, batches: batches, of: Int64(batch))
      ours.append(Double(batches * batch) / took)
      raw.append(Double(batches * batch) / rawTook)
      rows = count
      scratch.discard(file)
      scratch.discard(scratch.file("raw.sqlite"))
    }
    let ratios = zip(ours, raw).map { $0 / $1 }
    let ratio = median(ratios)
    return [
      Figure(
        name: "apply, of the raw rate", target: ">= 0.333", measured: text(ratio, 3),
        met: ratio >= 1.0 / 3,
        detail: "\(text(median(ours), 0)) entries/s with rows, raw \(text(median(raw), 0)); "
          + "\(rows) rows for \(batches * batch) entries in batches of \(batch); "
          + "ratios \(ratios.map { text($0, 3) }.joined(separator: " "))")
    ]
  }

  /// - Returns: seconds that the batches took, and the position of the first.
  private static func write(_ path: String, seed: UInt64) throws -> (Double, Int64) {
    var house = try House(path: path, seed: seed)
    try trade(&house)
    let first = house.core.state.position
    var placed: [Int64] = []
    var took = 0.0
    for number in 0..<batches {
      house.time += Span.minute
      let mix = self.mix(&house, Int64(number), &placed)
      var receipts: [Receipt] = []
      took += try seconds { receipts = try house.commit(mix) }
      placed = receipts.filter { $0.kind == .placeBid }.map(\.position)
    }
    try house.store.close()
    return (took, first)
  }

  /// A round, so that there are leases to be metered.
  private static func trade(_ house: inout House) throws {
    try house.commit(house.offers(generation: 1, hours: 72))
    let from = house.time + Span.hour
    try house.commit((0..<300).map { _ in house.bid(from: from, hours: 48) })
    house.time = house.core.state.roundDue
    let number = house.core.state.round.number
    try house.commit([house.core.own(.closeRound(Numbered(number)))])
    guard let frozen = house.core.state.frozen else { throw Fault("no round is closed") }
    let clearing = Engine.clear(frozen.instance, iterations: 60)
    try house.commit(Leader.outcome(of: frozen, clearing).map { house.core.own($0) })
    house.time = from + 12 * Span.hour
  }

  /// What a busy minute brings: bids, some taken back, each site's meter readings and new schedule.
  private static func mix(
    _ house: inout House, _ number: Int64, _ placed: inout [Int64]
  ) -> [Submission] {
    var mix: [Submission] = []
    let now = house.time
    for (site, agent) in zip(House.sites, house.agents) {
      var report = ReadingReport()
      report.site = site
      for lease in house.core.state.leases.values where lease.site == site {
        let from = now - Span.minute
        let gpus = lease.gpus(at: from)
        guard report.readings.count < 60, from >= lease.start, now <= lease.end, gpus > 0
        else { continue }
        var reading = Reading()
        reading.lease = lease.id
        (reading.from, reading.to) = (from, now)
        reading.delivered = gpus * Span.minute
        reading.used = reading.delivered * 3 / 4
        report.readings.append(reading)
      }
      guard !report.readings.isEmpty else { continue }
      mix.append(
        Submission(
          id: house.draw.id(), by: agent, role: .agent, command: .recordReadings(report)))
    }
    if number.isMultiple(of: 5) { mix += house.offers(generation: number + 2, hours: 72) }
    for bid in placed.prefix(80) {
      guard let trader = house.core.state.book.bids[bid]?.principal else { continue }
      mix.append(
        Submission(
          id: house.draw.id(), by: trader, role: .trader, command: .cancelBid(Numbered(bid))))
    }
    while mix.count < batch { mix.append(house.bid(from: now + Span.hour, hours: 48)) }
    return mix
  }
}

/// A file with the same schema, written by the C API from the rows of another.
struct RawCopy {
  private let file: RawFile
  private let tables: [RawTable]

  init(of source: String, at path: String) throws {
    let from = try RawFile(path: source)
    file = try RawFile(path: path)
    for pragma in ["journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"] {
      try file.execute("PRAGMA \(pragma)")
    }
    try file.execute("BEGIN")
    let schema = try from.texts(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql <> '' AND name NOT LIKE 'grdb%'")
    for object in schema { try file.execute(object[2]) }
    try file.execute("COMMIT")
    tables = try schema.filter { $0[0] == "table" }.map { try RawTable($0[1], of: from) }
  }

  /// Writes what comes before `first` at once, then batches of so many entries.
  /// - Returns: seconds that the batches took, and how many rows they had.
  func write(from first: Int64, batches: Int, of batch: Int64) throws -> (Double, Int) {
    _ = try insert(before: first)
    var rows = 0
    let took = try seconds {
      for number in 1...Int64(batches) { rows += try insert(before: first + number * batch) }
    }
    return (took, rows)
  }

  private func insert(before position: Int64) throws -> Int {
    try file.execute("BEGIN IMMEDIATE")
    let rows = try tables.reduce(0) { try $0 + $1.insert(before: position, into: file) }
    try file.execute("UPDATE progress SET position = \(position)")
    try file.execute("COMMIT")
    return rows
  }
}
