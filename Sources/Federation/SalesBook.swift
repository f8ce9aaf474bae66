import Leases
import Ledger
import Market
import Units

/// The auditor's book of capacity: what sites promised, what was sold of it, delivered and charged.
struct SalesBook {
  private struct Sold {
    var pool: String
    var runs: [PriceRun]
    var extras: [PriceRun] = []
    var endedAt: Int64?
    /// Delivered GPU-milliseconds, and each times its price: the centre's due, exact.
    var delivered: Int64 = 0
    var forgone: Int64 = 0
    var due: Int128 = 0
    var charged: Int64 = 0
    var chargedDelivered: Int64 = 0
    /// The due is known to the unit: nothing of it was taken back, added or corrected.
    var isPlain = true
    /// Quarter hours that have a reading.
    var read: [Int64] = []

    /// From a time on these are all the extras that are left.
    mutating func keep(_ left: [PriceRun], from: Int64) {
      isPlain = false
      extras = extras.filter { $0.from < from }
      for index in extras.indices { extras[index].to = min(extras[index].to, from) }
      extras += left
    }

    func gpus(at time: Int64) -> Int64 {
      if let endedAt, time >= endedAt { return 0 }
      return (runs + extras).reduce(0) { $1.from <= time && time < $1.to ? $0 + $1.gpus : $0 }
    }
  }

  private var sold: [String: Sold] = [:]
  /// Leases of each pool, in the order of their sale.
  private var byPool: [String: [String]] = [:]
  private var offers: [String: Offer] = [:]
  /// What each site itself said, by site and generation.
  private var promises: [String: Int64] = [:]
  /// The offers as the round was closed with them.
  private var frozen: [String: Offer] = [:]
  private var closedAt: Int64 = 0
  /// All GPUs that a pool has.
  var sizes: [String: Int64] = [:]

  /// A site has said this, whatever arrives of it.
  mutating func promise(site: String, generation: Int64, until: Int64) {
    promises["\(site)/\(generation)"] = until
  }

  /// - Returns: what is wrong first.
  mutating func take(_ entry: Entry, _ events: [Event]) -> String? {
    var fresh: [(lease: String, runs: [PriceRun])] = []
    var isVoid = false
    for event in events {
      switch event {
      case .offerPublished(let offer):
        offers[offer.site] = offer
        if let said = promises["\(offer.site)/\(offer.generation)"], said < offer.sellUntil {
          return "\(offer.site) is held to an offer until \(offer.sellUntil), it said \(said)"
        }
      case .offerWithdrawn(let end): offers[end.site] = nil
      case .roundClosed:
        frozen = offers
        closedAt = entry.time
      case .roundEnded(let round): isVoid = round.void
      case .leaseOrdered(let lease):
        if sold[lease.id] == nil { byPool[lease.pool, default: []].append(lease.id) }
        sold[lease.id] = Sold(pool: lease.pool, runs: lease.runs, extras: lease.extras)
        sold[lease.id]?.isPlain = lease.flexible == nil && lease.excess == nil
        fresh.append((lease.id, lease.runs + lease.extras))
      case .extrasSold(let sale):
        sold[sale.lease]?.extras += sale.runs
        sold[sale.lease]?.isPlain = false
        fresh.append((sale.lease, sale.runs))
      case .extrasCut(let cut):
        sold[cut.lease]?.keep(cut.runs, from: cut.from)
      case .leaseChanged(let change):
        guard let endedAt = change.endedAt else { continue }
        sold[change.lease]?.endedAt = endedAt
        sold[change.lease]?.isPlain = false
      case .readingAccepted(let reading):
        if let fault = take(reading) { return fault }
      case .corrected(let correction): sold[correction.lease]?.isPlain = false
      case .charged(let charge):
        if let fault = take(charge) { return fault }
      default: continue
      }
    }
    if isVoid { return nil }
    for (lease, runs) in fresh {
      if let fault = overrun(lease, runs) { return fault }
    }
    return nil
  }

  private mutating func take(_ reading: Reading) -> String? {
    guard var lease = sold[reading.lease] else { return "a reading of \(reading.lease): no lease" }
    let most = lease.gpus(at: reading.from) * (reading.to - reading.from)
    guard reading.delivered <= most else {
      return "\(reading.lease) is delivered \(reading.delivered) of \(most) at \(reading.from)"
    }
    if lease.read.contains(reading.from) {
      return "\(reading.lease) has two readings of \(reading.from)"
    }
    lease.read.append(reading.from)
    lease.delivered += reading.delivered
    let price = lease.runs.first { $0.from <= reading.from && reading.from < $0.to }?.price ?? 0
    lease.due += Int128(reading.delivered) * Int128(price)
    sold[reading.lease] = lease
    return nil
  }

  private mutating func take(_ charge: Charge) -> String? {
    guard var lease = sold[charge.lease] else { return "a charge for \(charge.lease): no lease" }
    lease.charged += charge.site
    lease.chargedDelivered += charge.delivered
    lease.forgone += charge.forgone
    sold[charge.lease] = lease
    guard lease.chargedDelivered <= lease.delivered else {
      return "\(charge.lease) is charged for \(lease.chargedDelivered) GPU-ms of \(lease.delivered)"
    }
    let most = (lease.runs + lease.extras).reduce(Int128(0)) {
      $0 + Int128($1.gpus) * Int128($1.to - $1.from) * Int128($1.price)
    }
    if lease.isPlain, Int128(lease.charged) * Int128(Span.hour) > most {
      return "\(charge.lease) is charged \(lease.charged): more than all of it costs"
    }
    if lease.isPlain, lease.forgone == 0, Int128(lease.charged) > lease.due / Int128(Span.hour) {
      return "\(charge.lease) is charged \(lease.charged), \(lease.due / Int128(Span.hour)) is due"
    }
    return nil
  }

  /// What was sold is all there: within the promise that the round was closed with, and within the pool.
  private func overrun(_ name: String, _ runs: [PriceRun]) -> String? {
    guard let lease = sold[name] else { return nil }
    let words = lease.pool.split(separator: ":").map(String.init)
    guard words.count == 2, let offer = frozen[words[0]],
      let pool = offer.pools.first(where: { $0.name == words[1] })
    else { return "\(name) is sold of \(lease.pool), which was not offered" }
    guard closedAt < offer.sellUntil else {
      return "\(name) is sold at \(closedAt), the site promised until \(offer.sellUntil)"
    }
    let others = (byPool[lease.pool] ?? []).compactMap { sold[$0] }
    for run in runs {
      for time in stride(from: run.from, to: run.to, by: Int(Span.quarter)) {
        let all = others.reduce(0) { $0 + $1.gpus(at: time) }
        let offered = pool.spans.first { $0.from <= time && time < $0.to }?.gpus ?? 0
        guard lease.gpus(at: time) == 0 || all <= offered else {
          let names = (byPool[lease.pool] ?? []).filter { (sold[$0]?.gpus(at: time) ?? 0) > 0 }
            .map { "\($0) \(sold[$0]?.gpus(at: time) ?? 0)" }
          return "\(lease.pool) has \(all) GPUs sold of \(offered) offered at \(time): "
            + "\(names.joined(separator: ", ")); \(name) is new"
        }
        if let size = sizes[lease.pool], all > size {
          return "\(lease.pool) has \(all) GPUs sold of \(size) that it has at \(time)"
        }
      }
    }
    return nil
  }
}
