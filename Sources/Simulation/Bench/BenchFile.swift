import Foundation
package import Placement

/// An instance of the clearing benchmark, format "gpu-auction/1": slots of one hour, money in mHKD
/// per GPU-slot. Slots are given to the solver as one unit of time wide, so its welfare is that of
/// the format, in mHKD.
package struct BenchFile: Sendable {
  package private(set) var name = ""
  /// Of the generator.
  package private(set) var seed: Int64 = 0
  package private(set) var instance = Instance()

  private struct Pool {
    var site: Int
    var chip: Int
  }

  private var pools: [Pool] = []
  private var sites = 0
  private var chips = 0
  /// By metro and site, ms.
  private var roundTrips: [[Int64]] = []

  /// Reads the file; whole in memory for as long as that takes, without a tree of it.
  package init(_ file: String) throws(TraceError) {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: file)) } catch {
      throw TraceError(
        file: file, reason: "cannot be read; check the path (\(error.localizedDescription))")
    }
    do throws(JSONScanner.Fault) { try read([UInt8](data)) } catch {
      throw TraceError(file: file, reason: "byte \(error.offset): \(error.reason)")
    }
  }

  private mutating func read(_ bytes: [UInt8]) throws(JSONScanner.Fault) {
    var scanner = JSONScanner(bytes)
    var places: [String: Int] = [:]
    try scanner.object { scanner, key throws(JSONScanner.Fault) in
      places[key] = scanner.offset
      try scanner.skip()
    }
    try scanner.finish()
    func member(_ key: String) throws(JSONScanner.Fault) {
      guard let place = places[key] else {
        throw JSONScanner.Fault(
          offset: 0, reason: "\"\(key)\" is missing: not an instance of the clearing benchmark")
      }
      scanner.seek(place)
    }
    try member("format")
    let format = try scanner.text()
    guard format == "gpu-auction/1" else {
      throw scanner.fault("the format is \"\(format)\", this program reads \"gpu-auction/1\"")
    }
    try member("name")
    name = try scanner.text()
    try member("seed")
    seed = try scanner.integer(Int64.min / 16...Int64.max / 16)
    try member("slots")
    let slots = Int(try scanner.integer(1...4_096))
    instance.widths = [Int64](repeating: 1, count: slots)
    instance.extrasEnd = slots
    instance.windowEnd = slots
    try member("sites")
    try scanner.list { scanner, _ throws(JSONScanner.Fault) in
      sites += 1
      try scanner.skip()
    }
    try member("chips")
    try scanner.list { scanner, _ throws(JSONScanner.Fault) in
      chips += 1
      try scanner.skip()
    }
    try member("rtt_ms")
    try readRoundTrips(&scanner)
    try member("pools")
    try scanner.list { scanner, index throws(JSONScanner.Fault) in
      try readPool(&scanner, index)
    }
    try member("bids")
    try scanner.list { scanner, index throws(JSONScanner.Fault) in
      try readBid(&scanner, index)
    }
  }

  private mutating func readRoundTrips(
    _ scanner: inout JSONScanner
  ) throws(JSONScanner.Fault) {
    try scanner.list { scanner, _ throws(JSONScanner.Fault) in
      let row = try scanner.integers(0...1_000_000)
      guard row.count == sites else {
        throw scanner.fault("\"rtt_ms\": a row has \(row.count) numbers for \(sites) sites")
      }
      roundTrips.append(row)
    }
  }

  private mutating func readPool(
    _ scanner: inout JSONScanner, _ index: Int
  ) throws(JSONScanner.Fault) {
    var site: Int64?
    var chip: Int64?
    var capacity: [Int64] = []
    var ask: [Int64] = []
    let start = scanner.offset
    try scanner.object { scanner, key throws(JSONScanner.Fault) in
      switch key {
      case "site": site = try scanner.integer(0...Int64(max(0, sites - 1)))
      case "chip": chip = try scanner.integer(0...Int64(max(0, chips - 1)))
      case "capacity": capacity = try scanner.integers(0...1_000_000)
      case "ask": ask = try scanner.integers(0...1_000_000_000)
      default: try scanner.skip()
      }
    }
    let slots = instance.widths.count
    guard let site, let chip, capacity.count == slots, ask.count == slots else {
      throw JSONScanner.Fault(
        offset: start,
        reason: "pool \(index) needs site, chip, and \(slots) numbers of capacity and of ask")
    }
    pools.append(Pool(site: Int(site), chip: Int(chip)))
    instance.pools.append(Instance.Pool(capacity: capacity, ask: ask))
  }

  /// Elastic bids shrink to their bases: what the same engine does without elasticity.
  package mutating func dropExtras() {
    for bid in instance.bids.indices where instance.bids[bid].kind == .elastic {
      for option in instance.bids[bid].options.indices {
        let least = max(1, instance.bids[bid].options[option].least)
        instance.bids[bid].options[option].gpus = least
        instance.bids[bid].options[option].least = least
      }
    }
  }

  // MARK: Bids

  private struct Bid {
    var kind: Instance.Kind?
    var metro = -1
    var least: Int64 = 0
    var most: Int64 = 0
    var unit: Int64 = 0
    var duration: Int64 = 0
    var earliest: Int64 = -1
    var latestEnd: Int64 = -1
    /// By chip.
    var values: [Int64?] = []
    var latencyPrice: Int64 = 0
    var mostLatency: Int64?
    /// Nil: any.
    var sites: [Int64]?
  }

  private mutating func readBid(
    _ scanner: inout JSONScanner, _ index: Int
  ) throws(JSONScanner.Fault) {
    var bid = Bid()
    bid.values = [Int64?](repeating: nil, count: chips)
    let start = scanner.offset
    let metros = Int64(max(1, roundTrips.count))
    let slots = Int64(instance.widths.count)
    try scanner.object { scanner, key throws(JSONScanner.Fault) in
      switch key {
      case "kind": bid.kind = try Self.kind(try scanner.text(), scanner)
      case "metro": bid.metro = Int(try scanner.integer(0...metros - 1))
      case "gpus_min": bid.least = try scanner.integer(0...1_000_000)
      case "gpus_max": bid.most = try scanner.integer(1...1_000_000)
      case "unit": bid.unit = try scanner.integer(1...1_000_000)
      case "duration": bid.duration = try scanner.integer(1...slots)
      case "earliest": bid.earliest = try scanner.integer(0...slots)
      case "latest_end": bid.latestEnd = try scanner.integer(0...slots)
      case "value":
        try scanner.object { scanner, chip throws(JSONScanner.Fault) in
          guard let chip = Int(chip), bid.values.indices.contains(chip) else {
            throw scanner.fault("a value for chip \"\(chip)\", which the file does not have")
          }
          bid.values[chip] = try scanner.integer(0...1_000_000_000)
        }
      case "rtt_price": bid.latencyPrice = try scanner.integer(0...1_000_000)
      case "max_rtt_ms": bid.mostLatency = scanner.null() ? nil : try scanner.integer(0...1_000_000)
      case "sites": bid.sites = scanner.null() ? nil : try scanner.integers(0...Int64(sites))
      default: try scanner.skip()
      }
    }
    guard let kind = bid.kind, bid.metro >= 0, bid.most > 0, bid.least <= bid.most, bid.unit > 0,
      bid.duration > 0, bid.earliest >= 0, bid.earliest + bid.duration <= bid.latestEnd
    else {
      throw JSONScanner.Fault(
        offset: start,
        reason: "bid \(index) needs kind, metro, gpus_min <= gpus_max, unit, and a duration that "
          + "fits between earliest and latest_end")
    }
    instance.bids.append(
      Instance.Bid(seq: Int64(index), kind: kind, options: options(of: bid, kind)))
  }

  private static func kind(
    _ word: String, _ scanner: JSONScanner
  ) throws(JSONScanner.Fault) -> Instance.Kind {
    switch word {
    case "gang", "block": .block
    case "elastic": .elastic
    case "split": .split
    default: throw scanner.fault("the kind \"\(word)\" is none of gang, elastic, split")
    }
  }

  /// Every admissible pool, in a list of exactly that size.
  private func options(of bid: Bid, _ kind: Instance.Kind) -> [Instance.Option] {
    let allowed = pools.indices.filter { index in
      let pool = pools[index]
      guard bid.values[pool.chip] != nil else { return false }
      if let sites = bid.sites, !sites.contains(Int64(pool.site)) { return false }
      if let most = bid.mostLatency { return roundTrips[bid.metro][pool.site] <= most }
      return true
    }
    var options: [Instance.Option] = []
    options.reserveCapacity(allowed.count)
    for index in allowed {
      let pool = pools[index]
      let distance = bid.latencyPrice * roundTrips[bid.metro][pool.site]
      options.append(
        Instance.Option(
          alternative: 0, pool: index, value: (bid.values[pool.chip] ?? 0) - distance,
          gpus: bid.most, least: kind == .elastic ? bid.least : bid.most, unit: bid.unit,
          quarters: bid.duration, earliest: Int(bid.earliest), latestEnd: Int(bid.latestEnd)))
    }
    return options
  }
}
