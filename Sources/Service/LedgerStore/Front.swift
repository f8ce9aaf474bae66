import Foundation

/// How far a file has come, and how far it will: readers wait at it.
final class Front: @unchecked Sendable {
  // Read and changed under the condition's lock alone.
  private let condition = NSCondition()
  private var reached: Int64 = 0
  private var expected: Int64 = 0
  private var failure: (any Error)?
  private var hurry: (@Sendable () -> Void)?

  /// Called whenever somebody begins to wait.
  func onWait(_ body: @escaping @Sendable () -> Void) {
    condition.withLock { hurry = body }
  }

  func expect(_ position: Int64) {
    condition.withLock { expected = max(expected, position) }
  }

  func reach(_ position: Int64) {
    condition.withLock {
      reached = max(reached, position)
      condition.broadcast()
    }
  }

  func fail(_ error: any Error) {
    condition.withLock {
      failure = error
      condition.broadcast()
    }
  }

  /// Returns once everything is there that is expected now.
  func wait() throws {
    try condition.withLock {
      let goal = expected
      if reached < goal { hurry?() }
      while reached < goal {
        if let failure { throw failure }
        condition.wait()
      }
    }
  }
}
