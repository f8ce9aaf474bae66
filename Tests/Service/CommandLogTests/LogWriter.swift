import CommandLog
import Seeded
import Testing

/// What one leader appends, batch by batch, whatever happens, and what it was told.
actor LogWriter {
  nonisolated let log: any CommandLog
  private(set) var term: Term?
  private(set) var acknowledged: [LogBatch] = []
  private(set) var next: Int64 = 0
  private var source: Source

  init(_ log: any CommandLog, seed: UInt64) {
    self.log = log
    source = Source(seed)
  }

  /// One batch until it is in the log; a new term where the old one ended. Bounded by a time that no
  /// outage of these tests comes near.
  func append() async throws {
    let count = Int(source.number(1...5))
    var batch = LogBatch.sample(at: next, count, word: "\(source.next())", bytes: 200)
    let end = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < end {
      do {
        guard let term = try await lead() else { continue }
        switch try await log.append(batch, term: term) {
        case .done:
          acknowledged.append(batch)
          next = batch.next
          return
        case .deposed:
          self.term = nil
          let head = try await log.head().next
          guard head == next else { throw Surprise("the log ends at \(head), not at \(next)") }
          batch = .sample(at: next, count, word: "\(source.next())", bytes: 200)
        case .taken: throw Surprise("somebody else wrote at \(batch.first)")
        }
      } catch LogFailure.unreachable {
        // The same bytes again.
      }
    }
    throw Surprise("nothing could be appended for two minutes")
  }

  private func lead() async throws -> Term? {
    do {
      if term == nil { term = try await log.campaign(Candidate(name: "writer", url: "u")) }
    } catch LogFailure.rejected(let why) {
      // On a busy machine a lease may be over before its key is written: then another one.
      guard why.contains("lease not found") else { throw LogFailure.rejected(why) }
    }
    if term == nil { try await Task.sleep(for: .milliseconds(50)) }
    return term
  }

  private func keepAlive() async {
    guard let held = term else { return }
    let isHeld = try? await log.keepAlive(held)
    if isHeld == false, term == held { term = nil }
  }

  /// Holds the term, as a leader does beside its appends.
  nonisolated func holding<T>(_ work: () async throws -> T) async throws -> T {
    let holder = Task { [self] in
      while !Task.isCancelled {
        await keepAlive()
        try? await Task.sleep(for: .milliseconds(700))
      }
    }
    defer { holder.cancel() }
    return try await work()
  }

  /// The log is what was acknowledged, exactly.
  func check(_ reader: any CommandLog) async throws {
    let all = try await reader.everything()
    #expect(all.count == acknowledged.count)
    #expect(all == acknowledged)
    #expect(try await reader.head().next == next)
  }
}
