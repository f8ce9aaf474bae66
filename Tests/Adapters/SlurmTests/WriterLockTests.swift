import AdapterKit
import Foundation
import Slurm
import Testing

@Suite("The lock of a cluster's writers")
struct WriterLockTests {
  /// Another one for each test.
  private let scratch = FileManager.default.temporaryDirectory
    .appending(path: "sampan-test-\(UUID().uuidString)").path

  @Test("its turn comes although others queue for the lock without a pause")
  func crowded() async throws {
    try FileManager.default.createDirectory(
      atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let path = scratch + "/crowded"
    let crowd = Process()
    crowd.executableURL = URL(filePath: "/bin/bash")
    // One of the three always waits when another lets go.
    crowd.arguments = [
      "-c",
      "for i in 1 2 3; do (while [ ! -e \(path).over ]; do flock \(path) sleep 0.05; done) & done; wait",
    ]
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    try crowd.run()
    defer {
      _ = FileManager.default.createFile(atPath: path + ".over", contents: nil)
      crowd.waitUntilExit()
    }
    let lock = WriterLock(path: path)
    try await Task.sleep(for: .milliseconds(500))
    for _ in 0..<5 { try await lock.hold(waiting: 60) { () async throws(AdapterError) in () } }
  }

  @Test("who gave up does not keep those behind it from their turn")
  func givenUp() async throws {
    try FileManager.default.createDirectory(
      atPath: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let path = scratch + "/given-up"
    let lock = WriterLock(path: path)
    try await lock.hold(waiting: 1) { () async throws(AdapterError) in
      for _ in 0..<3 {
        do {
          try await WriterLock(path: path).hold(waiting: 0) { () async throws(AdapterError) in
            _ = Issue.record("two hold the lock")
          }
        } catch {
          #expect("\(error)".contains("somebody else has held it"))
        }
      }
    }
    try await lock.hold(waiting: 60) { () async throws(AdapterError) in () }
    try await lock.hold(waiting: 60) { () async throws(AdapterError) in () }
  }
}
