import CommandLog
import Ledger
import Replica

extension ReplicasTests.House {
  /// Hands a command to a replica until there is an answer, under the same id, as a client does: after eight
  /// seconds without one a replica says that it does not know, and then the command may have been taken.
  /// - Returns: the receipt, and whether the first try was answered.
  func submit(
    _ submission: Submission, to index: Int
  ) async throws -> (receipt: Receipt, atOnce: Bool) {
    let end = ContinuousClock.now + .seconds(300)
    var atOnce = true
    while true {
      do {
        return (try await self[index].replica.submit(submission), atOnce)
      } catch let error as SubmissionError {
        switch error {
        case .unknown, .paused, .moved, .overloaded: break
        case .stopping, .halted, .differentContent, .unfit: throw error
        }
        guard ContinuousClock.now < end else { throw error }
      }
      atOnce = false
      try await Task.sleep(for: .milliseconds(50))
    }
  }
}
