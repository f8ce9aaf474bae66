import CommandLog
import Ledger
import Replica

extension ReplicasTests.House {
  /// Hands a command to a replica until there is an answer, under the same id, as a client does: after eight
  /// seconds without one a replica says that it does not know, and then the command may have been taken.
  func submit(_ submission: Submission, to index: Int) async throws -> Receipt {
    let end = ContinuousClock.now + .seconds(300)
    while true {
      do {
        return try await self[index].replica.submit(submission)
      } catch let error as SubmissionError {
        switch error {
        case .unknown, .paused, .moved, .overloaded: break
        case .stopping, .halted, .differentContent, .unfit: throw error
        }
        guard ContinuousClock.now < end else { throw error }
      }
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
