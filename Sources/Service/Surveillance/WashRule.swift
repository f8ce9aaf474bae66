import Leases
import Ledger
import Units

/// Both sides of a trade belong together; or groups that buy and sell pass capacity round.
struct WashRule: WatchRule {
  private struct Flow {
    var time: Int64
    var buyer: String
    var seller: String
    var size: Int64
    var position: Int64
  }

  /// The longest circle that is looked for.
  private static let longest = 4
  private var flows: [Flow] = []
  /// Trades before that do not count; ms.
  private var since: Int64 = 0
  /// How many of the flows each group bought: what a circle has to go through.
  private var buyers: [String: Int] = [:]

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    guard case .leaseOrdered(let lease) = event else { return [] }
    let (buyer, seller) = (scene.group(lease.party), scene.group(lease.centre))
    let size = lease.size
    guard buyer != seller else {
      let bid = scene.bids[lease.bid]?.position
      let offer = scene.schedules[lease.site]?.position
      let facts = [scene.related[lease.party], scene.related[lease.centre], bid, offer]
      return [
        Alert(
          .washTrade, [lease.party, lease.centre], place: scene.place(lease).name, level: .red,
          evidence: facts.compactMap(\.self) + [scene.position],
          [Alert.Figure("gpu-ms", size, limit: 0)])
      ]
    }
    since = scene.time - terms[.washHours] * Span.hour
    forget()
    buyers[buyer, default: 0] += 1
    flows.append(
      Flow(
        time: scene.time, buyer: buyer, seller: seller, size: size, position: scene.position))
    // Centres do not buy, unless a tenant belongs to them.
    guard buyers[seller, default: 0] > 0 else { return [] }
    let limit = terms[.washNetPermille]
    // Trade by trade of one size, or by what is left of all trades among them.
    if let circle = circle([buyer, seller], through: { Self.off($0.size, size) <= limit }) {
      return [alert(circle, limit) { Self.off($0.size, size) <= limit }]
    }
    guard let circle = circle([buyer, seller], through: { _ in true }),
      circle.allSatisfy({ net($0, in: circle) <= limit })
    else { return [] }
    return [alert(circle, limit) { _ in true }]
  }

  /// What is over goes an hour at a time: one by one would move all that is left each time.
  private mutating func forget() {
    guard let first = flows.first, first.time < since - Span.hour else { return }
    flows.removeAll { $0.time < since }
    buyers = flows.reduce(into: [:]) { $0[$1.buyer, default: 0] += 1 }
  }

  private func alert(
    _ circle: [String], _ limit: Int64, of isMeant: (Flow) -> Bool
  ) -> Alert {
    let among = self.among(circle).filter(isMeant)
    let left = circle.map { net($0, in: circle) }.max() ?? 0
    return Alert(
      .washTrade, circle, level: .red, evidence: among.map(\.position),
      [Alert.Figure("net-permille", left, limit: limit)])
  }

  /// How far apart two amounts are, of the larger; permille.
  private static func off(_ one: Int64, _ other: Int64) -> Int64 {
    let apart = Int128(max(one, other)) - Int128(min(one, other))
    return Int64(clamping: apart * 1_000 / max(1, Int128(max(one, other))))
  }

  /// From the last seller on to the first buyer, over who sold to whom.
  private func circle(_ path: [String], through isMeant: (Flow) -> Bool) -> [String]? {
    guard let last = path.last else { return nil }
    let bought = flows.filter { $0.buyer == last && $0.time >= since && isMeant($0) }
    let next = Set(bought.map(\.seller)).sorted()
    if next.contains(path[0]) { return path }
    guard path.count < Self.longest else { return nil }
    for seller in next where !path.contains(seller) && buyers[seller, default: 0] > 0 {
      if let found = circle(path + [seller], through: isMeant) { return found }
    }
    return nil
  }

  private func among(_ circle: [String]) -> [Flow] {
    flows.filter {
      $0.time >= since && circle.contains($0.buyer) && circle.contains($0.seller)
    }
  }

  /// What is left of a group's trades with these when what it sold is taken off what it bought; permille.
  private func net(_ group: String, in circle: [String]) -> Int64 {
    let among = among(circle)
    let bought = among.filter { $0.buyer == group }.reduce(Int64(0)) { $0 + $1.size }
    let sold = among.filter { $0.seller == group }.reduce(Int64(0)) { $0 + $1.size }
    return Self.off(bought, sold)
  }
}
