import Foundation

/// Threads that may block: a job that finds none idle gets a new one.
package final class ThreadCrew: TaskExecutor, @unchecked Sendable {
  package static let shared = ThreadCrew()

  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []
  private var idle = 0

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.withLock {
      jobs.append(job)
      if idle >= jobs.count {
        condition.signal()
      } else {
        let thread = Thread { self.work() }
        thread.stackSize = 8 << 20
        thread.start()
      }
    }
  }

  private func work() {
    while true { next().runSynchronously(on: asUnownedTaskExecutor()) }
  }

  private func next() -> UnownedJob {
    condition.withLock {
      while jobs.isEmpty {
        idle += 1
        condition.wait()
        idle -= 1
      }
      return jobs.removeFirst()
    }
  }
}
