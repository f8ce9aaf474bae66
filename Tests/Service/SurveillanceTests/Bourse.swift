import Accounts
import Leases
import Ledger
import Market
import Seeded
import Surveillance
import Units

/// A made-up market day by day: what entries cause is written here by hand, so that honest trade and what
/// is planted in it are known apart.
struct Bourse {
  /// 2026-03-02, a Monday, 00:00 at +08:00.
  static let start: Int64 = 1_772_380_800_000

  private(set) var watch: Watch
  private(set) var alerts: [Alert] = []
  private(set) var log: [(entry: Entry, events: [Event])] = []
  private(set) var trades = 0
  private(set) var round: Int64 = 1
  private(set) var time = Bourse.start
  var source: Source
  private var load: [Int64] = Array(repeating: 0, count: 10)
  private var ends: [(time: Int64, centre: Int, gpus: Int64)] = []
  /// By seq, of bids that are open.
  private var bids: [Int64: Bid] = [:]

  /// Ten centres of equal size and twenty tenants; two of each belong together.
  init(seed: UInt64, terms: WatchTerms = WatchTerms()) {
    watch = Watch(terms)
    source = Source(seed)
    var genesis = Genesis()
    genesis.currencies = [.hkd]
    happen([.genesis(genesis)])
    for index in 0..<10 {
      var site = Site()
      site.id = "s\(index)"
      site.centre = "c\(index)"
      site.metro = "hk"
      happen([.siteAdded(site)])
      offer(index, gpus: 64)
    }
    relate("t18", "c8")
    relate("t19", "c9")
  }

  /// The next entry.
  mutating func happen(_ events: [Event], after delay: Int64 = 100) {
    time += delay
    let entry = Entry(
      position: Int64(log.count), time: time, epoch: 1, id: String(log.count), by: "leader",
      role: .leader, command: .voidRound(Numbered(0)))
    log.append((entry, events))
    alerts += watch.take(entry, events)
  }

  mutating func relate(_ one: String, _ other: String) {
    var relation = Relation()
    relation.one = one
    relation.other = other
    happen([.scheme(.relationStated(relation))])
  }

  mutating func offer(_ centre: Int, gpus: Int64, ask: Int64? = nil) {
    var offer = Offer()
    offer.site = "s\(centre)"
    offer.sellUntil = time + 90 * Span.day
    var pool = Offer.Pool()
    pool.name = "a"
    pool.chip = "h800"
    var span = Offer.Span()
    span.ask = ask ?? source.number(950...1_050)
    span.gpus = gpus
    span.to = offer.sellUntil
    pool.spans = [span]
    offer.pools = [pool]
    happen([.offerPublished(offer)])
  }

  /// - Returns: the bid's number.
  @discardableResult
  mutating func bid(
    _ party: String, gpus: Int64, quarters: Int64, limit: Int64,
    _ change: (inout BidTerms) -> Void = { _ in }
  ) -> Int64 {
    var alternative = BidTerms.Alternative()
    alternative.chip = "h800"
    alternative.gpus = gpus
    alternative.limit = limit
    alternative.quarters = quarters
    var bid = Bid()
    bid.seq = Int64(log.count)
    bid.party = party
    bid.placedAt = time
    bid.terms.alternatives = [alternative]
    bid.terms.earliest = (time / Span.hour + 1) * Span.hour
    bid.terms.latestEnd = bid.terms.earliest + Span.day
    change(&bid.terms)
    bids[bid.seq] = bid
    happen([.bidPlaced(bid)])
    return bid.seq
  }

  mutating func cancel(_ seq: Int64, after delay: Int64 = 100) {
    guard let bid = bids.removeValue(forKey: seq) else { return }
    var ended = BidEnded()
    ended.bid = seq
    ended.party = bid.party
    happen([.bidEnded(ended)], after: delay)
  }

  /// A bid is filled by a centre at a price.
  /// - Returns: the lease's name.
  @discardableResult
  mutating func sell(_ seq: Int64, by centre: Int, at price: Int64, award: String? = nil) -> String
  {
    guard let bid = bids.removeValue(forKey: seq), let terms = bid.terms.alternatives.first else {
      return ""
    }
    var run = PriceRun()
    run.from = time
    run.to = time + terms.quarters * Span.quarter
    run.gpus = terms.gpus
    run.price = price
    var lease = Lease()
    lease.award = award
    lease.bid = seq
    lease.centre = "c\(centre)"
    lease.chip = "h800"
    lease.id = "lease-\(log.count)-0"
    lease.party = bid.party
    lease.pool = "s\(centre):a"
    lease.runs = [run]
    lease.site = "s\(centre)"
    var trade = Trade()
    trade.bid = seq
    trade.leases = [lease.id]
    trade.party = bid.party
    load[centre] += terms.gpus
    ends.append((run.to, centre, terms.gpus))
    trades += 1
    happen([.traded(trade), .leaseOrdered(lease)])
    return lease.id
  }

  mutating func charge(
    _ lease: String, _ party: String, delivered: Int64, used: Int64, site: Int64, tenant: Int64 = 0,
    fund: Int64 = 0, last: Bool = false
  ) {
    var charge = Charge()
    charge.day = MarketCalendar.day(of: time)
    charge.delivered = delivered
    charge.fund = fund
    charge.last = last
    charge.lease = lease
    charge.party = party
    charge.site = site
    charge.tenant = tenant
    charge.used = used
    happen([.charged(charge)])
  }

  mutating func pay(_ from: String, _ to: String, _ amount: Int64) {
    var movement = Movement()
    movement.amount = amount
    movement.credit = "\(to):hkd"
    movement.debit = "\(from):hkd"
    movement.reason = .transfer
    happen([.moneyMoved(movement)])
  }

  /// The least loaded of two centres.
  private mutating func supplier() -> Int {
    ends.sort { $0.time < $1.time }
    while let first = ends.first, first.time <= time {
      load[first.centre] -= first.gpus
      ends.removeFirst()
    }
    let (one, other) = (Int(source.number(0...9)), Int(source.number(0...9)))
    return load[one] <= load[other] ? one : other
  }

  /// What honest tenants do in a round; some think again.
  /// - Parameter closing: what somebody else does in its last moments.
  mutating func honest(
    bids count: Int = 8, closing: (inout Bourse) -> Void = { _ in }
  ) {
    var open: [Int64] = []
    for _ in 0..<count {
      let party = "t\(source.number(0...19))"
      let seq = bid(
        party, gpus: source.number(2...16), quarters: source.number(3...7),
        limit: source.number(1_000...2_000))
      if source.number(0...19) == 0 { cancel(seq) } else { open.append(seq) }
    }
    if source.number(0...19) == 0 { offer(Int(source.number(0...9)), gpus: source.number(60...64)) }
    closing(&self)
    close()
    for seq in open {
      let price = 1_000 + source.number(-30...30)
      var centre = supplier()
      while Self.areOne(bids[seq]?.party ?? "", centre) { centre = supplier() }
      sell(seq, by: centre, at: price)
    }
  }

  private static func areOne(_ party: String, _ centre: Int) -> Bool {
    party == "t18" && centre == 8 || party == "t19" && centre == 9
  }

  /// Goes on to the last moments of the round.
  mutating func hurry() { time = max(time, due - Span.minute) }

  var due: Int64 { (time / Span.quarter + 1) * Span.quarter }

  mutating func close() {
    time = due
    var closed = RoundClosed()
    closed.round = round
    round += 1
    happen([.roundClosed(closed)], after: 0)
  }

  /// Goes on to another time.
  mutating func wait(until later: Int64) { time = max(time, later) }
}
