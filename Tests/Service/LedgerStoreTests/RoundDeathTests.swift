import CommandLog
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Placement
import Replica
import Replication
import Seeded
import Synchronization
import Testing
import Units

/// Leaders that die in the middle of a round.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct RoundDeathTests {
  /// A replica that leads by hand, one command a batch, and is gone whenever a test wants it.
  struct HandLeader {
    let line: SharedLog.Line
    private let file: LedgerFile
    private let term: Term
    private(set) var core: ReplicaCore

    init(_ log: SharedLog) async throws {
      line = log.line()
      file = try LedgerFile()
      core = try ReplicaCore(
        store: try LedgerStore(path: file.path), logger: LedgerFile.silent, principal: "leader")
      term = try #require(try await line.campaign(Candidate(name: "by hand", url: "by hand")))
      while true {
        let batches = try await line.batches(from: core.state.position)
        guard !batches.isEmpty else { break }
        for batch in batches { _ = try core.apply(batch) }
      }
      try await say(core.own(core.beginTerm()))
    }

    @discardableResult
    mutating func say(_ submission: Submission, at clock: Int64 = 0) async throws -> [Event] {
      let ordered = core.order([submission][...], clock: clock, known: [:])
      let batch = LogBatch(first: core.state.position, entries: ordered.bytes)
      #expect(try await line.append(batch, term: term) == .done)
      return try core.apply(ordered).entries.flatMap(\.events)
    }

    /// Ends the round if somebody has closed it.
    mutating func endRound() async throws {
      guard let frozen = core.state.frozen else { return }
      let clearing = Engine.clear(frozen.instance, iterations: frozen.iterations)
      for command in Leader.outcome(of: frozen, clearing) { try await say(command) }
    }

    /// Puts into the log what this release would not say, in the name of somebody with a role.
    func claim(_ command: Command, as role: Role) async throws {
      let person = core.state.principals.values.first { $0.roles.contains(role) }
      let entry = Entry(
        position: core.state.position, time: core.state.time, epoch: core.state.epoch,
        id: String(repeating: "9", count: 32), by: person?.id ?? "nobody", role: role,
        command: command)
      let batch = LogBatch(first: entry.position, entries: [FieldCodec.encode(entry)])
      #expect(try await line.append(batch, term: term) == .done)
    }

    @discardableResult
    mutating func say(_ command: Command, at clock: Int64 = 0) async throws -> [Event] {
      try await say(core.own(command), at: clock)
    }
  }

  /// After what a leader dies.
  enum Death: CaseIterable {
    case close, firstPart, middle, lastPart, commit
  }

  @Test(
    "a leader dies after the close, a part or the commit: the round ends once, as it was frozen")
  func byHand() async throws {
    let house = try ReplicasTests.House()
    defer { house.stopAll() }
    var source = Source(23)
    let count = cases(5)
    var died: [Int64: Death] = [:]
    for number in 0..<count {
      _ = try await house.untilLed()
      // Whoever led meanwhile finds out by what it appends.
      for index in 0..<3 { try house[index].line.isCut = true }
      house.log.expire()
      var leader = try await HandLeader(house.log)
      for index in 0..<3 { try house[index].line.isCut = false }
      try await leader.endRound()
      let death = Death.allCases[number % Death.allCases.count]
      let round = leader.core.state.round.number
      died[round] = death
      try await play(&leader, until: death, &source)
      leader.line.isCut = true
      house.log.expire()
      // One that comes too late for the frozen book.
      let late = Self.bid(from: leader.core.state, &source)
      while (try? await house[number % 3].replica.submit(late)) == nil {
        try await Task.sleep(for: .milliseconds(5))
      }
      for index in 0..<3 {
        while try house[index].replica.status.round == round {
          try await Task.sleep(for: .milliseconds(5))
        }
      }
    }
    try await house.compare()
    house.stopAll()
    let ends = try Self.ends(of: house.log)
    for (round, death) in died {
      let end = try #require(ends[round]?.first)
      #expect(!end.void && end.winners > 0, "round \(round), whose leader died after \(death)")
    }
    figure("", "rounds whose leader died after the close, a part or the commit", count)
  }

  @Test("leaders are cut off as what they say of a round reaches the log, or before: it ends once")
  func byTrap() async throws {
    let house = try ReplicasTests.House(scale: 1_800)
    defer { house.stopAll() }
    var source = Source(24)
    let count = cases(6)
    let kinds = ["close-round", "outcome-part", "commit-outcome"]
    for number in 0..<count {
      let leader = try await house.untilLed()
      let seat = try house[leader]
      seat.line.trap(kinds[number % kinds.count], lands: source.number(0...1) == 0)
      // One that does not lead any more meets no trap.
      while !seat.line.isCut, house.leader == leader { try await Task.sleep(for: .milliseconds(2)) }
      house.log.expire()
      if source.number(0...1) == 0 {
        house.stop(leader)
        try house.start(leader, seat.file)
      } else {
        seat.line.isCut = false
      }
      seat.line.trap(nil, lands: false)
      let bid = ReplicaTests.bid(number)
      while (try? await house[number % 3].replica.submit(bid)) == nil {
        try await Task.sleep(for: .milliseconds(5))
      }
    }
    let round = try house[0].replica.status.round
    while try house[0].replica.status.round < round + 2 {
      try await Task.sleep(for: .milliseconds(5))
    }
    house.stopAll()
    #expect(try Self.ends(of: house.log).count > 2)
    figure("", "leaders cut off as a round reached the log", count)
  }

  @Test("a leader that is started again ends its former term: nobody has to wait for its end")
  func startedAgain() async throws {
    let house = try ReplicasTests.House()
    defer { house.stopAll() }
    let leader = try await house.untilLed()
    let file = try house[leader].file
    // It cannot say that it goes; and terms here end only when somebody says so.
    try house[leader].line.isCut = true
    house.stop(leader)
    try house.start(leader, file)
    _ = try await house.untilLed()
    while (try? await house[(leader + 1) % 3].replica.submit(ReplicaTests.bid(1))) == nil {
      try await Task.sleep(for: .milliseconds(5))
    }
    try await house.compare()
  }

  @Test("before an entry of a later release's rules all of this release stop, and say so")
  func laterRules() async throws {
    let house = try ReplicasTests.House()
    defer { house.stopAll() }
    for version in 2...LedgerState.newestVersion {
      let proposal = try await Self.decree(house, by: "maker", .activate(Numbered(version)))
      try await Self.decree(house, by: "checker", .approve(Numbered(proposal.position)))
    }
    for index in 0..<3 { try house[index].line.isCut = true }
    house.log.expire()
    let leader = try await HandLeader(house.log)
    #expect(leader.core.state.version == LedgerState.newestVersion)
    let position = leader.core.state.position
    try await leader.claim(.activate(Numbered(LedgerState.newestVersion + 1)), as: .platform)
    for index in 0..<3 { try house[index].line.isCut = false }
    for index in 0..<3 {
      let replica = try house[index].replica
      while true {
        if case .halted(let why) = replica.status.standing {
          #expect(why.contains("entry \(position) needs rules that this release does not know"))
          break
        }
        try await Task.sleep(for: .milliseconds(5))
      }
      #expect(replica.status.position == position)
      #expect(!replica.status.serving)
    }
  }

  /// A command of the platform, sent until somebody takes it.
  @discardableResult
  private static func decree(
    _ house: ReplicasTests.House, by person: String, _ command: Command
  ) async throws -> Receipt {
    let submission = Submission(
      id: CommandIDs.random(), by: person, role: .platform, command: command)
    while true {
      let leader = try await house.untilLed()
      guard let receipt = try? await house[leader].replica.submit(submission) else { continue }
      #expect(receipt.refusal == nil)
      return receipt
    }
  }

  /// A round up to the death of its leader.
  private func play(
    _ leader: inout HandLeader, until death: Death, _ source: inout Source
  ) async throws {
    // Later than any clock here, so that no round is overdue by itself.
    let due = max(leader.core.state.roundDue, ReplicaTests.start + Span.hour)
    try await leader.say(Self.offer(leader.core.state), at: due)
    for _ in 0..<source.number(3...6) {
      try await leader.say(Self.bid(from: leader.core.state, &source), at: due)
    }
    try await leader.say(.closeRound(Numbered(leader.core.state.round.number)), at: due)
    guard death != .close else { return }
    let frozen = try #require(leader.core.state.frozen)
    let clearing = Engine.clear(frozen.instance, iterations: frozen.iterations)
    var commands = Leader.outcome(of: frozen, clearing, partLimit: 1)
    #expect(commands.count > 4)
    switch death {
    case .close, .commit: break
    case .firstPart: commands.removeLast(commands.count - 1)
    case .middle: commands.removeLast(Int(source.number(2...Int64(commands.count - 2))))
    case .lastPart: commands.removeLast()
    }
    for command in commands {
      let events = try await leader.say(command, at: due)
      for case .refused(let refused) in events { Issue.record("\(refused)") }
    }
  }

  /// Forty-eight GPUs at one site for a month from now.
  private static func offer(_ state: borrowing LedgerState) -> Submission {
    let from = state.roundDue / Span.hour * Span.hour
    let offer = Offer.flat(
      "cyberport", gpus: 48, ask: 1_500, from: from, until: from + 30 * Span.day,
      generation: (state.generations["cyberport"] ?? 0) + 1)
    let agent = state.principals.values.first {
      $0.roles.contains(.agent) && $0.site == "cyberport"
    }
    return Submission(
      id: CommandIDs.random(), by: agent?.id ?? "nobody", role: .agent,
      command: .publishOffer(offer))
  }

  /// A bid of a tenant that may be filled.
  private static func bid(
    from state: borrowing LedgerState, _ source: inout Source
  ) -> Submission {
    let from = state.roundDue / Span.hour * Span.hour + 2 * Span.hour
    let trader = state.principals.values.first { $0.party == "alpha" && $0.roles.contains(.trader) }
    return Submission(
      id: CommandIDs.random(), by: trader?.id ?? "nobody", role: .trader,
      command: .placeBid(
        .block(
          source.number(1...4), quarters: source.number(1...4), limit: source.number(1_600...4_000),
          from: from, until: from + 6 * Span.hour)))
  }

  /// Replays a log: how each round ended. What is committed is what was frozen at the close.
  static func ends(of log: SharedLog) throws -> [Int64: [RoundEnded]] {
    var state = LedgerState()
    var frozen: [Int64: Instance] = [:]
    var ends: [Int64: [RoundEnded]] = [:]
    for bytes in log.state.withLock({ $0.batches.flatMap(\.entries) }) {
      let before = state.frozen?.instance
      for event in try state.apply(try Entry.decode(bytes)) {
        if case .roundClosed(let closed) = event { frozen[closed.round] = state.frozen?.instance }
        guard case .roundEnded(let ended) = event else { continue }
        ends[ended.round, default: []].append(ended)
        #expect(before != nil && before == frozen[ended.round], "another book than was frozen")
      }
    }
    #expect(ends.values.allSatisfy { $0.count == 1 }, "a round ended twice")
    #expect(Set(frozen.keys).subtracting(ends.keys).count <= 1, "a round never ended")
    return ends
  }

  private enum CommandIDs {
    static func random() -> String {
      UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
    }
  }
}
