package import BrokerAPI

/// What the cards of all replicas come to: whether it trades, and what to do now.
package enum StatusBoard {
  private static let day: Int64 = 86_400_000
  /// Certificates live 30 days and are renewed after 20; with a week left somebody should look.
  private static let certificateWarning = 7 * day
  /// Entries that a replica may be behind without anybody looking.
  private static let lag: Int64 = 10_000

  /// - Parameters:
  ///   - cards: one for each replica that ought to be there, its own first.
  ///   - now: ms since 1970.
  package static func status(_ cards: [Wire.ReplicaCard], now: Int64) -> Wire.BrokerStatus {
    // Who has no say in trading does well when it follows.
    let isFollower = cards.first?.role == .follower
    let serves = cards.contains {
      ($0.role == .leader || $0.role == .single || isFollower) && $0.state == .serving
    }
    let frozen = cards.filter { $0.state == .serving }.max { $0.applied.value < $1.applied.value }
    let isFrozen = frozen?.frozenSince != nil && !isFollower
    let trades = serves && !isFrozen
    var advice: [Wire.Advice] = []
    if !serves && !isFollower { advice.append(paused(cards)) }
    if isFrozen {
      advice.append(
        Wire.Advice(
          action: "sampan broker thaw",
          why: "\(frozen?.frozenBy ?? "somebody") froze the market: two persons thaw it"))
    }
    advice += diverged(cards)
    advice += cards.flatMap { look(at: $0, cards, now) }
    var distinct: [Wire.Advice] = []
    for one in advice where !distinct.contains(one) { distinct.append(one) }
    return Wire.BrokerStatus(
      health: trades ? (distinct.isEmpty ? .healthy : .degraded) : .down,
      at: WireTime(clamping: now), replicas: cards, doNow: distinct)
  }

  private static func paused(_ cards: [Wire.ReplicaCard]) -> Wire.Advice {
    if cards.allSatisfy({ $0.role == .single }) {
      return Wire.Advice(
        action: "journalctl -u sampand -n 100", why: "it does not serve: its log says why")
    }
    return Wire.Advice(
      action: "RUNBOOK \"No majority\"", why: "no replica leads: orders wait, leases run on")
  }

  private static func look(
    at card: Wire.ReplicaCard, _ cards: [Wire.ReplicaCard], _ now: Int64
  ) -> [Wire.Advice] {
    var advice: [Wire.Advice] = []
    switch card.state {
    case .unreachable:
      advice.append(
        Wire.Advice(
          action: "sampan broker replace \(card.name) --with HOST",
          why: "or wait: RUNBOOK \"Replica down\""))
    case .halted:
      advice.append(
        Wire.Advice(
          action: "RUNBOOK \"Diverged replica\"",
          why: "\(card.name) stopped: \(card.detail ?? "it says why in its log")"))
    case .paused where card.role == .follower:
      advice.append(
        Wire.Advice(
          action: "RUNBOOK \"Follower\"",
          why: "\(card.name) gets no entries: \(card.detail ?? card.log)"))
    case .starting, .serving, .paused, .stopping: break
    }
    if let end = card.certificateUntil?.milliseconds, end - now < certificateWarning {
      advice.append(
        Wire.Advice(
          action: "RUNBOOK \"Certificates\"",
          why: end <= now
            ? "that of \(card.name) has ended" : "that of \(card.name) ends soon"))
    }
    if let alarm = card.witnesses?.alarm {
      advice.append(Wire.Advice(action: "RUNBOOK \"Fork\"", why: "\(card.name): \(short(alarm))"))
    }
    if let trouble = card.witnesses?.signer {
      advice.append(
        Wire.Advice(
          action: "RUNBOOK \"Checkpoints\"", why: "\(card.name): \(short(trouble))"))
    }
    if let drift = card.clockDrift, card.state != .unreachable {
      advice.append(
        Wire.Advice(
          action: "RUNBOOK \"Clocks\"",
          why: "that of \(card.name) is \(abs(drift)) ms \(drift < 0 ? "behind" : "ahead of") most")
      )
    }
    if card.state == .serving, card.log != "ok" {
      advice.append(Wire.Advice(action: "RUNBOOK \"The log\"", why: "\(card.name): \(card.log)"))
    }
    let most = cards.filter { $0.state == .serving }.map(\.applied.value).max() ?? 0
    if card.state == .serving, most - card.applied.value > lag {
      advice.append(
        Wire.Advice(
          action: "RUNBOOK \"Replica behind\"",
          why: "\(card.name) is \(most - card.applied.value) entries behind"))
    }
    return advice
  }

  /// As much of it as an advice holds.
  private static func short(_ text: String) -> String { String(text.prefix(120)) }

  /// Replicas that have applied the same and have another state.
  private static func diverged(_ cards: [Wire.ReplicaCard]) -> [Wire.Advice] {
    for (index, card) in cards.enumerated() {
      guard let digest = card.stateDigest else { continue }
      for other in cards[..<index]
      where other.statePosition == card.statePosition && other.stateDigest != nil
        && other.stateDigest != digest
      {
        return [
          Wire.Advice(
            action: "RUNBOOK \"Diverged replica\"",
            why: "\(other.name) and \(card.name) differ at \(card.statePosition?.text ?? "?")")
        ]
      }
    }
    return []
  }
}
