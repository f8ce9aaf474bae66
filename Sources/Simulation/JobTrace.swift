import Units

/// One job of a trace, as it was recorded.
package struct TraceJob: Sendable, Equatable {
  /// Line of the file, the header being line 1.
  package var line: Int
  /// ms since 1970 UTC.
  package var submitted: Int64
  /// Who sent it: a virtual cluster, or a service class where the trace knows nothing finer.
  package var tenant: String
  package var gpus: Int64
  package var seconds: Int64
  /// Whether somebody waits for its answers; nil when the trace does not say.
  package var latencyBound: Bool?
}

/// A job trace, read whole. The header decides the format.
package struct JobTrace: Sendable, Equatable {
  package enum Format: String, Sendable, CaseIterable {
    case philly
    case openb

    package var header: String {
      switch self {
      case .philly: "job,submit_time,submit_s,vc,num_gpus,duration_s"
      case .openb:
        "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,"
          + "deletion_time,scheduled_time"
      }
    }
  }

  package var format: Format
  /// In order of submission, then of line.
  package var jobs: [TraceJob] = []
  /// Rows without a GPU (openb), left out.
  package var withoutGPU = 0
  /// Rows that never ran and so have no length (openb), left out.
  package var neverRan = 0
  /// Unreadable rows passed over.
  package var bad: [TraceError] = []

  /// Reads a trace. `epoch`: what second 0 stands for in a format that has seconds and no dates.
  package static func read(
    _ file: String, skipBad: Int = 0, epoch: Int64
  ) throws(TraceError) -> JobTrace {
    var table = TraceTable(file: file, skipBad: skipBad)
    var trace = JobTrace(format: .philly)
    try table.read { (header) throws(TraceError) in
      guard let format = Format.allCases.first(where: { $0.header == header }) else {
        throw TraceError(
          file: file, line: 1,
          reason: "is no header of a job trace; accepted are \(Format.allCases[0].header) (philly) "
            + "and \(Format.allCases[1].header) (openb)")
      }
      trace.format = format
      return header.split(separator: ",").count
    } row: { (fields, line) throws(BadRow) in
      switch trace.format {
      case .philly: trace.jobs.append(try phillyJob(fields, line))
      case .openb: try trace.addOpenb(fields, line, epoch)
      }
    }
    trace.bad = table.bad
    trace.jobs.sort { ($0.submitted, $0.line) < ($1.submitted, $1.line) }
    return trace
  }

  private static let gpuRange: ClosedRange<Int64> = 1...100_000
  private static let secondRange: ClosedRange<Int64> = 0...1_000_000_000

  private static func phillyJob(_ fields: [Substring], _ line: Int) throws(BadRow) -> TraceJob {
    _ = try BadRow.integer(fields[0], "job", 0...Int64.max)
    _ = try BadRow.integer(fields[2], "submit_s", secondRange)
    guard !fields[3].isEmpty else { throw BadRow("vc is empty") }
    return TraceJob(
      line: line, submitted: try BadRow.time(fields[1], "submit_time"), tenant: String(fields[3]),
      gpus: try BadRow.integer(fields[4], "num_gpus", gpuRange),
      seconds: try BadRow.integer(fields[5], "duration_s", secondRange))
  }

  private mutating func addOpenb(
    _ fields: [Substring], _ line: Int, _ epoch: Int64
  ) throws(BadRow) {
    guard !fields[0].isEmpty else { throw BadRow("name is empty") }
    let gpus = try BadRow.integer(fields[3], "num_gpu", 0...100_000)
    let quality = fields[6]
    guard !quality.isEmpty else { throw BadRow("qos is empty") }
    let created = try BadRow.integer(fields[8], "creation_time", Self.secondRange)
    let deleted = try BadRow.integer(fields[9], "deletion_time", Self.secondRange)
    guard !fields[10].isEmpty else {
      neverRan += 1
      return
    }
    let scheduled = try BadRow.integer(fields[10], "scheduled_time", Self.secondRange)
    guard created <= scheduled, scheduled <= deleted else {
      throw BadRow(
        "the times do not rise: created \(created), scheduled \(scheduled), deleted \(deleted)")
    }
    guard gpus > 0 else {
      withoutGPU += 1
      return
    }
    jobs.append(
      TraceJob(
        line: line, submitted: epoch + created * Span.second, tenant: String(quality), gpus: gpus,
        seconds: deleted - scheduled, latencyBound: quality == "LS"))
  }
}
