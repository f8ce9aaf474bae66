import CommandLog
import Foundation
import Ledger
import LedgerFixture
import LedgerStore
import Logging
import Market
import Replica
import Synchronization
import Testing
import Units

/// Several replicas of one ledger.
@Suite(.serialized, .timeLimit(.minutes(15)))
struct ReplicasTests {
  /// Three replicas of this process on one log, each with a file of its own.
  final class House: Sendable {
    struct Seat: Sendable {
      let file: LedgerFile
      let line: SharedLog.Line
      let replica: Replica
      fileprivate let ended: DispatchSemaphore
    }

    struct Absent: Error {}

    let log = SharedLog()
    private let seats = Mutex<[Seat?]>([nil, nil, nil])
    private let scale: Int64

    /// How far the clock of each is ahead, ms.
    private let clocks: [Int64]

    /// - Parameter scale: market milliseconds a millisecond of the wall.
    init(scale: Int64 = 1, clocks: [Int64] = [0, 0, 0]) throws {
      self.scale = scale
      self.clocks = clocks
      let file = try LedgerFile.written()
      let store = try LedgerStore(path: file.path)
      log.fill(try store.entries(from: 0, limit: 1 << 20).map(\.1))
      try store.close()
      for index in 0..<3 { try start(index, LedgerFile()) }
    }

    subscript(_ index: Int) -> Seat {
      get throws { try seats.withLock { $0[index] } ?? { throw Absent() }() }
    }

    /// Starts a replica, on an empty file or on what it had.
    func start(_ index: Int, _ file: LedgerFile, forging: Bool = false) throws {
      let line = log.line()
      line.forges.withLock { $0 = forging }
      let seat = ReplicaSeat(
        principal: "leader", name: "r\(index)", url: "r\(index)", log: line,
        forward: { [weak self] leader, submission in
          guard let self, let number = Int(leader.url.dropFirst()),
            let other = seats.withLock({ $0[number] }), !other.line.isCut
          else { throw SubmissionError.moved }
          return try await other.replica.submitAsLeader(submission)
        },
        council: { [weak self] position in
          let seats = self?.seats.withLock { $0 } ?? []
          var said: [SealView?] = []
          for other in seats.indices where other != index {
            said.append((try? await seats[other]?.replica.seal(at: position)) ?? nil)
          }
          return said
        })
      let store = try LedgerStore(path: file.path)
      let replica = Replica(
        store: store,
        clock: MarketClock(
          scale: scale, start: max(ReplicaTests.start, try store.lastTime()) + clocks[index]),
        seat: seat, logger: LedgerFile.silent)
      let ended = DispatchSemaphore(value: 0)
      let thread = Thread {
        try? replica.run(genesis: nil)
        ended.signal()
      }
      thread.stackSize = 8 << 20
      thread.start()
      seats.withLock {
        $0[index] = Seat(file: file, line: line, replica: replica, ended: ended)
      }
    }

    /// Stops a replica; its file stays.
    func stop(_ index: Int) {
      let seat = seats.withLock { seats in
        defer { seats[index] = nil }
        return seats[index]
      }
      seat?.replica.stop()
      #expect(seat?.ended.wait(timeout: .now() + 300) != .timedOut, "the replica does not end")
    }

    func stopAll() { for index in 0..<3 { stop(index) } }

    var leader: Int? {
      seats.withLock { seats in
        seats.firstIndex { $0?.replica.status.standing == .leading && $0?.line.isCut == false }
      }
    }

    func untilLed() async throws -> Int {
      while true {
        if let leader { return leader }
        try await Task.sleep(for: .milliseconds(5))
      }
    }

    /// Waits until all have applied the same, and compares their states and files.
    func compare() async throws {
      let running = seats.withLock { $0.compactMap { $0 } }
      _ = try await untilLed()
      // A seal may come between two of the readings: then again.
      var found: [Int64: Set<String>] = [:]
      repeat {
        try await Task.sleep(for: .milliseconds(50))
        found = [:]
        for seat in running {
          let (position, digest) = try await seat.replica.read {
            ($0.position, SHA256Hasher.hex(FieldCodec.encode($0)))
          }
          found[position, default: []].insert(digest)
        }
      } while found.count > 1
      #expect(found.values.allSatisfy { $0.count == 1 })
    }
  }

  /// Positions of commands that were answered, by their numbers.
  private final class Tally: Sendable {
    let positions = Mutex<[Int: Int64]>([:])
  }

