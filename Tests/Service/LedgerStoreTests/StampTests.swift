import Foundation
import Ledger
import LedgerStore
import Replica
import Seeded
import Synchronization
import Testing
import Units

/// The time of the log under clocks that are wrong.
@Suite(.serialized)
struct StampTests {
  @Test(
    "A replica whose clock is known to be wrong stops leading, and leads again once it is right")
  func distrusted() async throws {
    let house = try ReplicasTests.House()
    defer { house.stopAll() }
    let count = cases(3)
    for number in 0..<count {
      let leader = try await house.untilLed()
      try house[leader].replica.judgeClock(drift: 5_000)
      var next = leader
      while next == leader { next = try await house.untilLed() }
      #expect(try house[leader].replica.status.clockDrift == 5_000)
      // Commands go on, also those that are given to the distrusted.
      let receipt = try await house.submit(ReplicaTests.bid(number), to: leader)
      #expect(receipt.refusal == nil)
      // Nobody else leads, unless it is believed again.
      for other in 0..<3 where other != leader {
        try house[other].replica.judgeClock(drift: -5_000)
      }
      while house.leader != nil { try await Task.sleep(for: .milliseconds(5)) }
      for _ in 0..<20 {
        #expect(house.leader == nil, "a replica with a wrong clock leads")
        try await Task.sleep(for: .milliseconds(10))
      }
      try house[leader].replica.judgeClock(drift: nil)
      #expect(try await house.untilLed() == leader)
      for other in 0..<3 { try house[other].replica.judgeClock(drift: nil) }
    }
    try await house.compare()
    figure("T32", "leaders with a wrong clock that gave their place up, and did not take it", count)
  }

  @Test("Stamps never fall, whichever of three clocks leads, and however far they are apart")
  func neverFall() async throws {
    // Five minutes ahead, right, five minutes behind.
    let house = try ReplicasTests.House(clocks: [300_000, 0, -300_000])
    defer { house.stopAll() }
    let count = cases(12)
    var stamps: [Int64] = []
    for number in 0..<count {
      let wanted = number % 3
      for index in 0..<3 { try house[index].replica.judgeClock(drift: index == wanted ? nil : 1) }
      while house.leader != wanted { try await Task.sleep(for: .milliseconds(5)) }
      stamps.append(try await house.submit(ReplicaTests.bid(number), to: wanted).time)
    }
    #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0 <= $1 }, "\(stamps)")
    try await house.compare()
    let file = try house[0].file
    let end = try house[0].replica.status.position
    house.stopAll()
    let store = try LedgerStore(path: file.path)
    let times = try store.entries(from: 0, limit: Int(end)).map { try Entry.decode($0.1).time }
    try store.close()
    #expect(times.count == Int(end) && zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
    // The clock that is ahead led first; whoever followed did not fall back to its own.
    #expect((times.last ?? 0) - ReplicaTests.start >= 300_000)
    figure("T32", "changes between clocks five minutes apart; stamps never fell", count)
  }
}
