import BrokerAPI

/// Values of the subsidy scheme.
extension Samples {
  static let listPrice = Wire.ListPrice(
    chip: "a-1", list: WireMoney(.hkd, minor: 1_000), reference: WireMoney(.hkd, minor: 1_000),
    trades: 7)
  static let setListPrices = Wire.SetListPrices(
    currency: .hkd, version: 7, prices: [Samples.listPrice])
  static let listPrices = Wire.ListPrices(
    currency: .hkd, version: 7, prices: [Samples.listPrice], position: Position(clamping: 1_042))
  static let stateRelation = Wire.StateRelation(
    one: "a-1", other: "a-1", from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), source: "words \u{E9}")
  static let relation = Wire.Relation(
    one: "a-1", other: "a-1", from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), source: "words \u{E9}",
    position: Position(clamping: 1_042))
  static let registerContract = Wire.RegisterContract(
    contract: "words \u{E9}", scheme: "a-1", since: WireTime(clamping: 1_796_054_400_000),
    source: "words \u{E9}")
  static let openCall = Wire.OpenCall(
    amount: WireMoney(.hkd, minor: 1_000), gpuHours: 1_000, permille: 7, chips: ["a-1"],
    sites: ["a-1"], from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), closesAt: WireTime(clamping: 1_796_054_400_000),
    listPrices: 7, scores: 7)
  static let call = Wire.Call(
    call: "a-1", fund: "a-1", state: .open, amount: WireMoney(.hkd, minor: 1_000), gpuHours: 1_000,
    permille: 7, chips: ["a-1"], sites: ["a-1"], from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), closesAt: WireTime(clamping: 1_796_054_400_000),
    listPrices: 7, scores: 7)
  static let applyForAward = Wire.ApplyForAward(
    amount: WireMoney(.hkd, minor: 1_000), gpuHours: 1_000, permille: 7, chips: ["a-1"],
    sites: ["a-1"], from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), contract: "words \u{E9}", purpose: "words \u{E9}")
  static let scoreApplication = Wire.ScoreApplication(
    need: 7, demand: 7, soundness: 7, benefit: 7, reason: "words \u{E9}")
  static let score = Wire.Score(
    by: "a-1", need: 7, demand: 7, soundness: 7, benefit: 7, reason: "words \u{E9}")
  static let decideApplication = Wire.DecideApplication(
    granted: true, amount: WireMoney(.hkd, minor: 1_000), gpuHours: 1_000, permille: 7,
    exception: true, reason: "words \u{E9}")
  static let application = Wire.Application(
    application: "a-1", call: "a-1", tenant: "a-1", state: .granted,
    amount: WireMoney(.hkd, minor: 1_000), gpuHours: 1_000, permille: 7, chips: ["a-1"],
    sites: ["a-1"], from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), purpose: "words \u{E9}", scores: [Samples.score],
    award: "a-1", reason: "words \u{E9}")
  static let reportProgress = Wire.ReportProgress(
    report: "words \u{E9}")
  static let clawBack = Wire.ClawBack(
    amount: WireMoney(.hkd, minor: 1_000), reason: "words \u{E9}")
  static let award = Wire.Award(
    award: "a-1", tenant: "a-1", fund: "a-1", call: "a-1", application: "a-1", account: "a-1",
    state: .ended, permille: 7, chips: ["a-1"], sites: ["a-1"],
    from: WireTime(clamping: 1_796_054_400_000), until: WireTime(clamping: 1_796_054_400_000),
    listPrices: 7, amount: WireMoney(.hkd, minor: 1_000), paid: WireMoney(.hkd, minor: 1_000),
    held: WireMoney(.hkd, minor: 1_000), left: WireMoney(.hkd, minor: 1_000),
    locked: WireMoney(.hkd, minor: 1_000), returned: WireMoney(.hkd, minor: 1_000),
    clawedBack: WireMoney(.hkd, minor: 1_000), gpuHours: 1_000,
    delivered: GPUSeconds(clamping: 4_147_200_000), used: GPUSeconds(clamping: 4_147_200_000),
    reportDue: WireTime(clamping: 1_796_054_400_000), reported: true, report: "words \u{E9}")
  static let awardShare = Wire.AwardShare(
    lease: "a-1", site: "a-1", chip: "a-1", start: WireTime(clamping: 1_796_054_400_000),
    end: WireTime(clamping: 1_796_054_400_000), delivered: GPUSeconds(clamping: 4_147_200_000),
    used: GPUSeconds(clamping: 4_147_200_000), paid: WireMoney(.hkd, minor: 1_000),
    charged: WireMoney(.hkd, minor: 1_000))

  static let schemeReport = Wire.SchemeReport(
    year: 2_026, from: WireTime(clamping: 1_796_054_400_000),
    until: WireTime(clamping: 1_796_054_400_000), position: Position(clamping: 1_042), final: true,
    funds: [Samples.fundYear])
  static let fundYear = Wire.FundYear(
    fund: "a-1", calls: [Samples.callYear], received: 1_000, granted: 1_000, declined: 1_000,
    waiting: 1_000, medianWaitMs: 1_000, longestWaitMs: 1_000,
    awarded: WireMoney(.hkd, minor: -1_234), paid: WireMoney(.hkd, minor: -1_234),
    held: WireMoney(.hkd, minor: -1_234), left: WireMoney(.hkd, minor: -1_234),
    returned: WireMoney(.hkd, minor: -1_234), clawedBack: WireMoney(.hkd, minor: -1_234),
    paidInYear: WireMoney(.hkd, minor: -1_234), awards: [Samples.awardYear],
    use: [Samples.schemeUse])
  static let callYear = Wire.CallYear(
    call: "a-1", openedAt: WireTime(clamping: 1_796_054_400_000),
    closesAt: WireTime(clamping: 1_796_054_400_000), amount: WireMoney(.hkd, minor: -1_234),
    applications: 1_000, awards: 1_000, awarded: WireMoney(.hkd, minor: -1_234))
  static let awardYear = Wire.AwardYear(
    fund: "a-1", award: "a-1", tenant: "a-1", grantedAt: WireTime(clamping: 1_796_054_400_000),
    amount: WireMoney(.hkd, minor: -1_234), paid: WireMoney(.hkd, minor: -1_234),
    held: WireMoney(.hkd, minor: -1_234), left: WireMoney(.hkd, minor: -1_234),
    returned: WireMoney(.hkd, minor: -1_234), clawedBack: WireMoney(.hkd, minor: -1_234),
    paidInYear: WireMoney(.hkd, minor: -1_234), delivered: GPUSeconds(clamping: 7_200_250),
    used: GPUSeconds(clamping: 7_200_250), reportedAt: WireTime(clamping: 1_796_054_400_000))
  static let schemeUse = Wire.SchemeUse(
    fund: "a-1", site: "a-1", centre: "a-1", chip: "a-1", leases: 1_000,
    delivered: GPUSeconds(clamping: 7_200_250), used: GPUSeconds(clamping: 7_200_250),
    usedPermille: 1_000, paid: WireMoney(.hkd, minor: -1_234))

  static let scheme: [any WireValue] = [
    listPrice, setListPrices, listPrices, stateRelation, relation, registerContract, openCall, call,
    applyForAward, scoreApplication, score, decideApplication, application, reportProgress,
    clawBack, award, awardShare, schemeReport, fundYear, callYear, awardYear, schemeUse,
  ]
}
