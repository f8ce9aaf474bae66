import CommandLog
import Foundation
import Synchronization

/// A log in memory that several replicas of one process share, each by a line of its own that can be
/// cut, or lose answers. Its rules are those of `CommandLog`; the real engines are held to them by a
/// suite of their own.
final class SharedLog: Sendable {
  struct State {
    var batches: [LogBatch] = []
    var next: Int64 = 0
    var floor: Int64 = 0
    var terms: Int64 = 0
    var leader: LeaderCard?
  }

  let state = Mutex(State())

  func line() -> Line { Line(log: self) }

  /// Puts what a ledger has already into the log.
  func fill(_ entries: [[UInt8]]) {
    state.withLock { state in
      for part in stride(from: 0, to: entries.count, by: LogBatch.mostEntries) {
        let end = min(part + LogBatch.mostEntries, entries.count)
        state.batches.append(LogBatch(first: Int64(part), entries: Array(entries[part..<end])))
      }
      state.next = Int64(entries.count)
    }
  }

  /// Ends the present term, as the engine does when nobody holds it.
  func expire() { state.withLock { $0.leader = nil } }

  final class Line: CommandLog {
    private let log: SharedLog
    private let cut = Mutex(false)
    /// Answers to appends that get lost; the append happens.
    let lost = Mutex(0)
    /// Bids come out with another limit than they have in the log.
    let forges = Mutex(false)

    /// The line is cut as a batch with a command of this kind comes: once it is in the log, or before.
    private let trapped = Mutex<(kind: String, lands: Bool)?>(nil)

    init(log: SharedLog) { self.log = log }

    func trap(_ kind: String?, lands: Bool) { trapped.withLock { $0 = kind.map { ($0, lands) } } }

    private func snaps(at batch: LogBatch) -> Bool? {
      trapped.withLock { trap in
        guard let set = trap else { return nil }
        let kind = "\"\(set.kind)\""
        let isMeant = batch.entries.contains { String(decoding: $0, as: UTF8.self).contains(kind) }
        guard isMeant else { return nil }
        trap = nil
        return set.lands
      }
    }

    var isCut: Bool {
      get { cut.withLock { $0 } }
      set { cut.withLock { $0 = newValue } }
    }

    var termSeconds: Int { 1 }

    private func ask<T>(
      _ body: (inout State) throws(LogFailure) -> T
    ) throws(LogFailure) -> T {
      if isCut { throw .unreachable("the line is cut") }
      return try log.state.withLock { state throws(LogFailure) in try body(&state) }
    }

    func campaign(_ candidate: Candidate) async throws(LogFailure) -> Term? {
      try ask { state throws(LogFailure) in
        guard state.leader == nil else { return nil }
        state.terms += 1
        state.leader = LeaderCard(name: candidate.name, url: candidate.url, term: state.terms)
        return Term(revision: state.terms, lease: 0)
      }
    }

    func keepAlive(_ term: Term) async throws(LogFailure) -> Bool {
      try ask { state throws(LogFailure) in state.leader?.term == term.revision }
    }

    func resign(_ term: Term) async {
      _ = try? ask { state throws(LogFailure) in
        if state.leader?.term == term.revision { state.leader = nil }
      }
    }

    func append(_ batch: LogBatch, term: Term) async throws(LogFailure) -> AppendOutcome {
      let lands = snaps(at: batch)
      defer { if lands != nil { isCut = true } }
      if lands == false { throw .unreachable("the line is cut") }
      let outcome = try ask { state throws(LogFailure) -> AppendOutcome in
        if state.batches.contains(batch) { return .done }
        guard state.leader?.term == term.revision else { return .deposed }
        guard batch.first == state.next else { return .taken }
        state.batches.append(batch)
        state.next = batch.next
        return .done
      }
      let isLost = lost.withLock { left in
        defer { left = max(0, left - 1) }
        return left > 0
      }
      if isLost || lands == true { throw .unreachable("the answer got lost") }
      return outcome
    }

    func begin(at position: Int64, term: Term) async throws(LogFailure) -> Bool { true }

    func batches(from position: Int64) async throws(LogFailure) -> [LogBatch] {
      let batches = try ask { state throws(LogFailure) in
        guard position >= state.floor else { throw .behind(floor: state.floor) }
        return Array(state.batches.filter { $0.next > position }.prefix(4))
      }
      guard forges.withLock({ $0 }) else { return batches }
      return batches.map { batch in
        LogBatch(
          first: batch.first,
          entries: batch.entries.map { entry in
            let text = String(decoding: entry, as: UTF8.self)
            return Array(
              text.replacingOccurrences(of: "\"limit\":100,", with: "\"limit\":101,").utf8)
          })
      }
    }

    func head() async throws(LogFailure) -> LogHead {
      try ask { state throws(LogFailure) in
        LogHead(next: state.next, floor: state.floor, leader: state.leader)
      }
    }

    func wait(after position: Int64) async { try? await Task.sleep(for: .milliseconds(5)) }

    func truncate(before position: Int64, term: Term) async throws(LogFailure) -> Bool {
      try ask { state throws(LogFailure) in
        guard state.leader?.term == term.revision else { return false }
        state.floor = state.batches.last { $0.next <= position }?.next ?? state.floor
        state.batches.removeAll { $0.next <= position }
        return true
      }
    }

    func condition() async -> LogCondition { LogCondition(engine: "memory", members: []) }
  }
}
