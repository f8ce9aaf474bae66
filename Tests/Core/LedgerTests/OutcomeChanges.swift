import Ledger
import Market
import Placement
import Units

// Every way to change one field of an outcome.
extension OutcomeTests {
  static func changes(_ solved: Solved) -> [Change] {
    claims + fills(solved) + shapes(solved)
      + runs(solved, "congestion", \.congestion, solved.outcome.part.congestion)
  }

  static func dualChanges(_ solved: Solved) -> [Change] {
    runs(solved, "duals", \.duals, solved.outcome.part.duals)
  }

  private static var claims: [Change] {
    [
      Change(name: "welfare + 1") { $1.welfare += 1 },
      Change(name: "welfare - 1") { $1.welfare -= 1 },
      Change(name: "welfare negative") { $1.welfare = -$1.welfare },
      Change(name: "bound + 1") { $1.bound += 1 },
      Change(name: "bound - 1") { $1.bound -= 1 },
      Change(name: "bound = welfare") { $1.bound = $1.welfare },
      Change(name: "iterations negative") { $1.iterations = -1 },
      Change(name: "iterations least") { $1.iterations = .min },
      Change(name: "one part more", code: .partsMissing) { $1.of += 1 },
      Change(name: "another round", code: .wrongRound) { $1.round += 1 },
    ]
  }

  private static func fills(_ solved: Solved) -> [Change] {
    let part = solved.outcome.part
    let others = solved.frozen.bids.map(\.seq)
    let edges = solved.frozen.grid.edges
    var changes: [Change] = []
    func add(_ name: String, _ fill: Int, _ make: @escaping (inout FillRecord) -> Void) {
      changes.append(Change(name: "fill \(fill): \(name)") { part, _ in make(&part.fills[fill]) })
    }
    for (index, fill) in part.fills.enumerated() {
      for other in others where other != fill.bid { add("bid \(other)", index) { $0.bid = other } }
      add("a bid that is not there", index) { $0.bid += 1_000 }
      let slot = edges.firstIndex(of: fill.start) ?? 0
      for step in [-2, -1, 1, 2] where edges.indices.contains(slot + step) {
        add("start \(step)", index) { $0.start = edges[slot + step] }
      }
      add("start off an edge", index) { $0.start += 1 }
      add("start outside", index) { $0.start = edges[0] - Span.quarter }
      for number in fill.parts.indices {
        add("alternative", index) { $0.parts[number].alternative ^= 1 }
        add("alternative 7", index) { $0.parts[number].alternative = 7 }
        for step in [-1, 1, 8, 1_000_000 - fill.parts[number].gpus]
        where fill.parts[number].gpus + step >= 0 {
          add("gpus \(step)", index) { $0.parts[number].gpus += step }
        }
        add("no gpus", index) { $0.parts[number].gpus = 0 }
        add("an unknown pool", index) { $0.parts[number].pool = "hk:b" }
        let moved = fill.parts[number].pool == "hk:a" ? "sz:a" : "hk:a"
        add("another pool", index) { $0.parts[number].pool = moved }
        add("a doubled part", index) { $0.parts.append($0.parts[number]) }
        if fill.parts.count > 1 { add("a part less", index) { $0.parts.remove(at: number) } }
      }
      if fill.parts.count > 1 { add("parts reversed", index) { $0.parts.reverse() } }
      addExtras(fill, index, edges, add)
    }
    return changes
  }

  private static func addExtras(
    _ fill: FillRecord, _ index: Int, _ edges: [Int64],
    _ add: (String, Int, @escaping (inout FillRecord) -> Void) -> Void
  ) {
    for number in fill.extras.indices {
      for step in [-1, 1, 100] as [Int64] {
        add("extra gpus \(step)", index) { $0.extras[number].gpus += step }
      }
      add("extra of none", index) { $0.extras[number].gpus = 0 }
      add("extra elsewhere", index) { $0.extras[number].start += Span.hour }
      add("extra off an edge", index) { $0.extras[number].start += 1 }
      add("an extra less", index) { $0.extras.remove(at: number) }
      add("an extra twice", index) { $0.extras.insert($0.extras[number], at: number) }
    }
    add("an extra more", index) { fill in
      var extra = FillRecord.ExtraRecord()
      extra.gpus = 1
      extra.start = fill.extras.last.map { $0.start + Span.quarter } ?? fill.start
      fill.extras.append(extra)
    }
  }

