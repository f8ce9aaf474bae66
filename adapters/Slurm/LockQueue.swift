import Dispatch
import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Those of this process who wait for the lock of one file, in their order. A thread waits for them in
/// the system's own queue: whoever only looks from time to time whether a lock is free never gets it
/// beside programs that queue for it.
final class LockQueue: Sendable {
  private static let all = Mutex<[String: LockQueue]>([:])

  private struct Waiter {
    let id: Int64
    let file: Int32
    /// Nil once it has given up.
    var answer: CheckedContinuation<Bool, Never>?
  }

  private struct State {
    var waiters: [Waiter] = []
    var asked: Int64 = 0
    var hasThread = false
  }

  private let state = Mutex(State())

  /// The queue of a file; kept for as long as the process runs.
  static func of(_ path: String) -> LockQueue {
    all.withLock { all in
      let queue = all[path] ?? LockQueue()
      all[path] = queue
      return queue
    }
  }

  /// Locks an open file.
  /// - Returns: false when it could not be had within so long; the file is closed then.
  func lock(_ file: Int32, waiting seconds: Int64) async -> Bool {
    if state.withLock({ $0.waiters.isEmpty }), flock(file, LOCK_EX | LOCK_NB) == 0 { return true }
    return await withCheckedContinuation { answer in
      let (id, needsThread) = state.withLock { state in
        state.asked += 1
        state.waiters.append(Waiter(id: state.asked, file: file, answer: answer))
        defer { state.hasThread = true }
        return (state.asked, !state.hasThread)
      }
      if needsThread { Thread.detachNewThread { [self] in serve() } }
      DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(seconds))) { [self] in
        giveUp(id)
      }
    }
  }

  private func giveUp(_ id: Int64) {
    let (answer, file) = state.withLock { state in
      guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
        return (CheckedContinuation<Bool, Never>?.none, Int32?.none)
      }
      let answer = state.waiters[index].answer
      // The thread stands in the queue with the first file, and closes it itself.
      if index == 0 {
        state.waiters[0].answer = nil
        return (answer, nil)
      }
      return (answer, state.waiters.remove(at: index).file)
    }
    if let file { close(file) }
    answer?.resume(returning: false)
  }

  /// Until nobody waits.
  private func serve() {
    while let file = first() {
      var status = flock(file, LOCK_EX)
      while status != 0, errno == EINTR { status = flock(file, LOCK_EX) }
      let answer = state.withLock { $0.waiters.removeFirst().answer }
      if status != 0 || answer == nil { close(file) }
      answer?.resume(returning: status == 0)
    }
  }

  private func first() -> Int32? {
    state.withLock { state in
      state.hasThread = !state.waiters.isEmpty
      return state.waiters.first?.file
    }
  }
}
