import Replica
import Synchronization

/// Wakes who waits for the ledger to move on. One task follows the replica for all of them.
final class PositionFeed: Sendable {
  private struct Waiter {
    var after: Int64
    var deadline: ContinuousClock.Instant
    var continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var next: Int64 = 0
    var isStopped = false
    var waiters: [Waiter] = []
  }

  private let state = Mutex(State())

  /// The broker is stopping: streams and long polls end.
  var isStopped: Bool { state.withLock { $0.isStopped } }

  /// Until the position after this one is the next, the time is over, or the broker stops.
  func wait(after position: Int64, atMost time: Duration) async {
    let deadline = ContinuousClock.now + time
    await withCheckedContinuation { continuation in
      let isDue = state.withLock { state in
        if state.isStopped || state.next > position { return true }
        state.waiters.append(
          Waiter(after: position, deadline: deadline, continuation: continuation))
        return false
      }
      if isDue { continuation.resume() }
    }
  }

  /// Follows the replica until `stop`.
  func follow(_ replica: Replica) async {
    var last: Int64 = 0
    while !isStopped, !Task.isCancelled {
      let next = await replica.change(after: last, timeout: .seconds(2))
      if next <= last {
        // Time is over, or the replica has stopped and answers at once.
        try? await Task.sleep(for: .milliseconds(20))
        continue
      }
      last = next
      release { state in
        state.next = next
        return { $0.after < next }
      }
    }
  }

  /// Lets go of those whose time is over.
  func keepTime() async {
    while !isStopped, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(100))
      let now = ContinuousClock.now
      release { _ in { $0.deadline <= now } }
    }
  }

  func stop() {
    release { state in
      state.isStopped = true
      return { _ in true }
    }
  }

  private func release(_ change: (inout State) -> (Waiter) -> Bool) {
    let due = state.withLock { state in
      let isDue = change(&state)
      let due = state.waiters.filter(isDue)
      state.waiters.removeAll(where: isDue)
      return due
    }
    for waiter in due { waiter.continuation.resume() }
  }
}
