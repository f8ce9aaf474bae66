import Units

/// How many GPUs each centre of a trace had, and how many of them were idle, over time.
package struct SupplyTrace: Sendable, Equatable {
  package static let header =
    "vc,time,total_gpu_num,running_gpu_num,idle_gpu_num,pending_gpu_num,running_gpujob_num,"
    + "pending_gpujob_num"
  /// One row stands for this long.
  package static let step = 10 * Span.minute

  package struct Sample: Sendable, Equatable {
    /// ms since 1970 UTC.
    package var time: Int64
    package var total: Int64
    package var running: Int64
    package var idle: Int64
  }

  package struct Centre: Sendable, Equatable {
    package var name: String
    /// Strictly rising in time.
    package var samples: [Sample]
  }

  /// In order of the name.
  package var centres: [Centre] = []
  /// Unreadable rows passed over.
  package var bad: [TraceError] = []

  /// When the first row of any centre begins.
  package var first: Int64? { centres.compactMap(\.samples.first?.time).min() }
  /// When the last row of any centre ends.
  package var end: Int64? { centres.compactMap(\.samples.last?.time).max().map { $0 + Self.step } }

  /// The times at which no centre runs anything, all of at least `fewest` centres: the cluster, or
  /// the record of it, stood still. Earth does for a day and again for two hours.
  package func standstills(fewest: Int = 4) -> Set<Int64> {
    guard centres.count >= fewest else { return [] }
    var running: [Int64: Int64] = [:]
    for centre in centres {
      for sample in centre.samples { running[sample.time, default: 0] += sample.running }
    }
    return Set(running.filter { $0.value == 0 }.map(\.key))
  }

  package static func read(_ file: String, skipBad: Int = 0) throws(TraceError) -> SupplyTrace {
    var table = TraceTable(file: file, skipBad: skipBad)
    var samples: [String: [Sample]] = [:]
    try table.read { (header) throws(TraceError) in
      guard header == Self.header else {
        throw TraceError(
          file: file, line: 1,
          reason: "is no header of a supply trace; accepted is \(Self.header)")
      }
      return 8
    } row: { (fields, _) throws(BadRow) in
      guard !fields[0].isEmpty else { throw BadRow("vc is empty") }
      let name = String(fields[0])
      let time = try BadRow.time(fields[1], "time")
      let counts: ClosedRange<Int64> = 0...1_000_000
      let total = try BadRow.integer(fields[2], "total_gpu_num", counts)
      let running = try BadRow.integer(fields[3], "running_gpu_num", counts)
      let idle = try BadRow.integer(fields[4], "idle_gpu_num", counts)
      _ = try BadRow.integer(fields[5], "pending_gpu_num", counts)
      _ = try BadRow.integer(fields[6], "running_gpujob_num", counts)
      _ = try BadRow.integer(fields[7], "pending_gpujob_num", counts)
      guard idle <= total, running <= total else {
        throw BadRow("has \(idle) idle and \(running) running GPUs of \(total)")
      }
      if let last = samples[name]?.last, last.time >= time {
        throw BadRow("time does not rise within \(name)")
      }
      samples[name, default: []].append(
        Sample(time: time, total: total, running: running, idle: idle))
    }
    return SupplyTrace(
      centres: samples.map { Centre(name: $0.key, samples: $0.value) }.sorted { $0.name < $1.name },
      bad: table.bad)
  }
}
