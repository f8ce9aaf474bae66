import Leases
import Ledger
import LedgerFixture
import Market
import Testing
import Units

@Suite("Versions of the rules") struct VersionTests {
  @Test("an entry that takes up the next version stops a release that does not know it, unchanged")
  func stops() throws {
    var exchange = try Exchange()
    while exchange.state.version < LedgerState.newestVersion {
      _ = try Exchange.accepted(
        try exchange.decree(.activate(Numbered(exchange.state.version + 1))))
    }
    let before = FieldCodec.encode(exchange.state)
    let next = LedgerState.newestVersion + 1
    #expect(throws: LedgerFault.unknownVersion(next)) {
      try exchange.send(.activate(Numbered(next)), by: "maker", as: .platform)
    }
    #expect(FieldCodec.encode(exchange.state) == before)
    // Whoever may not propose it stops nobody.
    let refused = try exchange.send(.activate(Numbered(next)), by: "maker", as: .leader)
    #expect(Exchange.refusal(refused) != nil)
    // Nor does a version that no release could take up now.
    let later = try exchange.send(.activate(Numbered(next + 1)), by: "maker", as: .platform)
    #expect(Exchange.refusal(later) == .unknownVersion)
  }

  @Test("a kind of a later version is refused until two persons have switched to that")
  func since() throws {
    var exchange = try Exchange()
    func freeze() throws -> Refusal? {
      Exchange.refusal(
        try exchange.send(.freezeMarket(MarketFreezeTerms()), by: "maker", as: .platform))
    }
    #expect(try freeze() == .unknownVersion)
    #expect(
      try exchange.decree(.thawMarket(Numbered(1))).first.map { [$0] }.flatMap(Exchange.refusal)
        == .unknownVersion)
    _ = try Exchange.accepted(try exchange.decree(.activate(Numbered(2))))
    #expect(try freeze() == nil)
  }

  @Test("what a site's system shows of a lease stands in the log from version 5 on, with the step")
  func observed() throws {
    for isNewest in [false, true] {
      var hall = try isNewest ? Hall.current() : Hall()
      let lease = try hall.leased(hall.block(), by: hall.hku)
      var report = LeaseReport()
      report.lease = lease.id
      report.phase = .open
      report.observed = Observation()
      report.observed?.nodes = 2
      report.observed?.others = 0
      report.observed?.wiped = .yes
      let events = try hall.exchange.send(.reportLease(report), by: hall.hk, as: .agent)
      guard isNewest else {
        #expect(Exchange.refusal(events) == .unknownVersion)
        continue
      }
      guard case .leaseChanged(let change)? = events.first else {
        Issue.record("\(events)")
        return
      }
      #expect(change.observed == report.observed && change.phase == .open)
      let bytes = FieldCodec.encode(report)
      #expect(
        String(decoding: bytes, as: UTF8.self).contains(
          #""observed":{"nodes":2,"others":0,"wiped":"yes"}"#))
      #expect(try FieldCodec.decode(LeaseReport.self, from: bytes) == report)
    }
  }

  @Test("a log may begin with a later version, and one that is not known is not begun")
  func begins() throws {
    var genesis = Exchange.genesis(rules: Rules())
    func begun() throws -> LedgerState {
      var state = LedgerState()
      let entry = Entry(
        position: 0, time: Exchange.monday, epoch: 0, id: String(repeating: "0", count: 32),
        by: "maker", role: .platform, command: .genesis(genesis))
      #expect(try Entry.decode(FieldCodec.encode(entry)) == entry)
      _ = try state.apply(entry)
      return state
    }
    #expect(try begun().version == 1)
    genesis.version = 2
    #expect(try begun().version == 2)
    genesis.version = LedgerState.newestVersion + 1
    #expect(throws: LedgerFault.unknownVersion(LedgerState.newestVersion + 1)) { try begun() }
  }
}
