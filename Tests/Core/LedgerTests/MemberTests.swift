import Replication
import Testing

@Suite struct MemberTests {
  private var member = Member(termLength: 3_000)

  private mutating func lead(term: Int64 = 7, at now: Int64 = 0) {
    #expect(member.step(.tick, now: now) == [.look(wait: false)])
    #expect(member.step(.looked(end: 10, leader: nil, applied: 10), now: now) == [.campaign])
    #expect(member.step(.campaigned(term: term), now: now) == [.look(wait: false)])
    #expect(
      member.step(.looked(end: 10, leader: term, applied: 10), now: now) == [.lead(term: term)])
    #expect(member.role == .leading(term: term))
  }

  @Test("it reads to the end before it wants to lead, and again before it does")
  mutating func reads() {
    #expect(member.step(.tick, now: 0) == [.look(wait: false)])
    #expect(
      member.step(.looked(end: 900, leader: nil, applied: 512), now: 1) == [.look(wait: false)])
    #expect(member.step(.looked(end: 900, leader: nil, applied: 900), now: 2) == [.campaign])
    #expect(member.step(.campaigned(term: 4), now: 3) == [.look(wait: false)])
    // Its forerunner's last batch came in between.
    #expect(member.step(.looked(end: 950, leader: 4, applied: 900), now: 4) == [.look(wait: false)])
    #expect(member.role == .catchingUp(term: 4))
    #expect(member.step(.looked(end: 950, leader: 4, applied: 950), now: 5) == [.lead(term: 4)])
  }

  @Test("while somebody else leads it waits for entries")
  mutating func follows() {
    _ = member.step(.tick, now: 0)
    #expect(member.step(.looked(end: 5, leader: 3, applied: 5), now: 0) == [.look(wait: true)])
    #expect(member.step(.looked(end: 9, leader: 3, applied: 9), now: 0) == [.look(wait: true)])
    #expect(member.step(.looked(end: 9, leader: nil, applied: 9), now: 0) == [.campaign])
    #expect(member.step(.campaigned(term: nil), now: 0) == [.look(wait: true)])
    #expect(member.role == .following)
  }

  @Test("a follower without a vote never wants to lead")
  func noVote() {
    var follower = Member(mayLead: false, termLength: 3_000)
    _ = follower.step(.tick, now: 0)
    #expect(follower.step(.looked(end: 9, leader: nil, applied: 9), now: 0) == [.look(wait: true)])
  }

  @Test("a term is held every third of its length, and sooner after a failure")
  mutating func holds() {
    lead()
    #expect(member.step(.tick, now: 999) == [])
    #expect(member.step(.tick, now: 1_000) == [.hold(term: 7)])
    #expect(member.step(.tick, now: 5_000) == [])
    #expect(member.step(.held(true), now: 1_100) == [])
    #expect(member.step(.tick, now: 2_100) == [.hold(term: 7)])
    #expect(member.step(.holdFailed, now: 2_200) == [])
    #expect(member.pausedSince == 1_100)
    #expect(member.step(.tick, now: 2_400) == [.hold(term: 7)])
    #expect(member.step(.held(true), now: 2_500) == [])
    #expect(member.pausedSince == nil)
  }

  @Test(
    "whoever lost its term follows at once and appends nothing more",
    arguments: [Member.Input.deposed, .held(false)])
  mutating func stepsDown(_ input: Member.Input) {
    lead()
    #expect(member.step(.appendFailed, now: 10) == [])
    #expect(member.step(input, now: 20) == [.resign(term: 7), .follow, .look(wait: false)])
    #expect(member.role == .following)
    #expect(member.step(.tick, now: 10_000) == [])
    #expect(member.step(.appended, now: 10_001) == [])
    #expect(member.step(.held(true), now: 10_001) == [])
    #expect(member.step(.tick, now: 20_000) == [])
  }

  @Test("a term that is lost while reading on does not start a second reading")
  mutating func oneReading() {
    _ = member.step(.tick, now: 0)
    _ = member.step(.looked(end: 1, leader: nil, applied: 1), now: 0)
    _ = member.step(.campaigned(term: 2), now: 0)
    #expect(member.step(.held(false), now: 0) == [.resign(term: 2), .follow])
    #expect(member.step(.looked(end: 1, leader: 3, applied: 1), now: 0) == [.look(wait: true)])
  }

  @Test(
    "a candidate whose term ended before it had read on reads on as a follower",
    arguments: [nil, 5])
  mutating func lateCandidate(_ leader: Int64?) {
    _ = member.step(.tick, now: 0)
    _ = member.step(.looked(end: 1, leader: nil, applied: 1), now: 0)
    _ = member.step(.campaigned(term: 2), now: 0)
    #expect(
      member.step(.looked(end: 1, leader: leader, applied: 1), now: 0)
        == [.resign(term: 2), .follow, .look(wait: false)])
  }

  @Test("a term that ends between two looks leaves one reading, not two")
  mutating func oneChain() {
    _ = member.step(.tick, now: 0)
    _ = member.step(.looked(end: 1, leader: nil, applied: 1), now: 0)
    _ = member.step(.campaigned(term: 2), now: 0)
    #expect(member.step(.lookFailed, now: 10) == [])
    #expect(
      member.step(.held(false), now: 20) == [.resign(term: 2), .follow, .look(wait: false)])
    #expect(member.step(.tick, now: 900) == [])
  }

  @Test("an empty log is not begun by who finds it empty")
  mutating func empty() {
    _ = member.step(.tick, now: 0)
    #expect(member.step(.looked(end: 0, leader: nil, applied: 0), now: 0) == [.look(wait: true)])
  }

  @Test("a term that is held does not make a log answer that takes nothing")
  mutating func fullLog() {
    lead()
    _ = member.step(.appendFailed, now: 100)
    _ = member.step(.held(true), now: 150)
    #expect(member.pausedSince == 0)
    _ = member.step(.appended, now: 300)
    #expect(member.pausedSince == nil)
  }

  @Test("a batch of unknown fate is sent again until it is known")
  mutating func resends() {
    lead()
    #expect(member.step(.appendFailed, now: 100) == [])
    #expect(member.pausedSince == 0)
    #expect(member.step(.tick, now: 299) == [])
    #expect(member.step(.tick, now: 300) == [.resend(term: 7)])
    #expect(member.step(.appendFailed, now: 400) == [])
    #expect(member.pausedSince == 0)
    #expect(member.step(.tick, now: 600) == [.resend(term: 7)])
    #expect(member.step(.appended, now: 650) == [])
    #expect(member.pausedSince == nil)
    #expect(member.step(.tick, now: 900) == [])
  }

  @Test("a log that does not answer is asked again, and for how long it has not is known")
  mutating func pauses() {
    _ = member.step(.tick, now: 0)
    #expect(member.step(.lookFailed, now: 50) == [])
    #expect(member.step(.tick, now: 200) == [])
    #expect(member.step(.tick, now: 250) == [.look(wait: false)])
    #expect(member.step(.lookFailed, now: 300) == [])
    #expect(member.pausedSince == 50)
    #expect(member.step(.tick, now: 500) == [.look(wait: false)])
    #expect(member.step(.looked(end: 1, leader: nil, applied: 1), now: 600) == [.campaign])
    #expect(member.pausedSince == nil)
    #expect(member.step(.campaignFailed, now: 700) == [])
    #expect(member.step(.tick, now: 900) == [.campaign])
  }

  @Test("a leader whose clock was set resigns; a follower does not care")
  mutating func clock() {
    #expect(member.step(.clockJumped, now: 0) == [])
    lead()
    #expect(
      member.step(.clockJumped, now: 5) == [.resign(term: 7), .follow, .look(wait: false)])
  }

  @Test(
    "a log that is younger than the ledger stops it, and so does everything else that it is told to"
  )
  mutating func halts() {
    var other = member
    _ = member.step(.tick, now: 0)
    #expect(member.step(.looked(end: 8, leader: 2, applied: 9), now: 0) == [])
    #expect(member.role == .halted(.logEndsBefore(log: 8, ledger: 9)))
    #expect(member.step(.tick, now: 90_000) == [])
    #expect(member.step(.looked(end: 9, leader: nil, applied: 9), now: 90_000) == [])

    swap(&member, &other)
    lead()
    #expect(member.step(.halt(.differs(position: 4)), now: 1) == [.resign(term: 7), .follow])
    #expect(member.step(.appended, now: 2) == [])
    #expect(member.role == .halted(.differs(position: 4)))
  }
}
