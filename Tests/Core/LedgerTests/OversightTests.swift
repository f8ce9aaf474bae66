import Ledger
import LedgerFixture
import Testing
import Units

@Suite("How the market is watched over") struct OversightTests {
  static func oversight(
    _ groups: [(Int64, [String])], terms: [(String, Int64)] = []
  ) -> Oversight {
    var oversight = Oversight()
    oversight.groups = groups.map {
      var group = CosignerGroup()
      (group.least, group.witnesses) = $0
      return group
    }
    oversight.terms = terms.map {
      var term = SurveillanceTerm()
      (term.term, term.value) = $0
      return term
    }
    return oversight
  }

  @Test("two persons set all of it, from version 5 on; it is part of the state and of its bytes")
  func persons() throws {
    var exchange = try Exchange()
    let wanted = Self.oversight(
      [(1, ["reg"]), (2, ["a", "b", "reg"])], terms: [("wash-hours", 48)])
    func propose() throws -> [Event] {
      try exchange.send(.setOversight(wanted), by: "maker", as: .platform)
    }
    #expect(Exchange.refusal(try propose()) == .unknownVersion)
    let before = FieldCodec.encode(exchange.state)
    #expect(!String(decoding: before, as: UTF8.self).contains("oversight"))
    while exchange.state.version < LedgerState.newestVersion {
      _ = try Exchange.accepted(
        try exchange.decree(.activate(Numbered(exchange.state.version + 1))))
    }
    let number = exchange.state.position
    _ = try Exchange.accepted(try propose())
    #expect(exchange.state.oversight == nil)
    let own = try exchange.send(.approve(Numbered(number)), by: "maker", as: .platform)
    #expect(Exchange.refusal(own) == .approverIsProposer)
    let events = try Exchange.accepted(
      try exchange.send(.approve(Numbered(number)), by: "checker", as: .platform))
    #expect(events.last == .oversightSet(wanted))
    #expect(exchange.state.oversight == wanted)
    let again = try FieldCodec.decode(
      LedgerState.self, from: FieldCodec.encode(exchange.state))
    #expect(again.oversight == wanted)
    // What is left out is as if it had never been set.
    _ = try Exchange.accepted(try exchange.decree(.setOversight(Oversight())))
    #expect(exchange.state.oversight == Oversight())
  }

  @Test("a group that can never be met is refused, a name that stands twice counts once")
  func impossible() throws {
    var hall = try Hall.current()
    func refusal(_ group: (Int64, [String])) throws -> Refusal? {
      Exchange.refusal(
        try hall.exchange.send(
          .setOversight(Self.oversight([group])), by: "maker", as: .platform))
    }
    #expect(try refusal((3, ["a", "b"])) == .leastAboveMost)
    #expect(try refusal((2, ["a", "b", "a"])) == nil)
    #expect(try refusal((3, ["a", "b", "a"])) == .leastAboveMost)
  }
}
