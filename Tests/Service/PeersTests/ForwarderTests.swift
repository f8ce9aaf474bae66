import CommandLog
import Foundation
import Ledger
import Replica
import Synchronization
import Testing

@testable import Peers

@Suite(.timeLimit(.minutes(15))) struct ForwarderTests {
  /// A leader that answers nothing until it is let; and what comes after that, not one at a time.
  private final class Leader: Sendable {
    let inside = Mutex(0)
    let most = Mutex(0)
    let isOpen = Mutex(false)

    func take(_ submission: Submission) async throws -> Receipt {
      let now = inside.withLock { inside in
        inside += 1
        return inside
      }
      most.withLock { $0 = max($0, now) }
      defer { inside.withLock { $0 -= 1 } }
      if isOpen.withLock({ $0 }) {
        for _ in 0..<12_000 where most.withLock({ $0 }) <= 4 {
          try await Task.sleep(for: .milliseconds(5))
        }
      }
      while !isOpen.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
      let number = try #require(Int64(submission.id.suffix(8), radix: 16))
      if number % 10 == 7 { throw SubmissionError.differentContent(position: number) }
      if number % 10 == 8 { throw SubmissionError.moved }
      return Receipt(
        position: number, time: number, kind: .addChip, refusal: nil, legs: [], replayed: false)
    }
  }

  @Test("What comes while enough requests are under way goes together; each gets its own answer")
  func together() async throws {
    let leader = Leader()
    let bench = try await PeerBench { try await leader.take($0) }
    let forwarder = PeerForwarder(try bench.client(), patience: .seconds(300))
    let card = LeaderCard(name: "one", url: bench.url, term: 1)
    let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for number in 0..<104 {
        group.addTask {
          do throws(SubmissionError) {
            let receipt = try await forwarder.forward(PeerBench.submission(number), to: card)
            return (number, "at \(receipt.position)")
          } catch {
            return (number, "\(error)")
          }
        }
      }
      while leader.inside.withLock({ $0 }) + forwarder.waiting(for: bench.url) < 104 {
        try await Task.sleep(for: .milliseconds(5))
      }
      leader.isOpen.withLock { $0 = true }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for number in 0..<104 {
      let expected =
        switch number % 10 {
        case 7: "differentContent(position: \(number))"
        case 8: "moved"
        default: "at \(number)"
        }
      #expect(answers[number] == expected)
    }
    #expect(leader.most.withLock { $0 } > 4, "more than one came with a request")
    #expect(forwarder.waiting(for: bench.url) == 0)
    await bench.end()
  }

  @Test("A leader that is not there took nothing; one that does not answer may have")
  func silence() async throws {
    let leader = Leader()
    let bench = try await PeerBench { try await leader.take($0) }
    let forwarder = PeerForwarder(try bench.client())
    await #expect(throws: SubmissionError.moved) {
      let nobody = LeaderCard(name: "gone", url: "https://127.0.0.1:1", term: 1)
      return try await forwarder.forward(PeerBench.submission(1), to: nobody)
    }
    await #expect {
      let card = LeaderCard(name: "one", url: bench.url, term: 1)
      return try await forwarder.forward(PeerBench.submission(2), to: card)
    } throws: { error in
      guard case .unknown? = error as? SubmissionError else { return false }
      return true
    }
    leader.isOpen.withLock { $0 = true }
    await bench.end()
  }
}
