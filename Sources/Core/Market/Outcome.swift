package import Placement
package import Units

/// An outcome as it stands in the log: fills by the names of things, prices and certificate as run
/// lengths with zeros left out, cut into parts that fit an entry (ledger.md, "Bytes").
package struct OutcomePart: Sendable, Equatable, Record {
  package var congestion: [PoolRuns] = []
  package var duals: [PoolRuns] = []
  /// What is sold to leases of earlier rounds.
  package var extras: [RunningRecord] = []
  package var fills: [FillRecord] = []
  /// The next pieces of the proof; the whole may go over several parts.
  package var proof: [ProofRecord] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("congestion", &congestion, 0...4_096)
    try codec.list("duals", &duals, 0...4_096)
    try codec.list("extras", &extras, 0...4_096)
    try codec.list("fills", &fills, 0...4_096)
    try codec.list("proof", &proof, 0...4_096)
  }
}

/// What one bid gets.
package struct FillRecord: Sendable, Equatable, Record {
  /// Position of the bid.
  package var bid: Int64 = 0
  package var extras: [ExtraRecord] = []
  package var parts: [PartRecord] = []
  /// When it starts; ms.
  package var start: Int64 = 0

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("bid", &bid, Bound.position)
    try codec.list("extras", &extras, 0...2_048)
    try codec.list("parts", &parts, 1...64)
    try codec.int("start", &start, Bound.time)
  }

  /// GPUs on one pool.
  package struct PartRecord: Sendable, Equatable, Record {
    /// Index of the alternative.
    package var alternative = 0
    /// Negative and too large numbers are for the check to refuse, not for the codec.
    package var gpus: Int64 = 0
    package var pool = ""

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("alternative", &alternative, 0...7)
      try codec.int("gpus", &gpus, 0...Bound.gpus.upperBound)
      try codec.text("pool", &pool, .id)
    }
  }

  /// GPUs beyond the base in one slot.
  package struct ExtraRecord: Sendable, Equatable, Record {
    package var gpus: Int64 = 0
    /// When the slot begins; ms.
    package var start: Int64 = 0

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("gpus", &gpus, 0...Bound.gpus.upperBound)
      try codec.int("start", &start, Bound.time)
    }
  }
}

/// Extras sold to one elastic lease of an earlier round.
package struct RunningRecord: Sendable, Equatable, Record {
  /// Position of its bid.
  package var bid: Int64 = 0
  package var extras: [FillRecord.ExtraRecord] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.int("bid", &bid, Bound.position)
    try codec.list("extras", &extras, 1...2_048)
  }
}

/// Numbers of one pool by slot: `count` slots from `from` have this value; all others have zero.
package struct PoolRuns: Sendable, Equatable, Record {
  package var pool = ""
  package var runs: [Run] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("pool", &pool, .id)
    try codec.list("runs", &runs, 1...4_096)
  }

  /// Neighbouring slots of one value.
  package struct Run: Sendable, Equatable, Record {
    package var count = 1
    package var from = 0
    package var value: Int64 = 0

    package init() {}

    package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
      try codec.int("count", &count, 1...4_096)
      try codec.int("from", &from, 0...4_096)
      try codec.int("value", &value, 1...Int64.max)
    }
  }
}

/// Why parts do not make an outcome of this round.
package struct OutcomeFault: Error, Sendable, Equatable {
  package var reason: String

  package init(_ reason: String) { self.reason = reason }
}

extension FrozenRound {
  /// The records of a clearing, in parts whose canonical form stays below `limit` bytes.
  package func parts(of clearing: Clearing, limit: Int = 48 * 1_024) -> [OutcomePart] {
    var parts = [OutcomePart()]
    var size = 0
    func make(_ bytes: Int, _ add: (inout OutcomePart) -> Void) {
      if size > 0, size + bytes > limit {
        parts.append(OutcomePart())
        size = 0
      }
      size += bytes + 1
      add(&parts[parts.count - 1])
    }
    for fill in clearing.fills {
      let record = record(of: fill)
      make(FieldCodec.encode(record).count) { $0.fills.append(record) }
    }
    for (index, extras) in clearing.extras.enumerated() where !extras.isEmpty {
      var record = RunningRecord()
      record.bid = running[index].bid
      record.extras = records(of: extras)
      make(FieldCodec.encode(record).count) { $0.extras.append(record) }
    }
    for runs in Self.runs(clearing.congestion, pools) {
      make(FieldCodec.encode(runs).count) { $0.congestion.append(runs) }
    }
    for runs in Self.runs(clearing.duals, pools) {
      make(FieldCodec.encode(runs).count) { $0.duals.append(runs) }
    }
    for record in records(of: clearing.proof) {
      make(FieldCodec.encode(record).count) { $0.proof.append(record) }
    }
    return parts
  }

  private func record(of fill: Fill) -> FillRecord {
    var record = FillRecord()
    record.bid = bids[fill.bid].seq
    record.start = grid.edges[fill.start]
    for part in fill.parts {
      let option = instance.bids[fill.bid].options[part.option]
      var made = FillRecord.PartRecord()
      made.alternative = option.alternative
      made.gpus = part.gpus
      made.pool = pools[option.pool].id
      record.parts.append(made)
    }
    record.extras = records(of: fill.extras)
    return record
  }

