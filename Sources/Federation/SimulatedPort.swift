import CommandLog
import Ledger
import LedgerStore
import Market
import Replica
import Simulation

/// The world of a simulated replica: what it asks waits here until the queue takes it.
final class SimulatedPort: ReplicaPort {
  /// Machine milliseconds since the start, the same for all.
  var now: Int64 = 0
  /// What the machine's clock is off by, and how fast it runs: per mille.
  var wallOffset: Int64 = 0
  var wallRate: Int64 = 1_000
  var wallSince: Int64 = 0
  /// What waits for the queue.
  var questions: [LogQuestion] = []
  var seals: [SealView] = []
  var solves: [(FrozenRound, Int64)] = []
  /// Applied and not in the file: pieces, the oldest first.
  private(set) var unwritten: [(entries: [AppliedEntry], snapshot: Snapshot?)] = []
  private var unwrittenIDs: [String: AppliedEntry] = [:]
  /// Given to the file since it was last asked for.
  var kept: [AppliedEntry] = []
  var snapshots: [Snapshot] = []
  /// The file takes nothing any more.
  var isFull = false
  let disk: SimulatedDisk
  let hasCouncil: Bool
  private var random: SplitMix64
  private let start: Int64
  private let scale: Int64

  struct NoSpace: Error {}

  init(
    disk: SimulatedDisk, random: SplitMix64, hasCouncil: Bool, start: Int64, scale: Int64
  ) {
    self.disk = disk
    self.random = random
    self.hasCouncil = hasCouncil
    self.start = start
    self.scale = scale
  }

  var market: Int64 { start + (wall - start) * scale }
  var wall: Int64 { start + wallOffset + wallSince + (now - wallSince) * wallRate / 1_000 }
  func wall(of time: Int64) -> Int64 { wall - max(0, market - time) / scale }
  var monotonic: Int64 { now }
  var microseconds: Int64 { now * 1_000 }

  /// Sets the clock right.
  func setClock() {
    wallOffset = 0
    wallRate = 1_000
    wallSince = now
  }

  /// Sets how fast the clock runs from now on, without a step.
  func runClock(at rate: Int64) {
    let wall = wall
    wallSince = now
    wallRate = rate
    wallOffset = wall - start - now
  }

  func freshID() -> String { CommandName.draw(&random) }

  func look(from position: Int64, wait: Bool) {
    questions.append(.look(from: position, wait: wait))
  }
  func campaign(_ candidate: Candidate) { questions.append(.campaign(candidate)) }
  func keepAlive(_ term: Term) { questions.append(.keepAlive(term)) }
  func resign(_ term: Term) { questions.append(.resign(term)) }
  func append(_ batch: LogBatch, term: Term, flight: Int) {
    questions.append(.append(batch, term, flight: flight))
  }
  func truncate(before position: Int64, term: Term) { questions.append(.truncate(position, term)) }

  var written: Int64 { disk.next }
  var hasRoom: Bool { unwritten.count < 64 }

  func entries(ids: [String]) throws -> [String: AppliedEntry] {
    let found = try disk.entries(ids: ids)
    return ids.reduce(into: found) { found, id in found[id] = found[id] ?? unwrittenIDs[id] }
  }

  func keep(_ entries: [AppliedEntry], snapshot: Snapshot?) throws {
    if isFull { throw NoSpace() }
    guard !entries.isEmpty else { return }
    unwritten.append((entries, snapshot))
    for entry in entries { unwrittenIDs[entry.entry.id] = entry }
    kept += entries
    if let snapshot { snapshots.append(snapshot) }
  }

  /// The oldest piece is in the file now.
  func write() {
    guard !unwritten.isEmpty else { return }
    let piece = unwritten.removeFirst()
    disk.write(piece.entries, snapshot: piece.snapshot)
    for entry in piece.entries { unwrittenIDs[entry.entry.id] = nil }
  }

  func keepEvidence(_ bytes: [UInt8], position: Int64) throws {}
  func askCouncil(about seal: SealView) { seals.append(seal) }
  func solve(_ frozen: FrozenRound, in epoch: Int64) { solves.append((frozen, epoch)) }
}

/// Ids of commands from a generator.
enum CommandName {
  static func draw(_ random: inout SplitMix64) -> String {
    [random.next(), random.next()].map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
  }
}
