import Replica
import Synchronization

/// Answers to senders, until the queue takes them.
final class Mailbox: Sendable {
  private let letters = Mutex<[(errand: Int, result: Result<Receipt, any Error>)]>([])

  func put(_ errand: Int, _ result: Result<Receipt, any Error>) {
    letters.withLock { $0.append((errand, result)) }
  }

  func take() -> [(errand: Int, result: Result<Receipt, any Error>)] {
    letters.withLock { letters in
      defer { letters = [] }
      return letters
    }
  }
}
