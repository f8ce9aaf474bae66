import Foundation

/// A folder on the disk that is measured, in the present one; removed at the end. Temporary folders
/// of the system are in memory on some machines and would measure nothing.
struct Scratch {
  private let path = FileManager.default.currentDirectoryPath + "/.bench-\(getpid())"

  init() throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  func file(_ name: String) -> String { "\(path)/\(name)" }

  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Removes a database and what SQLite keeps beside it.
  func discard(_ file: String) {
    for suffix in ["", "-wal", "-shm", "-log", "-log-wal", "-log-shm"] {
      try? FileManager.default.removeItem(atPath: file + suffix)
    }
  }

  /// Times of a write of 4 KiB that is durable when it returns, milliseconds, ascending.
  func writeTimes(count: Int) throws -> [Double] {
    let name = file("writes")
    let descriptor = open(name, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Fault("\(name) cannot be made") }
    defer {
      close(descriptor)
      discard(name)
    }
    let block = [UInt8](repeating: 0x5A, count: 4_096)
    return try (0..<count).map { index in
      try seconds {
        guard pwrite(descriptor, block, block.count, off_t(index * block.count)) == block.count,
          fdatasync(descriptor) == 0
        else { throw Fault("\(name) cannot be written") }
      } * 1_000
    }.sorted()
  }
}

/// What ends a benchmark with a sentence.
struct Fault: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

/// A number of the environment, for runs that are not the usual ones.
func number(_ name: String, _ usual: Int) -> Int {
  ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
}

/// How long it takes; seconds of a clock that never steps.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  let elapsed = try ContinuousClock().measure { try body() }.components
  return Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  guard let middle = sorted.indices.dropFirst(sorted.count / 2).first else { return 0 }
  return sorted[middle]
}

/// The value that this share of an ascending list does not pass.
func quantile(_ ascending: [Double], _ share: Double) -> Double {
  guard !ascending.isEmpty else { return 0 }
  return ascending[min(ascending.count - 1, Int(Double(ascending.count) * share))]
}
