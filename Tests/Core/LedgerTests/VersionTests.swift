import Ledger
import LedgerFixture
import Testing
import Units

@Suite("Versions of the rules") struct VersionTests {
  @Test("an entry that takes up the next version stops a release that does not know it, unchanged")
  func stops() throws {
    var exchange = try Exchange()
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
}
