import Foundation
import Simulation

/// Tiny traces of the tests' own, written to a folder that goes away with the value.
final class Traces {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "sampan-traces-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func write(_ name: String, _ lines: [String]) throws -> String {
    let url = folder.appendingPathComponent(name)
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: url)
    return url.path
  }

  /// Packs a file written before and returns the name of the packed one.
  func pack(_ file: String) throws -> String {
    let gzip = Process()
    gzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    gzip.arguments = ["gzip", "-k", file]
    try gzip.run()
    gzip.waitUntilExit()
    return file + ".gz"
  }

  static let phillyHeader = "job,submit_time,submit_s,vc,num_gpus,duration_s"
  static let openbHeader =
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
    + "deletion_time,scheduled_time"
  static let supplyHeader =
    "vc,time,total_gpu_num,running_gpu_num,idle_gpu_num,pending_gpu_num,running_gpujob_num,"
    + "pending_gpujob_num"

  /// A supply trace of one day from 2020-05-04 00:00 (a Monday): by centre the idle GPUs at a time.
  func supply(
    _ centres: [String: @Sendable (_ minute: Int) -> Int], total: Int = 8, days: Int = 1
  ) throws -> String {
    var lines = [Self.supplyHeader]
    for name in centres.keys.sorted() {
      for minute in stride(from: 0, to: days * 1_440, by: 10) {
        let idle = centres[name]?(minute) ?? 0
        let time =
          "2020-05-0\(4 + minute / 1_440) "
          + String(format: "%02d:%02d", minute % 1_440 / 60, minute % 60)
        lines.append("\(name),\(time),\(total),\(total - idle),\(idle),0,1,0")
      }
    }
    return try write("supply.csv", lines)
  }

  /// Jobs from 2017-10-09 (a Monday): minute of arrival, tenant, GPUs, seconds.
  func jobs(_ rows: [(minute: Int, tenant: String, gpus: Int, seconds: Int)]) throws -> String {
    try write(
      "jobs.csv",
      [Self.phillyHeader]
        + rows.enumerated().map { index, row in
          let time = String(
            format: "2017-10-%02d %02d:%02d:00", 9 + row.minute / 1_440, row.minute % 1_440 / 60,
            row.minute % 60)
          return "\(index),\(time),\(row.minute * 60),\(row.tenant),\(row.gpus),\(row.seconds)"
        })
  }
}

extension BacktestOptions {
  /// One day, no drawn slack: windows are exactly length plus `slack` minutes.
  static func small(jobs: String, supply: String, slack: Int64 = 240) -> BacktestOptions {
    var options = BacktestOptions()
    options.jobs = jobs
    options.supply = supply
    options.days = 1
    options.slackMinutes = [(slack, 1)]
    options.overestimate = [(0...0, 1)]
    options.latencyBoundPermille = 0
    options.boundSteps = 60
    options.valueSeeds = [1, 2]
    options.marketSeeds = 1
    options.budgets = [(1_000, 4)]
    return options
  }
}
