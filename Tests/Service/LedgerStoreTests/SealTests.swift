import Ledger
import LedgerFixture
import LedgerStore
import Replica
import Testing
import Units

/// What a replica says of seals of long ago.
@Suite(.serialized) struct SealTests {
  @Test("A replica that has just started has each seal of its file as the log has it")
  func old() async throws {
    let file = try LedgerFile.written()
    let running = try ReplicaTests.Running(file, start: ReplicaTests.start)
    try await running.waitUntilServing()
    var compared = 0
    for (position, bytes) in try running.replica.store.entries(from: 0, limit: 1 << 20) {
      guard case .seal(let seal) = try Entry.decode(bytes).command else { continue }
      guard position < Int64(Script.whole.entries.count) else { break }
      let view = try #require(try await running.replica.seal(at: position))
      #expect(view == SealView(position: position, events: seal.events, state: seal.state))
      compared += 1
    }
    #expect(compared > 5)
    #expect(try await running.replica.seal(at: 1) == nil)
    running.stop()
  }
}
