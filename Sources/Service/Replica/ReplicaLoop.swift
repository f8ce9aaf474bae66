package import CommandLog
package import Ledger
import LedgerStore
package import Logging
import Market
package import Replication
import Units

/// What the log answered.
package enum LogAnswer: Sendable {
  case looked(Result<LogLook, LogFailure>)
  case campaigned(Result<Term?, LogFailure>)
  /// With the revision of the term.
  case held(Int64, Result<Bool, LogFailure>)
  /// With the number of the flight.
  case appended(Int, Result<AppendOutcome, LogFailure>)
  /// What became of a seal that was asked about.
  case judged(SealView, SealVerdict)
}

/// What a replica's thread owns: the state, and what it wants of the log and the file. Every question goes
/// out by its port; so the simulator drives this loop and no copy of it.
package struct ReplicaLoop {
  /// A submission that waits, with whom to tell.
  package struct Waiting {
    package var submission: Submission
    package var answer: @Sendable (Result<Receipt, any Error>) -> Void

    package init(
      submission: Submission, answer: @escaping @Sendable (Result<Receipt, any Error>) -> Void
    ) {
      self.submission = submission
      self.answer = answer
    }
  }

  /// A batch that was sent to the log.
  struct Flight {
    var ordered: ReplicaCore.Ordered
    var batch: LogBatch
    var answers: [@Sendable (Result<Receipt, any Error>) -> Void]
    var number: Int
    /// By the port's clock, microseconds.
    var sent: Int64
    /// The first of a term: the epoch.
    var isOpening: Bool
  }

  package internal(set) var core: ReplicaCore
  package private(set) var member: Member
  package private(set) var leader: LeaderCard?
  /// It has been at the end of the log.
  var isCurrent = false
  /// Among others, and the log gave no answer since the start: what the file has is answered, as of its last
  /// entry (ms since 1970, of the wall), until this replica has been at the end of the log.
  private(set) var agedSince: Int64?
  /// What the log said instead of an answer, since it answered last.
  private(set) var complaint: String?
  /// The epoch of its own term is in the log.
  var hasEpoch = false
  /// Entries, refusals and batches since the start, and the time of the latter.
  var counts = ReplicaStatus()
  let seat: ReplicaSeat
  let port: any ReplicaPort
  let logger: Logger
  private(set) var term: Term?
  var flight: Flight?
  var flights = 0
  /// Seals up to here are known to be what most have; and when others may be asked again.
  private var asked: Int64 = -1
  private var askDue: Int64 = 0
  private var isAsking = false
  /// After so long without a word of the shared log trading is paused, ms: an election there, and a second.
  private static let silence: Int64 = 2_000
  /// How often others are asked about a seal, ms.
  private static let askEvery: Int64 = 1_000
  /// Answers that are due once the status says the same.
  var settled: [(@Sendable (Result<Receipt, any Error>) -> Void, Result<Receipt, any Error>)] = []
  /// What the leader has to say before anything is due again.
  var own: [Command] = []
  /// Up to where the log was let go of.
  var truncated: Int64
  var clocks: (wall: Int64, monotonic: Int64)
  /// How far the clock of this machine is ahead of most replicas', ms; nil: not known to be wrong.
  var clockDrift: Int64?

  /// - Parameter termSeconds: how long a term of this log lasts that nobody holds.
  package init(
    core: ReplicaCore, seat: ReplicaSeat, port: any ReplicaPort, termSeconds: Int, logger: Logger
  ) {
    self.core = core
    self.seat = seat
    self.port = port
    self.logger = logger
    truncated = core.state.position
    member = Member(
      mayLead: seat.mayLead, termLength: Int64(termSeconds) * 1_000,
      silence: seat.isAlone || !seat.mayLead ? nil : Self.silence)
    clocks = (port.wall, port.monotonic)
  }

  /// One turn: the answers of the log, outcomes of rounds with their epochs, and what time itself asks.
  /// - Parameter clockDrift: how far the other replicas say that this machine's clock is ahead, ms.
  package mutating func turn(
    _ answers: [LogAnswer], solved: [(epoch: Int64, commands: [Command])], clockDrift: Int64?
  ) throws {
    for answer in answers { try take(answer) }
    if seat.isAlone, case .halted(let halt) = member.role { throw ReplicaFault.halted(halt) }
    for (epoch, commands) in solved { take(commands, of: epoch) }
    try checkClock()
    try distrust(clock: clockDrift)
    try tell(.tick)
    try compareSeals()
  }

  package var isLeading: Bool { if case .leading = member.role { hasEpoch } else { false } }

  /// Reads are answered. One that is alone takes commands by then.
  package var isServing: Bool {
    if case .halted = member.role {
      false
    } else {
      (isCurrent && (isLeading || !seat.isAlone) || staleSince != nil) && core.difference == nil
    }
  }

  /// What is answered here is as of then, ms since 1970 of the wall; nil: as of now.
  package var staleSince: Int64? {
    if !isCurrent { return agedSince }
    return member.pausedSince.map { port.wall - (port.monotonic - $0) }
  }

  package var standing: Standing {
    switch member.role {
    case .halted(let halt): .halted(halt.description)
    case .leading where hasEpoch: .leading
    case .leading, .catchingUp, .following: isCurrent ? .following(leader) : .starting
    }
  }

  // MARK: The log's answers

  /// - Throws: what ends the replica.
  mutating func take(_ answer: LogAnswer) throws {
    switch answer {
    case .looked(.success(let look)): try follow(look)
    case .looked(.failure(let failure)): try failed(failure, .lookFailed)
    case .campaigned(.success(let won)):
      if let won { term = won }
      try tell(.campaigned(term: won?.revision))
    case .campaigned(.failure(let failure)): try failed(failure, .campaignFailed)
    // An answer about an earlier term says nothing of this one.
    case .held(let revision, _) where revision != member.role.term: return
    case .held(_, .success(let goesOn)): try tell(.held(goesOn))
    case .held(_, .failure(let failure)): try failed(failure, .holdFailed)
    case .judged(let seal, let verdict): try judge(seal, verdict)
    // What was sent in an earlier term: nobody waits for it any more.
    case .appended(let number, _) where number != flight?.number: return
    case .appended(_, .success(.done)):
      try land()
      try tell(.appended)
    case .appended(_, .success): try tell(.deposed)
    case .appended(_, .failure(.rejected(let why))) where !seat.isAlone:
      // It would be refused for ever: another may do better.
      logger.error("the log refuses a batch", metadata: ["why": "\(why)"])
      try tell(.deposed)
    case .appended(_, .failure(let failure)):
      // A file that cannot be written ends the replica: what it had answered is there after it.
      if seat.isAlone { throw failure }
      try failed(failure, .appendFailed)
    }
  }

  private mutating func failed(_ failure: LogFailure, _ input: Member.Input) throws {
    switch failure {
    case .behind(let floor): try tell(.halt(.behind(floor: floor, ledger: core.state.position)))
    case .damaged:
      if seat.isAlone { throw failure }
      logger.error("the log", metadata: ["failure": "\(failure)"])
      try tell(.halt(.damaged))
    case .rejected:
      if seat.isAlone { throw failure }
      fallthrough
    case .unreachable, .full:
      if complaint == nil {
        logger.warning("the log", metadata: ["failure": "\(failure)"])
      }
      complaint = failure.description
      try tell(input)
    }
  }

  /// Applies what was read.
  private mutating func follow(_ look: LogLook) throws {
    leader = look.head.leader
    endFormerTerm()
    var end = look.head.next
    for batch in look.batches where batch.next > core.state.position {
      do {
        try keep(try core.apply(batch))
      } catch ReplicaFault.cannotApply(let position, .unknownVersion) {
        return try tell(.halt(.unknownRules(position: position)))
      }
      end = max(end, batch.next)
    }
    let position = core.state.position
    counts.logEnd = max(counts.logEnd, end)
    if position >= end { isCurrent = true }
    try tell(.looked(end: end, leader: leader?.term, applied: position))
  }

  /// Hands what was applied on to the file, and counts it.
  mutating func keep(_ applied: ReplicaCore.Applied) throws {
    try port.keep(applied.entries, snapshot: applied.snapshot)
    counts.commits += 1
    counts.commands += Int64(applied.entries.count)
    counts.refusals += Int64(applied.entries.count { $0.refusal != nil })
  }

  /// A term that this replica had before it was started again, or won without hearing of it: nobody holds
  /// that, and nobody need wait until it is over.
  private func endFormerTerm() {
    guard !seat.isAlone, member.role.term == nil, let leader, leader.name == seat.name,
      leader.url == seat.url
    else { return }
    port.resign(Term(revision: leader.term, lease: 0))
  }

  /// Looks after seals that came out otherwise here; a leader's own never do, so it asks about them. A
  /// replica that is not sure of itself answers nothing.
  mutating func compareSeals() throws {
    if let difference = core.difference {
      if !port.hasCouncil { return try differs(difference.own) }
      ask(about: difference.own)
    } else if isLeading, let last = core.seals.last, last.position > asked {
      ask(about: last)
    }
  }

  private mutating func ask(about seal: SealView) {
    let now = port.monotonic
    guard port.hasCouncil, !isAsking, now >= askDue else { return }
    isAsking = true
    askDue = now + Self.askEvery
    port.askCouncil(about: seal)
  }

  private mutating func judge(_ seal: SealView, _ verdict: SealVerdict) throws {
    isAsking = false
    switch verdict {
    case .wrong: try differs(seal)
    case .open: return
    case .right:
      asked = max(asked, seal.position)
      guard core.difference?.own == seal else { return }
      logger.error(
        "the leader's seal is not what most replicas have",
        metadata: ["position": "\(seal.position)", "leader": "\(leader?.name ?? "")"])
      core.clearDifference()
    }
  }

  private mutating func differs(_ own: SealView) throws {
    let seal = core.difference.flatMap { $0.own == own ? $0.seal : nil }
    try port.keepEvidence(Self.evidence(own, seal), position: own.position)
    try tell(.halt(.differs(position: own.position)))
  }

  /// What came out here, and what the log says if that is another thing, for whoever has to find out why.
  private static func evidence(_ own: SealView, _ seal: SealTerms?) -> [UInt8] {
    let state = own.state.map { ",\"state\":\"\($0)\"" } ?? ""
    let log =
      seal.map { "\"log\":\(String(decoding: FieldCodec.encode($0), as: UTF8.self))," } ?? ""
    return Array(
      "{\"here\":{\"events\":\"\(own.events)\"\(state)},\(log)\"position\":\(own.position)}\n".utf8)
  }

  // MARK: The member's word

  mutating func tell(_ input: Member.Input) throws {
    let before = member
    defer { remark(since: before) }
    for action in member.step(input, now: port.monotonic) { try perform(action) }
    if member.pausedSince == nil { complaint = nil }
    if !isCurrent, !seat.isAlone, agedSince == nil, member.pausedSince != nil,
      core.state.position > 0
    {
      agedSince = port.wall(of: core.state.time)
    }
  }

  /// Says what an operator wants to find in the log of the process.
  private func remark(since before: Member) {
    if before.pausedSince != nil, member.pausedSince == nil {
      logger.notice("the log answers again")
    }
    if case .halted(let halt) = member.role, member.role != before.role {
      logger.critical("this replica stops", metadata: ["why": "\(halt)"])
    }
  }

  private mutating func perform(_ action: Member.Action) throws {
    switch action {
    case .look(let wait):
      port.look(from: core.state.position, wait: wait)
    case .campaign:
      // Whoever is not sure of its state, or of its clock, does not lead.
      guard core.difference == nil, clockDrift == nil else {
        return try tell(.campaigned(term: nil))
      }
      port.campaign(Candidate(name: seat.name, url: seat.url))
    case .hold:
      guard let term else { return }
      port.keepAlive(term)
    case .resign:
      guard let term else { return }
      port.resign(term)
    case .lead(let term):
      leader = nil
      if !seat.isAlone { logger.notice("this replica leads", metadata: ["term": "\(term)"]) }
      try beginTerm()
    case .follow:
      if !seat.isAlone { logger.notice("this replica no longer leads") }
      term = nil
      leader = nil
      own = []
      hasEpoch = false
      doubt(since: port.wall)
      flight = nil
    case .resend:
      if let flight { append(flight.batch) }
    }
  }

  func append(_ batch: LogBatch) {
    guard let term, let number = flight?.number else { return }
    port.append(batch, term: term, flight: number)
  }

  /// Tells whoever waits for the batch on its way that perhaps it is in the log: the next leader tells
  /// whoever asks with the same id.
  mutating func doubt(since: Int64) {
    for answer in flight?.answers ?? [] {
      answer(.failure(SubmissionError.unknown(since: since)))
    }
    flight?.answers = []
  }

  /// The end: nobody waits any more.
  package mutating func abandon() {
    deliver()
    doubt(since: port.wall)
    flight = nil
  }

  package mutating func deliver() {
    for (answer, result) in settled { answer(result) }
    settled = []
  }
}
