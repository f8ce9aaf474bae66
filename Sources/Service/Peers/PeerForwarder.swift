package import CommandLog
import Ledger
package import Replica
import Synchronization
import Units

/// Hands commands to the replica that leads, as a replica does that was asked and does not. What comes
/// while enough requests are under way goes together in the next one.
package final class PeerForwarder: Sendable {
  /// Requests under way to one leader, at most.
  private static let most = 4

  private struct Waiting: Sendable {
    /// The command as it travels.
    var line: [UInt8]
    var answer: @Sendable (Result<Receipt, PeerError>) -> Void
  }

  private struct Line {
    var waiting: [Waiting] = []
    var underWay = 0
  }

  private let client: PeerClient
  private let patience: Duration
  /// By URL of a leader; only those to whom something is under way.
  private let lines = Mutex<[String: Line]>([:])

  /// - Parameter patience: no longer than a sender waits where it leads; under the same id a command may be
  ///   asked for again.
  package init(_ client: PeerClient, patience: Duration = .seconds(2)) {
    self.client = client
    self.patience = patience
  }

  /// How many commands wait for a request to that leader.
  func waiting(for url: String) -> Int { lines.withLock { $0[url]?.waiting.count ?? 0 } }

  /// - Throws: `moved` when the leader did not take it, `unknown` when it may have.
  package func forward(
    _ submission: Submission, to leader: LeaderCard
  ) async throws(SubmissionError) -> Receipt {
    let line = FieldCodec.encode(PeerSubmission(submission))
    guard line.count <= Entry.maximumBytes else {
      throw .unfit("it has more than \(Entry.maximumBytes) bytes")
    }
    let answer = await withCheckedContinuation { continuation in
      enqueue(Waiting(line: line) { continuation.resume(returning: $0) }, to: leader.url)
    }
    do {
      return try answer.get()
    } catch {
      switch error {
      case .notLeader, .stopping, .unreachable: throw .moved
      case .overloaded: throw .overloaded
      case .unfit(let why): throw .unfit(why)
      case .differentContent(let position): throw .differentContent(position: position)
      case .outcomeUnknown, .badAnswer: throw .unknown(since: MarketClock.wall())
      }
    }
  }

  private func enqueue(_ command: Waiting, to url: String) {
    let (isTaken, goes) = lines.withLock { lines in
      var line = lines[url] ?? Line()
      guard line.waiting.count < Replica.queueLimit else { return (false, false) }
      line.waiting.append(command)
      let goes = line.underWay < Self.most
      if goes { line.underWay += 1 }
      lines[url] = line
      return (true, goes)
    }
    if !isTaken { command.answer(.failure(.overloaded)) }
    if goes { Task { await send(to: url) } }
  }

  /// Sends what waits until nothing does.
  private func send(to url: String) async {
    while let batch = next(url) {
      do throws(PeerError) {
        let answers = try await client.submit(
          lines: batch.map(\.line), to: url, timeout: patience)
        for (waiting, answer) in zip(batch, answers) { waiting.answer(answer) }
      } catch {
        for waiting in batch { waiting.answer(.failure(error)) }
      }
    }
  }

  private func next(_ url: String) -> [Waiting]? {
    lines.withLock { lines in
      guard var line = lines[url] else { return nil }
      var (count, bytes) = (0, 0)
      for waiting in line.waiting.prefix(PeerBatch.most) where bytes < PeerBatch.enough {
        (count, bytes) = (count + 1, bytes + waiting.line.count)
      }
      let batch = Array(line.waiting.prefix(count))
      line.waiting.removeFirst(count)
      if batch.isEmpty { line.underWay -= 1 }
      lines[url] = line.underWay == 0 ? nil : line
      return batch.isEmpty ? nil : batch
    }
  }
}
