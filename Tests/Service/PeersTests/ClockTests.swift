import BrokerAPI
import Foundation
import Peers
import Testing

/// Whose clock is believed.
struct ClockTests {
  /// Offsets that were measured without any doubt.
  private func offsets(_ ahead: [Int64], error: Int64 = 0) -> [ClockOffset] {
    ahead.map { ClockOffset(clock: $0 + 1_000, asked: 1_000 - error, heard: 1_000 + error) }
  }

  @Test(
    "A clock is wrong when more than half of all replicas contradict it by more than 100 ms",
    arguments: [
      ([500, 510], 3, -510), ([-500, -510], 3, 500), ([101, 101], 3, -101), ([100, 100], 3, nil),
      ([500, 0], 3, nil), ([500, -500], 3, nil), ([500], 3, nil), ([500], 2, nil), ([], 3, nil),
      ([300_000, 300_000, 300_000, 0], 5, -300_000), ([500, 500, 0, 0], 5, nil),
      ([500, 500, 500], 5, -500), ([-300_000, -299_000], 3, 299_000),
    ] as [([Int64], Int, Int64?)])
  func majority(ahead: [Int64], replicas: Int, drift: Int64?) {
    #expect(ClockWatch.drift(offsets(ahead), replicas: replicas) == drift)
  }

  @Test("What a slow answer leaves open is not held against a clock")
  func slowAnswers() {
    #expect(ClockWatch.drift(offsets([500, 500], error: 399), replicas: 3) == -500)
    #expect(ClockWatch.drift(offsets([500, 500], error: 400), replicas: 3) == nil)
    #expect(ClockWatch.drift(offsets([-500, -500], error: 400), replicas: 3) == nil)
  }

  @Test("Of a wrong clock the operator is told, wherever the status is asked for")
  func alarm() {
    var card = Wire.ReplicaCard(
      name: "hk-1", role: .leader, state: .serving, applied: Position(clamping: 9), log: "ok",
      release: "0")
    #expect(StatusBoard.status([card], now: 0).health == .healthy)
    card.clockDrift = 4_200
    let status = StatusBoard.status([card], now: 0)
    #expect(status.health == .degraded)
    #expect(status.doNow.map(\.action) == ["RUNBOOK \"Clocks\""])
    #expect(status.doNow[0].why == "that of hk-1 is 4200 ms ahead of most")
    card.clockDrift = -4_200
    #expect(StatusBoard.status([card], now: 0).doNow[0].why.contains("behind most"))
  }
}
