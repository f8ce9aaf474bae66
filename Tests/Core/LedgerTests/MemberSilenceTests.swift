import Replication
import Testing

/// When a replica says that it hears nothing of the log.
@Suite struct MemberSilenceTests {
  /// A member that has heard of the log at 1,000 ms.
  private func member() -> Member {
    var member = Member(termLength: 2_000, silence: 2_000)
    _ = member.step(.tick, now: 1_000)
    _ = member.step(.looked(end: 5, leader: 7, applied: 5), now: 1_000)
    return member
  }

  @Test("a log that says nothing is silent after two seconds, though no question has failed yet")
  func silent() {
    var member = member()
    for now in stride(from: Int64(1_200), to: 3_000, by: 200) {
      _ = member.step(.tick, now: now)
      #expect(member.pausedSince == nil)
    }
    _ = member.step(.tick, now: 3_000)
    #expect(member.pausedSince == 1_000)
    _ = member.step(.looked(end: 5, leader: 7, applied: 5), now: 3_100)
    #expect(member.pausedSince == nil)
  }

  @Test("a process that stood still itself does not take the log for silent")
  func stoodStill() {
    var member = member()
    _ = member.step(.tick, now: 60_000)
    #expect(member.pausedSince == nil)
    for now in stride(from: Int64(60_200), through: 62_000, by: 200) {
      _ = member.step(.tick, now: now)
    }
    #expect(member.pausedSince == 1_000)
  }

  @Test("whoever is alone, or only follows, waits for a question to fail")
  func patient() {
    var member = Member(termLength: 2_000)
    _ = member.step(.looked(end: 5, leader: 7, applied: 5), now: 0)
    for now in stride(from: Int64(0), to: 60_000, by: 200) { _ = member.step(.tick, now: now) }
    #expect(member.pausedSince == nil)
    _ = member.step(.lookFailed, now: 60_000)
    #expect(member.pausedSince == 0)
  }
}
