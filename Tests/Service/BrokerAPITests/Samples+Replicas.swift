import BrokerAPI

extension Samples {
  private static let instant = WireTime(clamping: 1_796_054_400_000)

  static let witnessSummary: Wire.WitnessSummary = {
    var summary = Wire.WitnessSummary(cosigning: 5, of: 6)
    summary.waitingSince = instant
    summary.signer = "words"
    summary.alarm = "words"
    return summary
  }()
  static let replicaCard: Wire.ReplicaCard = {
    var card = Wire.ReplicaCard(
      name: "hk-1", role: .replica, state: .unreachable, applied: Position(clamping: 1_042),
      log: "down", release: "0.1.0")
    card.place = "Hong Kong"
    card.stateDigest = String(repeating: "ab", count: 32)
    card.statePosition = Position(clamping: 1_042)
    card.round = 1_000_000_000_000
    card.roundDue = instant
    card.frozenSince = instant
    card.frozenBy = "p-0-1"
    card.spare = 1
    card.pausedSince = instant
    card.heardOf = instant
    card.certificateUntil = instant
    card.startedAt = instant
    card.clock = instant
    card.clockDrift = -500
    card.witnesses = witnessSummary
    card.detail = "words \u{E9}"
    return card
  }()
  static let marketStatus: Wire.MarketStatus = {
    var status = Wire.MarketStatus(
      state: .frozen, round: 1_000_000_000_000, version: 2, position: Position(clamping: 1_042))
    status.nextClose = instant
    status.frozenSince = instant
    status.frozenBy = "p-0-1"
    status.freeze = Position(clamping: 1_041)
    return status
  }()
  static let thawMarket = Wire.ThawMarket(freeze: Position(clamping: 1_042))
  static let cosignerGroup = Wire.CosignerGroup(least: 2, witnesses: ["centre-a", "reg-hk"])
  static let surveillanceTerm = Wire.SurveillanceTerm(term: "wash-hours", value: 48)
  static let oversight = Wire.Oversight(groups: [cosignerGroup], terms: [surveillanceTerm])
  static let oversightInForce = Wire.OversightInForce(
    groups: [cosignerGroup], terms: [surveillanceTerm], position: Position(clamping: 1_042))
  static let activateVersion = Wire.ActivateVersion(version: 2)
  static let replaceMember = Wire.ReplaceMember(member: "etcd-2", url: "https://hk-3:2380")
  static let memberSeat = Wire.MemberSeat(
    member: "etcd-2", url: "https://hk-3:2380", cluster: "etcd-2=https://hk-3:2380")
  static let readRecord = Wire.ReadRecord(
    read: Position(clamping: 7), at: instant, principal: "p-0-1", party: "platform",
    roles: [.platform], operation: "showBid", arguments: "bid=bid-12",
    position: Position(clamping: 1_042))
  static let readHead = Wire.ReadHead(
    size: Position(clamping: 7), root: String(repeating: "ab", count: 32))
  static let advice = Wire.Advice(action: "sampan broker status", why: "words \u{E9}")
  static let brokerStatus = Wire.BrokerStatus(
    health: .degraded, at: instant, replicas: [replicaCard], doNow: [advice])
}
