import Synchronization

/// Wakes those who wait for the log to grow. It says nothing else: a ring may be about nothing new.
package final class LogBell: Sendable {
  fileprivate struct Sleeper {
    var continuation: CheckedContinuation<Void, Never>
    var alarm: Task<Void, Never>
  }

  private struct State {
    var lastID: UInt64 = 0
    var rings: UInt64 = 0
    var asleep: [UInt64: Sleeper] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  /// How often it rang.
  package var rings: UInt64 { state.withLock { $0.rings } }

  /// Wakes everybody who sleeps now.
  package func ring() {
    let asleep = state.withLock { state in
      state.rings &+= 1
      defer { state.asleep = [:] }
      return state.asleep
    }
    for sleeper in asleep.values { sleeper.wake() }
  }

  /// Sleeps until a ring, or so long, or until the task is cancelled. With a reason to stay awake that
  /// holds before this begins to listen, it does not sleep.
  package func sleep(
    atMost time: Duration, unless isAwake: @Sendable () -> Bool = { false }
  ) async {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let alarm = Task {
          try? await Task.sleep(for: time)
          self.wake(id)
        }
        let sleeper = Sleeper(continuation: continuation, alarm: alarm)
        state.withLock { $0.asleep[id] = sleeper }
        // What came before this could be heard.
        if Task.isCancelled || isAwake() { wake(id) }
      }
    } onCancel: {
      wake(id)
    }
  }

  private func wake(_ id: UInt64) {
    state.withLock { $0.asleep.removeValue(forKey: id) }?.wake()
  }
}

extension LogBell.Sleeper {
  fileprivate func wake() {
    alarm.cancel()
    continuation.resume()
  }
}
