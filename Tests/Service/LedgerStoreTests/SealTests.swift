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

  @Test("a replica that was away stops too, though the others keep its seal in their files alone")
  func differsLate() async throws {
    let house = try ReplicasTests.House()
    defer { house.stopAll() }
    let leader = try await house.untilLed()
    let (wrong, other) = ((leader + 1) % 3, (leader + 2) % 3)
    let files = try [leader, wrong, other].map { try house[$0].file }
    while try !house[wrong].replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    house.stop(wrong)
    let bid = try await house.submit(ReplicaTests.bid(1), to: leader)
    while try house[leader].replica.status.seals.last?.position ?? 0 <= bid.position {
      try await Task.sleep(for: .milliseconds(20))
    }
    // Whoever starts again has no seal in memory.
    for (index, file) in [(leader, files[0]), (other, files[2])] {
      house.stop(index)
      try house.start(index, file)
      while try !house[index].replica.status.serving {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    try house.start(wrong, files[1], forging: true)
    while true {
      if case .halted(let why) = try house[wrong].replica.status.standing {
        #expect(why.contains("came out otherwise here"))
        break
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    _ = try await house.submit(ReplicaTests.bid(2), to: other)
  }
}