  private func records(of extras: [Fill.Extra]) -> [FillRecord.ExtraRecord] {
    extras.map { extra in
      var made = FillRecord.ExtraRecord()
      made.gpus = extra.gpus
      made.start = grid.edges[extra.slot]
      return made
    }
  }

  private static func runs(_ values: [[Int64]], _ pools: [Pool]) -> [PoolRuns] {
    var all: [PoolRuns] = []
    for (index, row) in values.enumerated() {
      var runs: [PoolRuns.Run] = []
      for (slot, value) in row.enumerated() where value != 0 {
        if let last = runs.last, last.value == value, last.from + last.count == slot {
          runs[runs.count - 1].count += 1
        } else {
          var run = PoolRuns.Run()
          run.from = slot
          run.value = value
          runs.append(run)
        }
      }
      // A long row is cut, so that one record never passes an entry.
      var rest = runs[...]
      while !rest.isEmpty {
        var record = PoolRuns()
        record.pool = pools[index].id
        record.runs = Array(rest.prefix(512))
        rest = rest.dropFirst(512)
        all.append(record)
      }
    }
    return all
  }

  /// The clearing that parts stand for. Names that this round does not know, slots outside its grid
  /// and doubled runs are faults; whether the numbers are right is for the check.
  package func clearing(
    from parts: [OutcomePart], welfare: Int64, bound: Int64, iterations: Int64
  ) throws(OutcomeFault) -> Clearing {
    var clearing = Clearing()
    clearing.welfare = welfare
    clearing.bound = bound
    clearing.iterations = iterations
    let zeros = [Int64](repeating: 0, count: grid.count)
    clearing.congestion = pools.map { _ in zeros }
    clearing.duals = clearing.congestion
    var poolIndex: [String: Int] = [:]
    for (index, pool) in pools.enumerated() { poolIndex[pool.id] = index }
    var bidIndex: [Int64: Int] = [:]
    for (index, bid) in bids.enumerated() { bidIndex[bid.seq] = index }
    var sold = running.map { _ in [Fill.Extra]() }
    var runningIndex: [Int64: Int] = [:]
    for (index, lease) in running.enumerated() { runningIndex[lease.bid] = index }
    for part in parts {
      for record in part.fills {
        guard let bid = bidIndex[record.bid] else {
          throw OutcomeFault("bid-\(record.bid) is not in the round")
        }
        clearing.fills.append(try fill(from: record, bid, poolIndex))
      }
      for record in part.extras {
        guard let index = runningIndex[record.bid] else {
          throw OutcomeFault("bid-\(record.bid) has no lease with extras in the round")
        }
        guard sold[index].isEmpty else {
          throw OutcomeFault("the extras of bid-\(record.bid) stand twice")
        }
        sold[index] = try extras(from: record.extras, record.bid)
      }
      try Self.fill(&clearing.congestion, part.congestion, poolIndex, grid.count)
      try Self.fill(&clearing.duals, part.duals, poolIndex, grid.count)
    }
    clearing.proof = try proof(from: parts.flatMap(\.proof), poolIndex, bidIndex)
    // Written one way only: empty when none is sold to anyone.
    if sold.contains(where: { !$0.isEmpty }) { clearing.extras = sold }
    return clearing
  }

  private func fill(
    from record: FillRecord, _ bid: Int, _ poolIndex: [String: Int]
  ) throws(OutcomeFault) -> Fill {
    guard let start = slot(at: record.start) else {
      throw OutcomeFault("bid-\(record.bid) starts outside the grid")
    }
    var fill = Fill(bid: bid, start: start, parts: [])
    let options = instance.bids[bid].options
    for part in record.parts {
      guard let pool = poolIndex[part.pool],
        let option = options.firstIndex(where: {
          $0.alternative == part.alternative && $0.pool == pool
        })
      else { throw OutcomeFault("bid-\(record.bid) is not admissible on \(part.pool)") }
      fill.parts.append(Fill.Part(option: option, gpus: part.gpus))
    }
    fill.extras = try extras(from: record.extras, record.bid)
    return fill
  }

  private func extras(
    from records: [FillRecord.ExtraRecord], _ bid: Int64
  ) throws(OutcomeFault) -> [Fill.Extra] {
    var extras: [Fill.Extra] = []
    for record in records {
      guard let slot = slot(at: record.start) else {
        throw OutcomeFault("bid-\(bid) has an extra outside the grid")
      }
      extras.append(Fill.Extra(slot: slot, gpus: record.gpus))
    }
    return extras
  }

  func slot(at time: Int64) -> Int? {
    let slot = grid.slot(notBefore: time)
    return slot < grid.count && grid.edges[slot] == time ? slot : nil
  }

  private static func fill(
    _ values: inout [[Int64]], _ records: [PoolRuns], _ poolIndex: [String: Int], _ count: Int
  ) throws(OutcomeFault) {
    for record in records {
      guard let pool = poolIndex[record.pool] else {
        throw OutcomeFault("pool \(record.pool) is not in the round")
      }
      for run in record.runs {
        guard run.from + run.count <= count else {
          throw OutcomeFault("a run of \(record.pool) leaves the grid")
        }
        for slot in run.from..<(run.from + run.count) {
          guard values[pool][slot] == 0 else {
            throw OutcomeFault("two runs of \(record.pool) overlap")
          }
          values[pool][slot] = run.value
        }
      }
    }
  }
}
