package import CommandLog
import Ledger
import LedgerStore
import Synchronization

/// Where a follower gets entries from.
package protocol EntrySource: Sendable {
  /// Canonical entries from a position on, without a gap, some MiB at most; empty when there are none
  /// yet.
  /// - Parameter wait: seconds to wait for the first, at most.
  func entries(from position: Int64, wait: Int) async throws(LogFailure) -> [[UInt8]]
  /// The position after the last entry there.
  func end() async throws(LogFailure) -> Int64
  /// Where it is, for people.
  var place: String { get }
}

/// What a follower knows beforehand of the ledger that it follows: an operator's word alone does not
/// make another ledger this one.
package struct LedgerPin: Sendable, Equatable {
  /// The name of the log.
  package var origin: String
  /// SHA-256 of entry 0, lower-case hexadecimal.
  package var genesis: String

  package init(origin: String, genesis: String) {
    self.origin = origin
    self.genesis = genesis
  }

  /// Why this is not entry 0 of the ledger; nil when it is.
  package func fault(_ bytes: [UInt8]) -> String? {
    guard SHA256Hasher.hex(bytes) == genesis else {
      return "entry 0 has the digest \(SHA256Hasher.hex(bytes)), not \(genesis): another ledger"
    }
    guard let entry = try? Entry.decode(bytes), case .genesis(let terms) = entry.command else {
      return "entry 0 is no genesis"
    }
    return terms.origin == origin ? nil : "the log is \(terms.origin), not \(origin)"
  }
}

/// The log as a follower has it: it reads, and has no say. Every entry 0 is compared with the pin.
package final class FollowedLog: CommandLog {
  private let source: any EntrySource
  private let pin: LedgerPin
  /// What a wait brought: it is asked for next.
  private let fetched = Mutex<(position: Int64, entries: [[UInt8]])?>(nil)
  /// The position after the last entry that the source gave, or that is here already.
  private let furthest = Mutex<Int64>(0)
  package let termSeconds = 10

  package init(source: any EntrySource, pin: LedgerPin) {
    self.source = source
    self.pin = pin
  }

  package func batches(from position: Int64) async throws(LogFailure) -> [LogBatch] {
    let waiting = fetched.withLock { fetched in
      defer { fetched = nil }
      return fetched?.position == position ? fetched?.entries : nil
    }
    let entries: [[UInt8]]
    if let waiting {
      entries = waiting
    } else {
      entries = try await source.entries(from: position, wait: 0)
    }
    if position == 0, let first = entries.first, let fault = pin.fault(first) {
      throw .damaged("\(source.place): \(fault)")
    }
    furthest.withLock { $0 = max($0, position + Int64(entries.count)) }
    return try LogBatch.cut(entries, from: position)
  }

  package func head() async throws(LogFailure) -> LogHead {
    let end = try await source.end()
    let known = furthest.withLock { $0 }
    // Behind one address there may be replicas of which one is behind another.
    guard end >= known else {
      throw .unreachable(
        "\(source.place) ends at \(end), this ledger at \(known): it is behind, and waited for")
    }
    return LogHead(next: end, floor: 0, leader: nil)
  }

  /// What the ledger here has came from the source, if perhaps before this start.
  package func look(from position: Int64) async throws(LogFailure) -> LogLook {
    furthest.withLock { $0 = max($0, position) }
    let head = try await head()
    guard head.next > position else { return LogLook(head: head, batches: []) }
    return LogLook(head: head, batches: try await batches(from: position))
  }

  package func wait(after position: Int64) async {
    do throws(LogFailure) {
      let entries = try await source.entries(from: position, wait: 1)
      fetched.withLock { $0 = entries.isEmpty ? nil : (position, entries) }
    } catch {
      // A source that fails at once must not be asked again at once.
      try? await Task.sleep(for: .seconds(1))
    }
  }

  package func condition() async -> LogCondition {
    var member = LogMember(endpoint: source.place, hasLeader: true)
    do throws(LogFailure) {
      _ = try await source.end()
    } catch {
      member.problem = error.description
      member.hasLeader = false
    }
    return LogCondition(engine: "followed", members: [member])
  }

  // MARK: What a follower does not do

  package func campaign(_ candidate: Candidate) async throws(LogFailure) -> Term? { nil }
  package func keepAlive(_ term: Term) async throws(LogFailure) -> Bool { false }
  package func resign(_ term: Term) async {}

  package func append(_ batch: LogBatch, term: Term) async throws(LogFailure) -> AppendOutcome {
    throw Self.refusal
  }

  package func begin(at position: Int64, term: Term) async throws(LogFailure) -> Bool {
    throw Self.refusal
  }

  package func truncate(before position: Int64, term: Term) async throws(LogFailure) -> Bool {
    throw Self.refusal
  }

  private static let refusal = LogFailure.rejected("a follower writes nothing into the log")
}

extension LogBatch {
  /// Entries as batches within the bounds.
  static func cut(_ entries: [[UInt8]], from position: Int64) throws(LogFailure) -> [LogBatch] {
    var batches: [LogBatch] = []
    var batch = LogBatch(first: position, entries: [])
    var size = 0
    for entry in entries {
      guard !entry.isEmpty, entry.count <= Entry.maximumBytes else {
        throw .damaged("entry \(batch.next) has \(entry.count) bytes")
      }
      if batch.entries.count == mostEntries || size + entry.count + 1 > mostBytes {
        batches.append(batch)
        batch = LogBatch(first: batch.next, entries: [])
        size = 0
      }
      batch.entries.append(entry)
      size += entry.count + 1
    }
    if !batch.entries.isEmpty { batches.append(batch) }
    return batches
  }
}
