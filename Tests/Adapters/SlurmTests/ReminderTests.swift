import AdapterKit
import Foundation
import Synchronization
import Testing

@testable import Slurm

/// What the jobs of a lease are told, over the lives of an agent. The cluster is a picture of one,
/// the write command writes down what it is given.
@Suite("What jobs are told, over restarts of the agent")
struct ReminderTests {
  private let folder: String
  private let cluster = PicturedCluster()
  private static let clock = SlurmClock.identity { Int64(Date().timeIntervalSince1970 * 1_000) }

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/reminders-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func site(before seconds: Int64) throws -> SlurmSite {
    var configuration = SlurmConfiguration(cluster: "test", stateFolder: folder + "/state")
    configuration.jobSignal = .init(name: "USR1", beforeSeconds: seconds)
    configuration.writeCommand = [
      "/bin/sh", "-c",
      "if [ -e \(folder)/refuse ]; then echo \"$@\" >> \(folder)/refused; exit 1; fi; "
        + "echo \"$@\" >> \(folder)/log", "sh",
    ]
    configuration.pools = [.init(name: "h800", chip: "h800-80g", partition: "h800", fabric: "ib")]
    return try SlurmSite(configuration, clock: Self.clock, reader: cluster)
  }

  private func order(seconds: Int64) -> AllocationOrder {
    let now = Self.clock.now()
    return AllocationOrder(
      lease: "l-1", tenant: "hku", pool: "h800", chip: "h800-80g", state: .open, gpus: 8,
      start: now - 60_000, end: now + seconds * 1_000, due: now, users: ["tenant1"])
  }

  private var log: [String] { lines("log") }

  private func lines(_ file: String) -> [String] {
    let text = (try? String(contentsOfFile: folder + "/" + file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { String($0) }
  }

  private func holdsOverstay() throws -> Bool {
    let state = folder + "/state"
    return try FileManager.default.subpathsOfDirectory(atPath: state).contains { name in
      let text = try? String(contentsOfFile: state + "/" + name, encoding: .utf8)
      return text?.contains("\"overstay\"") == true
    }
  }

  private func wait(for expected: [String], in file: String = "log") async throws {
    for _ in 0..<1_200 where lines(file) != expected {
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(lines(file) == expected)
  }

  @Test("jobs that outstay what their lease gave up are cancelled by the agent's next life")
  func overstay() async throws {
    cluster.show(nodes: ["h1"], jobs: [7: "h2", 8: "h1"], end: .max)
    var first: SlurmSite? = try site(before: 15)
    try await first?.remember(order(seconds: 600))
    await first?.endOverstay("l-1", on: ["h2"])
    #expect(log == ["signal USR1 7"])
    first = nil
    try "".write(toFile: folder + "/refuse", atomically: true, encoding: .utf8)
    let second = try site(before: 15)
    _ = try await second.allocations()
    // It tries once and then leaves it to its next life.
    try await wait(for: ["signal CANCEL 7"], in: "refused")
    #expect(log == ["signal USR1 7"], "nothing was done yet")
    try FileManager.default.removeItem(atPath: folder + "/refuse")
    let third = try site(before: 15)
    _ = try await third.allocations()
    try await wait(for: ["signal USR1 7", "signal CANCEL 7"])
    // Once it stands in the record that it is done; before, it is done again.
    for _ in 0..<1_200 where try holdsOverstay() { try await Task.sleep(for: .milliseconds(50)) }
    let fourth = try site(before: 15)
    _ = try await fourth.allocations()
    try await Task.sleep(for: .milliseconds(300))
    #expect(log.count == 2, "it is done once")
  }

  @Test("jobs are told of their lease's end once, also when the agent was away at that time")
  func notice() async throws {
    let order = order(seconds: 600)
    cluster.show(nodes: ["h1"], jobs: [7: "h1"], end: order.end / 1_000)
    let first = try site(before: 3_600)
    try await first.remember(order)
    _ = try await first.allocations()
    try await wait(for: ["signal USR1 7"])
    // Its record says so a moment after the signal went out.
    for _ in 0..<1_200 where await first.records["l-1"]?.noticed == nil {
      try await Task.sleep(for: .milliseconds(50))
    }
    let second = try site(before: 3_600)
    _ = try await second.allocations()
    try await Task.sleep(for: .milliseconds(300))
    #expect(log == ["signal USR1 7"])
    cluster.show(nodes: ["h1"], jobs: [7: "h1"], end: order.end / 1_000 + 60)
    _ = try await second.allocations()
    try await wait(for: ["signal USR1 7", "signal USR1 7"])
  }
}

/// One open reservation and its running jobs.
private final class PicturedCluster: ClusterReader {
  private let state = Mutex<(reservations: [ClusterReservation], jobs: [QueuedJob])>(([], []))

  func show(nodes: [String], jobs: [Int64: String], end: Int64) {
    var reservation = ClusterReservation(
      name: "sampan-l-1", nodes: nodes, start: 0, end: min(end, 4_000_000_000))
    reservation.users = ["tenant1"]
    reservation.accounts = ["sampan"]
    let running = jobs.sorted { $0.key < $1.key }.map { id, node in
      var job = QueuedJob(id: id, account: "sampan", partitions: ["h800"], state: "RUNNING")
      job.nodes = [node]
      job.reservation = "sampan-l-1"
      return job
    }
    let shown = reservation
    state.withLock { $0 = ([shown], running) }
  }

  func nodes() -> [ClusterNode] {
    ["h1", "h2"].map {
      ClusterNode(name: $0, partitions: ["h800"], gpusByType: ["h800": 8], state: "idle")
    }
  }
  func partitions() -> [ClusterPartition] { [] }
  func reservations() -> [ClusterReservation] { state.withLock { $0.reservations } }
  func queue() -> [QueuedJob] { state.withLock { $0.jobs } }
  func accounting(_ question: AccountingQuestion) -> [AccountingJob] { [] }
  func associations() -> [ClusterAssociation] { [] }
  func qos() -> [ClusterQOS] { [] }
  func users() -> [ClusterUser] { [] }
  func nodeEvents(from: Int64, to: Int64) -> [NodeEvent] { [] }
  func settings() throws(SlurmError) -> ClusterSettings {
    throw SlurmError(.other, "settings", "a picture has none")
  }
}
