import CommandLog
import Ledger
import LedgerStore
import Logging
import Market
import Replica
import Replication
import Simulation

/// A replica: the real loop on a simulated machine, and what is on its way to it. A class: its state is
/// large, and looking at a replica should not copy it.
final class SimulatedReplica {
  let index: Int
  let seat: ReplicaSeat
  var disk: SimulatedDisk
  var port: SimulatedPort
  /// Nil while the process does not run.
  var loop: ReplicaLoop?
  /// Counts starts: what was meant for an earlier life is lost.
  var life = 0
  var answers: [LogAnswer] = []
  var solved: [(epoch: Int64, commands: [Command])] = []
  var inbox: [ReplicaLoop.Waiting] = []
  /// Nothing of it runs until then.
  var pausedUntil: Int64 = 0
  /// No message passes between it and the log, or anybody, until then.
  var partedUntil: Int64 = 0
  var isWriting = false
  /// The newest rules that its release knows.
  var release = LedgerState.newestVersion
  /// Set while it should not be up.
  var startsAt: Int64?

  init(index: Int, town: Town, plan: FederationPlan, isFollower: Bool) {
    self.index = index
    seat = ReplicaSeat(
      principal: "leader", name: "r\(index)", url: "https://r\(index).example",
      mayLead: !isFollower, log: Nowhere())
    disk = town.disk.copy(path: "r\(index)")
    port = Self.port(disk, index, 0, plan, now: 0)
  }

  static func port(
    _ disk: SimulatedDisk, _ index: Int, _ life: Int, _ plan: FederationPlan, now: Int64,
    forgets: Bool = false
  ) -> SimulatedPort {
    let stream = UInt64(index) * 1_000 + UInt64(forgets ? 0 : life)
    let port = SimulatedPort(
      disk: disk, random: SplitMix64(seed: plan.seed, stream: 3, index: stream),
      hasCouncil: true, start: Town.start, scale: Federation.scale)
    port.now = now
    return port
  }

  /// The process begins: the state comes from the file.
  func start(_ plan: FederationPlan, now: Int64, forgetsIDs: Bool) throws {
    life += 1
    startsAt = nil
    answers = []
    solved = []
    inbox = []
    isWriting = false
    port = Self.port(disk, index, life, plan, now: now, forgets: forgetsIDs)
    let core = try ReplicaCore(
      store: disk, logger: Town.silent, principal: "leader", release: release)
    loop = ReplicaLoop(
      core: core, seat: seat, port: port, termSeconds: Int(SimulatedLog.termLength / 1_000),
      logger: Town.silent)
  }

  var isUp: Bool { loop != nil }
}

/// Says that there are others; the replica's way to the log is its port.
private struct Nowhere: CommandLog {
  var termSeconds: Int { 2 }
  func campaign(_ candidate: Candidate) async throws(LogFailure) -> Term? { nil }
  func keepAlive(_ term: Term) async throws(LogFailure) -> Bool { false }
  func resign(_ term: Term) async {}
  func append(_ batch: LogBatch, term: Term) async throws(LogFailure) -> AppendOutcome { .deposed }
  func begin(at position: Int64, term: Term) async throws(LogFailure) -> Bool { false }
  func batches(from position: Int64) async throws(LogFailure) -> [LogBatch] { [] }
  func head() async throws(LogFailure) -> LogHead { LogHead(next: 0, floor: 0, leader: nil) }
  func wait(after position: Int64) async {}
  func truncate(before position: Int64, term: Term) async throws(LogFailure) -> Bool { false }
  func condition() async -> LogCondition { LogCondition(engine: "none", members: []) }
}
