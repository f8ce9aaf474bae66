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
    let since = scene.time - terms[.washHours] * Span.hour
    while let first = flows.first, first.time < since {
      buyers[first.buyer, default: 1] -= 1
      flows.removeFirst()
    }
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

  private func alert(
    _ circle: [String], _ limit: Int64, of isMeant: (Flow) -> Bool
  ) -> Alert {
    let among = flows.filter {
      circle.contains($0.buyer) && circle.contains($0.seller) && isMeant($0)
    }
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
    let next = Set(flows.filter { $0.buyer == last && isMeant($0) }.map(\.seller)).sorted()
    if next.contains(path[0]) { return path }
    guard path.count < Self.longest else { return nil }
    for seller in next where !path.contains(seller) && buyers[seller, default: 0] > 0 {
      if let found = circle(path + [seller], through: isMeant) { return found }
    }
    return nil
  }

  /// What is left of a group's trades with these when what it sold is taken off what it bought; permille.
  private func net(_ group: String, in circle: [String]) -> Int64 {
    let among = flows.filter { circle.contains($0.buyer) && circle.contains($0.seller) }
    let bought = among.filter { $0.buyer == group }.reduce(Int64(0)) { $0 + $1.size }
    let sold = among.filter { $0.seller == group }.reduce(Int64(0)) { $0 + $1.size }
    return Self.off(bought, sold)
  }
}