  @Test("any replica takes a command, which is applied there when the answer comes")
  func anyTakes() async throws {
    let house = try House()
    defer { house.stopAll() }
    _ = try await house.untilLed()
    for number in 0..<30 {
      let replica = try house[number % 3].replica
      let receipt = try await house.submit(ReplicaTests.bid(number), to: number % 3)
      #expect(receipt.refusal == nil)
      #expect(replica.status.position > receipt.position)
      let again = try await house.submit(ReplicaTests.bid(number), to: (number + 1) % 3)
      #expect(again.replayed && again.position == receipt.position)
    }
    try await house.compare()
  }

  @Test("leaders come and go under load: nothing acknowledged is lost, nothing is there twice")
  func leadersFall() async throws {
    let house = try House()
    defer { house.stopAll() }
    let (clients, each) = (6, 40)
    let done = Tally()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for client in 0..<clients {
        group.addTask {
          for index in 0..<each {
            let number = client * each + index
            // As a client does: the same command under the same id until there is an answer.
            while true {
              do {
                let receipt = try await house[number % 3].replica.submit(ReplicaTests.bid(number))
                done.positions.withLock { $0[number] = receipt.position }
                break
              } catch {
                try await Task.sleep(for: .milliseconds(5))
              }
            }
          }
        }
      }
      group.addTask {
        for round in 0..<8 where done.positions.withLock({ $0.count }) < clients * each {
          let leader = try await house.untilLed()
          try await Task.sleep(for: .milliseconds(30))
          switch round % 4 {
          case 0:
            // A term that ends although its leader lives.
            house.log.expire()
          case 1:
            try house[leader].line.lost.withLock { $0 = 3 }
          case 2:
            let line = try house[leader].line
            line.isCut = true
            house.log.expire()
            try await Task.sleep(for: .milliseconds(400))
            line.isCut = false
          default:
            let file = try house[leader].file
            house.stop(leader)
            try await Task.sleep(for: .milliseconds(20))
            try house.start(leader, file)
          }
        }
      }
      try await group.waitForAll()
    }
    try await house.compare()
    house.stopAll()
    let positions = done.positions.withLock { $0 }
    #expect(positions.count == clients * each)
    #expect(Set(positions.values).count == clients * each)
    let entries = house.log.state.withLock { $0.batches.flatMap(\.entries) }
    var ids: Set<String> = []
    for (position, bytes) in entries.enumerated() {
      let entry = try Entry.decode(bytes)
      #expect(entry.position == Int64(position))
      #expect(ids.insert(entry.id).inserted, "\(entry.id) is there twice")
    }
    for (number, position) in positions {
      #expect(try Entry.decode(entries[Int(position)]).id == ReplicaTests.bid(number).id)
    }
  }

  @Test("without the log a replica answers reads, says since when, and refuses orders at once")
  func cutOff() async throws {
    let house = try House()
    defer { house.stopAll() }
    let leader = try await house.untilLed()
    _ = try await house.submit(ReplicaTests.bid(1), to: leader)
    for index in 0..<3 { try house[index].line.isCut = true }
    let replica = try house[(leader + 1) % 3].replica
    while replica.status.pausedSince == nil { try await Task.sleep(for: .milliseconds(5)) }
    let since = try #require(replica.status.pausedSince)
    #expect(abs(since - MarketClock.wall()) < 60_000)
    await #expect(throws: SubmissionError.self) { try await replica.submit(ReplicaTests.bid(2)) }
    #expect(replica.status.serving)
    await #expect(throws: LogFailure.self) { try await replica.catchUp(timeout: .seconds(1)) }
    _ = try await replica.read { $0.position }
    for index in 0..<3 { try house[index].line.isCut = false }
    for index in 0..<3 {
      let seat = try house[index]
      while seat.replica.status.pausedSince != nil { try await Task.sleep(for: .milliseconds(5)) }
    }
    let receipt = try await house.submit(ReplicaTests.bid(2), to: (leader + 1) % 3)
    try await replica.catchUp(timeout: .seconds(30))
    #expect(replica.status.position > receipt.position)
    try await house.compare()
  }

  @Test("a command of unknown fate is said to be unknown, and tells its fate under the same id")
  func unknown() async throws {
    let house = try House()
    defer { house.stopAll() }
    let leader = try await house.untilLed()
    let seat = try house[leader]
    var number = 0
    while true {
      number += 1
      seat.line.lost.withLock { $0 = 1_000_000 }
      let error = await #expect(throws: SubmissionError.self) {
        try await seat.replica.submit(ReplicaTests.bid(number))
      }
      seat.line.lost.withLock { $0 = 0 }
      while seat.replica.status.pausedSince != nil { try await Task.sleep(for: .milliseconds(5)) }
      if case .unknown? = error { break }
      // A seal of the leader's own was on its way: this one was not sent.
      guard case .paused? = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    let receipt = try await house.submit(ReplicaTests.bid(number), to: leader)
    #expect(receipt.refusal == nil)
    let held = house.log.state.withLock { $0.batches.flatMap(\.entries) }
    let id = ReplicaTests.bid(number).id
    #expect(try held.count { try Entry.decode($0).id == id } == 1)
    try await house.compare()
  }

  @Test("a replica whose ledger is older than the log catches up; one that is younger stops")
  func youngAndOld() async throws {
    let house = try House()
    defer { house.stopAll() }
    let leader = try await house.untilLed()
    let other = (leader + 1) % 3
    let file = try house[other].file
    house.stop(other)
    for number in 0..<20 { _ = try await house.submit(ReplicaTests.bid(number), to: leader) }
    try house.start(other, file)
    try await house.compare()
    let position = try house[other].replica.status.position
    house.stopAll()
    // Somebody puts an old copy of the log back.
    house.log.state.withLock { state in
      state.batches.removeAll { $0.next >= position }
      state.next = state.batches.last?.next ?? 0
      state.leader = nil
    }
    try house.start(other, file)
    let replica = try house[other].replica
    while true {
      if case .halted(let why) = replica.status.standing {
        #expect(why.contains("an old copy of the log"))
        break
      }
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(!replica.status.serving)
    await #expect(throws: SubmissionError.self) { try await replica.submit(ReplicaTests.bid(99)) }
  }

  /// Waits until a replica has stopped by itself, and says why.
  private func halt(of seat: House.Seat) async throws -> String {
    while true {
      if case .halted(let why) = seat.replica.status.standing { return why }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  @Test("a log that was shortened goes on; a replica that needs what is gone stops and says so")
  func shortened() async throws {
    let house = try House()
    defer { house.stopAll() }
    let leader = try await house.untilLed()
    let other = (leader + 1) % 3
    let file = try house[other].file
    house.stop(other)
    let receipt = try await house.submit(ReplicaTests.bid(1), to: leader)
    // Only what a seal covers and the file has.
    while house.log.state.withLock({ $0.floor }) <= receipt.position {
      for index in [leader, (leader + 2) % 3] { try house[index].replica.shorten(before: .max) }
      try await Task.sleep(for: .milliseconds(20))
    }
    _ = try await house.submit(ReplicaTests.bid(2), to: (leader + 2) % 3)
    try house.start(other, file)
    #expect(try await halt(of: house[other]).contains("copy another replica's backup"))
  }

  @Test("a replica that applied something else stops with its evidence; the others trade on")
  func differs() async throws {
    let house = try House()
    defer { house.stopAll() }
    let leader = try await house.untilLed()
    let wrong = try house[(leader + 1) % 3]
    wrong.line.forges.withLock { $0 = true }
    _ = try await house.submit(ReplicaTests.bid(1), to: leader)
    let why = try await halt(of: wrong)
    #expect(why.contains("came out otherwise here"))
    #expect(!wrong.replica.status.serving)
    let files = try FileManager.default.contentsOfDirectory(atPath: wrong.file.folder)
    let evidence = try #require(files.first { $0.contains("-evidence-") })
    let text = try String(contentsOfFile: wrong.file.folder + "/" + evidence, encoding: .utf8)
    #expect(text.contains("\"here\"") && text.contains("\"log\""))
    await #expect(throws: SubmissionError.self) {
      try await wrong.replica.submit(ReplicaTests.bid(2))
    }
    _ = try await house.submit(ReplicaTests.bid(2), to: (leader + 2) % 3)
    #expect(try house[leader].replica.status.serving)
  }

  @Test("a leader that most replicas disagree with stops, and another leads")
  func wrongLeader() async throws {
    let house = try House()
    defer { house.stopAll() }
    var leader = try await house.untilLed()
    let wrong = (leader + 1) % 3
    try house[wrong].line.forges.withLock { $0 = true }
    // It gets the forged bid and leads before a seal covers that.
    _ = try await house.submit(ReplicaTests.bid(1), to: leader)
    while try house[wrong].replica.status.position < house[leader].replica.status.position {
      try await Task.sleep(for: .milliseconds(1))
    }
    for index in 0..<3 where index != wrong { try house[index].line.isCut = true }
    house.log.expire()
    while house.leader != wrong {
      if case .halted = try house[wrong].replica.status.standing { break }
      try await Task.sleep(for: .milliseconds(1))
    }
    for index in 0..<3 { try house[index].line.isCut = false }
    let why = try await halt(of: house[wrong])
    #expect(why.contains("came out otherwise here"))
    leader = try await house.untilLed()
    #expect(leader != wrong)
    for index in 0..<3 where index != wrong {
      let seat = try house[index]
      while !seat.replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
      _ = try await house.submit(ReplicaTests.bid(10 + index), to: index)
    }
  }
}
