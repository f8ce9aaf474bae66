import Accounts
import Leases
import Ledger
import Units

/// A fund pays much of what hardly anybody uses, and both sides belong together or money goes back from
/// the centre to the tenant soon before or after.
struct SubsidyRule: WatchRule {
  private struct Doubt {
    var time: Int64
    var buyer: String
    var seller: String
    var parties: [String]
    var share: Int64
    var used: Int64
    var position: Int64
  }

  private struct Payment {
    var time: Int64
    var from: String
    var to: String
    var position: Int64
  }

  private var doubts: [Doubt] = []
  private var payments: [Payment] = []

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    let since = scene.time - terms[.subsidyHours] * Span.hour
    switch event {
    case .charged(let charge):
      guard charge.fund > 0, charge.delivered > 0, let lease = scene.leases[charge.lease]?.lease
      else { return [] }
      let whole = Int128(charge.fund) + Int128(charge.tenant)
      let share = Int64(clamping: Int128(charge.fund) * 1_000 / whole)
      let used = Int64(clamping: Int128(charge.used) * 1_000 / Int128(charge.delivered))
      guard share >= terms[.subsidySharePermille], used < terms[.subsidyUsedPermille] else {
        return []
      }
      let doubt = Doubt(
        time: scene.time, buyer: scene.group(lease.party), seller: scene.group(lease.centre),
        parties: [lease.party, lease.centre], share: share, used: used, position: scene.position)
      if doubt.buyer == doubt.seller {
        let facts = doubt.parties.compactMap { scene.related[$0] }
        return [alert(doubt, facts, terms)]
      }
      let back = payments.filter {
        $0.time >= since && $0.from == doubt.seller && $0.to == doubt.buyer
      }
      if !back.isEmpty { return [alert(doubt, back.map(\.position), terms)] }
      doubts.removeAll { $0.time < since }
      doubts.append(doubt)
    case .moneyMoved(let movement) where movement.reason == .transfer && movement.amount > 0:
      guard movement.step == .posted || movement.step == .settled else { return [] }
      let payment = Payment(
        time: scene.time, from: scene.group(Self.owner(movement.debit)),
        to: scene.group(Self.owner(movement.credit)), position: scene.position)
      payments.removeAll { $0.time < since }
      payments.append(payment)
      doubts.removeAll { $0.time < since }
      return doubts.filter { $0.seller == payment.from && $0.buyer == payment.to }.map {
        alert($0, [payment.position], terms)
      }
    default: break
    }
    return []
  }

  private static func owner(_ account: String) -> String { String(account.prefix { $0 != ":" }) }

  private func alert(_ doubt: Doubt, _ facts: [Int64], _ terms: WatchTerms) -> Alert {
    Alert(
      .subsidyAbuse, doubt.parties, level: .red, evidence: facts + [doubt.position],
      [
        Alert.Figure("share-permille", doubt.share, limit: terms[.subsidySharePermille]),
        Alert.Figure("used-permille", doubt.used, limit: terms[.subsidyUsedPermille]),
      ])
  }
}
