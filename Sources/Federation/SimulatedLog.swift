import CommandLog
import Replica

/// What a replica asks of the log.
enum LogQuestion {
  case look(from: Int64, wait: Bool)
  case campaign(Candidate)
  case keepAlive(Term)
  case resign(Term)
  case append(LogBatch, Term, flight: Int)
  case truncate(Int64, Term)

  var word: String {
    switch self {
    case .look(let from, let wait): wait ? "wait \(from)" : "look \(from)"
    case .campaign: "campaign"
    case .keepAlive(let term): "hold \(term.revision)"
    case .resign(let term): "resign \(term.revision)"
    case .append(let batch, let term, _):
      "append \(batch.first)..\(batch.next - 1) term \(term.revision)"
    case .truncate(let position, _): "truncate \(position)"
    }
  }

  /// The answer of a log that cannot be reached; nil where nobody waits for one.
  func failed(_ failure: LogFailure) -> LogAnswer? {
    switch self {
    case .look: .looked(.failure(failure))
    case .campaign: .campaigned(.failure(failure))
    case .keepAlive(let term): .held(term.revision, .failure(failure))
    case .append(_, _, let flight): .appended(flight, .failure(failure))
    case .resign, .truncate: nil
    }
  }
}

/// The command log as a value, with the contract of the real one: a term is a lease of two seconds, an
/// append is compared with term and end, the same bytes lie there once.
struct SimulatedLog {
  static let termLength: Int64 = 2_000

  private(set) var batches: [LogBatch] = []
  private(set) var next: Int64 = 0
  private(set) var floor: Int64 = 0
  private(set) var leader: LeaderCard?
  private var terms: Int64 = 0
  private var heldUntil: Int64 = 0
  /// Takes nothing, and answers so.
  var isFull = false
  /// Planted: says of an append that it was done, and forgets it.
  var forgetsOnce = false
  /// Planted: does not look at the term of an append.
  var hasNoFence = false

  init(_ entries: [[UInt8]]) {
    for part in stride(from: 0, to: entries.count, by: 128) {
      let end = min(part + 128, entries.count)
      batches.append(LogBatch(first: Int64(part), entries: Array(entries[part..<end])))
    }
    next = Int64(entries.count)
  }

  /// A term that nobody held is over.
  mutating func pass(_ now: Int64) {
    if leader != nil, now >= heldUntil { leader = nil }
  }

  mutating func answer(_ question: LogQuestion, now: Int64) -> LogAnswer? {
    pass(now)
    switch question {
    case .look(let from, _): return .looked(look(from))
    case .campaign(let candidate):
      guard leader == nil else { return .campaigned(.success(nil)) }
      if isFull { return .campaigned(.failure(.full("no space"))) }
      terms += 1
      leader = LeaderCard(name: candidate.name, url: candidate.url, term: terms)
      heldUntil = now + Self.termLength
      return .campaigned(.success(Term(revision: terms, lease: 0)))
    case .keepAlive(let term):
      guard leader?.term == term.revision else { return .held(term.revision, .success(false)) }
      heldUntil = now + Self.termLength
      return .held(term.revision, .success(true))
    case .resign(let term):
      if leader?.term == term.revision { leader = nil }
      return nil
    case .append(let batch, let term, let flight):
      return .appended(flight, append(batch, term))
    case .truncate(let position, let term):
      guard leader?.term == term.revision else { return nil }
      floor = batches.last { $0.next <= position }?.next ?? floor
      batches.removeAll { $0.next <= position }
      return nil
    }
  }

  private func look(_ from: Int64) -> Result<LogLook, LogFailure> {
    guard from >= floor else { return .failure(.behind(floor: floor)) }
    let found = batches.drop { $0.next <= from }.prefix(4)
    return .success(
      LogLook(head: LogHead(next: next, floor: floor, leader: leader), batches: Array(found)))
  }

  private mutating func append(
    _ batch: LogBatch, _ term: Term
  ) -> Result<AppendOutcome, LogFailure> {
    if batches.contains(batch) { return .success(.done) }
    if isFull { return .failure(.full("no space")) }
    guard leader?.term == term.revision || hasNoFence else { return .success(.deposed) }
    guard batch.first == next else { return .success(.taken) }
    if forgetsOnce {
      forgetsOnce = false
      return .success(.done)
    }
    batches.append(batch)
    next = batch.next
    return .success(.done)
  }
}
