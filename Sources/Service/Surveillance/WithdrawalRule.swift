import Leases
import Ledger
import Market
import Units

/// Large bids that leave in the last part of a round, in many of the last rounds. Bids are sealed: no
/// indicative price moves, so none is held against them.
struct WithdrawalRule: WatchRule {
  private struct Withdrawal {
    var round: Int64
    var position: Int64
    var permille: Int64
  }

  private var late = OrderedMap<String, [Withdrawal]>()

  mutating func look(_ event: Event, _ scene: Scene, _ terms: WatchTerms) -> [Alert] {
    guard case .bidEnded(let ended) = event, ended.cause == .cancelled,
      let bid = scene.bids[ended.bid],
      scene.time >= scene.due - scene.roundLength * terms[.latePermille] / 1_000,
      let chip = bid.bid.terms.alternatives.first?.chip
    else { return [] }
    let all = scene.bids.values.reduce(Int128(0)) { sum, open in
      open.bid.terms.alternatives.contains { $0.chip == chip } ? sum + Int128(open.size) : sum
    }
    let permille = Int64(clamping: Int128(bid.size) * 1_000 / max(1, all))
    guard permille >= terms[.lateSizePermille] else { return [] }
    let group = scene.group(ended.party)
    var past = late[group] ?? []
    past.removeAll { $0.round <= scene.round - terms[.lateOfRounds] || $0.round == scene.round }
    past.append(
      Withdrawal(round: scene.round, position: scene.position, permille: permille))
    late[group] = past
    guard Int64(past.count) >= terms[.lateRounds] else { return [] }
    return [
      Alert(
        .lateWithdrawal, [group, ended.party], place: chip, evidence: past.map(\.position),
        [
          Alert.Figure("rounds", Int64(past.count), limit: terms[.lateRounds]),
          Alert.Figure(
            "size-permille", past.map(\.permille).min() ?? 0, limit: terms[.lateSizePermille]),
        ])
    ]
  }
}