  private static func shapes(_ solved: Solved) -> [Change] {
    var changes = [
      Change(name: "nothing is filled") { part, _ in part.fills = [] },
      Change(name: "fills reversed") { part, _ in part.fills.reverse() },
      Change(name: "nothing at all") { part, _ in part = OutcomePart() },
    ]
    for index in solved.outcome.part.fills.indices {
      changes.append(Change(name: "no fill \(index)") { part, _ in part.fills.remove(at: index) })
      changes.append(
        Change(name: "fill \(index) twice") { part, _ in
          part.fills.insert(part.fills[index], at: index)
        })
      changes.append(
        Change(name: "fill \(index) at the end too") { part, _ in
          part.fills.append(part.fills[index])
        })
    }
    // A refused bid is put in as well.
    let won = Set(solved.outcome.part.fills.map(\.bid))
    for bid in solved.frozen.bids where !won.contains(bid.seq) {
      changes.append(
        Change(name: "bid-\(bid.seq) too") { part, _ in
          var fill = FillRecord()
          fill.bid = bid.seq
          fill.start =
            solved.frozen.grid.edges[solved.frozen.grid.slot(notBefore: bid.terms.earliest)]
          var made = FillRecord.PartRecord()
          made.gpus = bid.terms.alternatives[0].least
          made.pool = bid.terms.whereabouts.sites.first.map { "\($0):a" } ?? "hk:a"
          fill.parts = [made]
          part.fills.append(fill)
          part.fills.sort { $0.bid < $1.bid }
        })
    }
    return changes
  }

  private static func runs(
    _ solved: Solved, _ name: String, _ path: WritableKeyPath<OutcomePart, [PoolRuns]>,
    _ records: [PoolRuns]
  ) -> [Change] {
    var changes: [Change] = []
    func add(_ what: String, _ make: @escaping (inout [PoolRuns]) -> Void) {
      changes.append(Change(name: "\(name) \(what)") { part, _ in make(&part[keyPath: path]) })
    }
    add("none") { $0 = [] }
    add("a new run") { records in
      var run = PoolRuns.Run()
      run.from = solved.frozen.grid.count - 1
      run.value = 64
      var record = PoolRuns()
      record.pool = "hk:a"
      record.runs = [run]
      records.append(record)
    }
    for (index, record) in records.enumerated() {
      add("\(index) doubled") { $0.append($0[index]) }
      add("\(index) missing") { $0.remove(at: index) }
      add("\(index) of an unknown pool") { $0[index].pool = "x" }
      add("\(index) of another pool") { $0[index].pool = record.pool == "hk:a" ? "sz:a" : "hk:a" }
      for number in record.runs.indices {
        for step in [-64, -1, 1, 64, 6_400] as [Int64] {
          add("\(index).\(number) value \(step)") { records in
            records[index].runs[number].value = max(1, records[index].runs[number].value + step)
          }
        }
        add("\(index).\(number) value huge") { $0[index].runs[number].value = .max }
        add("\(index).\(number) from") { $0[index].runs[number].from += 1 }
        add("\(index).\(number) from outside") { $0[index].runs[number].from = 4_096 }
        add("\(index).\(number) count + 1") { $0[index].runs[number].count += 1 }
        if record.runs[number].count > 1 {
          add("\(index).\(number) count - 1") { $0[index].runs[number].count -= 1 }
        }
        add("\(index).\(number) missing") { records in
          records[index].runs.remove(at: number)
          if records[index].runs.isEmpty { records.remove(at: index) }
        }
      }
    }
    return changes
  }
}
