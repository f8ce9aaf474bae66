import Seeded
import Testing

@testable import Slurm

/// The schedule beside one that is made second by second, with no step function and no cleverness.
@Suite("The schedule is what a slow count says")
struct SchedulePropertyTests {
  static let horizon: Int64 = 160

  struct Slow {
    var capacity: [Int64]

    init(_ schedule: PoolSchedule, holdings: [PoolSchedule.Holding]) {
      let seconds = SchedulePropertyTests.horizon
      let ours = { (name: String) in name.hasPrefix("sampan-") }
      var all: [Int64] = []
      for time in 0..<seconds {
        var sum: Int64 = 0
        for node in schedule.nodes where node.isUsable {
          let closed = schedule.cluster.reservations.contains {
            !ours($0.name) && $0.nodes.contains(node.name) && $0.start <= time && time < $0.end
          }
          if closed { continue }
          var free = schedule.unit
          for job in schedule.cluster.queue where job.state == "RUNNING" {
            let last = job.end.map { max($0, 60) } ?? seconds
            guard let held = job.gpusByNode[node.name], time < last,
              !ours(job.reservation ?? ""), !ours(job.account)
            else { continue }
            free = schedule.isWhole ? 0 : max(0, free - held)
          }
          sum += free
        }
        all.append(sum)
      }
      capacity = all
      var spare = all
      for holding in holdings {
        for time in 0..<seconds where holding.from <= time && time < holding.to {
          spare[Int(time)] = max(0, spare[Int(time)] - holding.gpus)
        }
      }
      for job in schedule.cluster.queue where job.state == "PENDING" && !ours(job.account) {
        let length = job.timeLimit ?? seconds
        for _ in 0..<job.tasks {
          let gpus = min(job.gpus, schedule.gpus, spare.max() ?? 0)
          if gpus == 0 { continue }
          let begin = (0..<seconds).first { begin in
            (begin..<min(begin + length, seconds)).allSatisfy { spare[Int($0)] >= gpus }
          }
          guard let begin else { continue }
          for time in begin..<min(begin + length, seconds) {
            spare[Int(time)] -= gpus
            capacity[Int(time)] -= gpus
          }
        }
      }
    }
  }

  @Test("random clusters, jobs, windows and leases give the same at every second")
  func agree() {
    for seed in 0..<UInt64(cases(400)) {
      var dice = Source(seed)
      let (schedule, holdings) = Self.cluster(&dice)
      let fast = schedule.schedule(holdings)
      let slow = Slow(schedule, holdings: holdings)
      let values = (0..<Self.horizon).map { fast.value(at: $0) }
      #expect(values == slow.capacity, "seed \(seed)")
      let isOrdered = zip(fast.steps, fast.steps.dropFirst()).allSatisfy {
        $0.from < $1.from && $0.value != $1.value
      }
      #expect(isOrdered && fast.steps.allSatisfy { $0.value >= 0 }, "seed \(seed)")
    }
  }

  /// Up to five nodes with everything that the slow count knows.
  static func cluster(_ dice: inout Source) -> (PoolSchedule, [PoolSchedule.Holding]) {
    let count = dice.number(1...5)
    let unit = dice.number(1...8)
    let names = (1...count).map { "n\($0)" }
    let nodes = names.map { name in
      ClusterNode(
        name: name, partitions: ["p"], gpusByType: ["x": unit],
        flags: dice.number(0...5) == 0 ? ["DRAIN"] : [])
    }
    var reservations: [ClusterReservation] = []
    for index in 0..<dice.number(0...4) {
      let from = dice.number(-20...horizon)
      reservations.append(
        ClusterReservation(
          name: dice.number(0...2) == 0 ? "sampan-\(index)" : "r\(index)",
          nodes: names.filter { _ in dice.number(0...1) == 0 }, start: from,
          end: from + dice.number(1...90)))
    }
    var queue: [QueuedJob] = []
    for id in 0..<dice.number(0...9) {
      var job = QueuedJob(
        id: id, account: dice.number(0...4) == 0 ? "sampan-t" : "own", partitions: ["p"],
        state: dice.number(0...1) == 0 ? "RUNNING" : "PENDING")
      job.timeLimit = dice.number(0...5) == 0 ? nil : dice.number(1...150)
      job.nodeCount = 1
      if job.isPending {
        job.gpus = dice.number(1...unit * count + 4)
        job.tasks = dice.number(1...3)
      } else {
        job.nodes = names.filter { _ in dice.number(0...2) == 0 }
        for name in job.nodes { job.gpusByNode[name] = dice.number(0...unit) }
        job.end = job.timeLimit
      }
      queue.append(job)
    }
    let schedule = ScheduleTests.schedule(
      dice.number(0...1) == 0 ? .reservation : .account, nodes: nodes, reservations: reservations,
      queue: queue, until: horizon)
    let holdings = (0..<dice.number(0...3)).map { _ in
      let from = dice.number(-5...horizon)
      return PoolSchedule.Holding(
        gpus: dice.number(0...unit * count), from: from, to: from + dice.number(1...150))
    }
    return (schedule, holdings)
  }
}
