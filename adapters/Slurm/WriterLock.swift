package import AdapterKit
import Foundation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The one lock of a cluster's writers: slurmdbd loses accounts when two write at once. It is an
/// ordinary `flock` on a file, so that scripts of the centre share it by flock(1) or
/// `sampan-agent with-lock`. The system lets go of it when its holder dies.
package struct WriterLock: Sendable {
  /// The file; it is made when it is missing and never removed.
  package let path: String

  package init(path: String) { self.path = path }

  /// Runs the body while nobody else holds the lock; waits at most so long for it.
  package func hold<Value: Sendable>(
    waiting seconds: Int64, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws(AdapterError) -> Value
  ) async throws(AdapterError) -> Value {
    let file = try await take(waiting: seconds, inherited: false)
    defer { close(file) }
    return try await body()
  }

  /// Takes the lock for this process and whatever program it turns into by exec.
  package func keep(waiting seconds: Int64) async throws(AdapterError) {
    _ = try await take(waiting: seconds, inherited: true)
  }

  /// An open file that has the lock; closing it lets go.
  private func take(
    waiting seconds: Int64, inherited: Bool
  ) async throws(AdapterError) -> Int32 {
    let flags = O_RDONLY | (inherited ? 0 : O_CLOEXEC)
    var file = open(path, flags)
    // Only when it is missing: to create is not allowed on another's file in /run/lock.
    if file < 0, errno == ENOENT { file = open(path, flags | O_CREAT, 0o644) }
    guard file >= 0 else {
      throw .again(
        "lockFile \(path): \(String(cString: strerror(errno))); make it once:"
          + " `install -m 644 /dev/null \(path)`")
    }
    guard await LockQueue.of(path).lock(file, waiting: seconds) else {
      throw .again(
        "lockFile \(path): somebody else has held it for \(seconds) s; `fuser -v \(path)` tells"
          + " who")
    }
    return file
  }
}
