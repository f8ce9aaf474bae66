import AdapterKit
import Seeded
import Testing

@testable import Slurm

/// What of a pool may be leased when, case by case. Times are seconds from a start of 0.
@Suite("The schedule of a pool")
struct ScheduleTests {
  static let day: Int64 = 86_400

  /// Four nodes of eight GPUs.
  static var nodes: [ClusterNode] {
    (1...4).map { ClusterNode(name: "n\($0)", partitions: ["p"], gpusByType: ["h800": 8]) }
  }

  static func schedule(
    _ form: SlurmConfiguration.LeaseForm = .reservation, nodes: [ClusterNode] = nodes,
    reservations: [ClusterReservation] = [], queue: [QueuedJob] = [], respect: Bool = true,
    until: Int64 = 10 * day
  ) -> PoolSchedule {
    var configuration = SlurmConfiguration(cluster: "c", stateFolder: "/x")
    configuration.leaseAs = form
    let pool = SlurmConfiguration.Pool(
      name: "a", chip: "h800-80g", partition: "p", fabric: "f", respectQueue: respect)
    return PoolSchedule(
      pool, of: configuration,
      cluster: .init(
        nodes: nodes, partitions: [ClusterPartition(name: "p", nodes: nodes.map(\.name))],
        reservations: reservations, queue: queue), from: 0, to: until)
  }

  static func job(
    _ id: Int64, _ state: String, gpus: Int64, on node: String? = nil, limit: Int64?,
    end: Int64? = nil
  ) -> QueuedJob {
    var job = QueuedJob(id: id, account: "own", partitions: ["p"], state: state)
    job.gpus = gpus
    job.timeLimit = limit
    job.end = end
    if let node {
      job.nodes = [node]
      job.gpusByNode = [node: gpus]
    }
    return job
  }

  static let market = SlurmClock.identity { 0 }

  @Test("an idle pool is all for lease up to the horizon")
  func idle() {
    let capacity = Self.schedule().capacity([], clock: Self.market)
    #expect(capacity.fault == nil && capacity.gpus == 32 && capacity.unit == 8)
    #expect(capacity.runs == [CapacityRun(from: 0, to: 10 * Self.day * 1_000, gpus: 32)])
  }

  @Test("drained and lost nodes are never for lease, and count as unusable")
  func broken() {
    var nodes = Self.nodes
    nodes[0].flags = ["DRAIN"]
    nodes[1].state = "down"
    let schedule = Self.schedule(nodes: nodes)
    #expect(schedule.unusable == 16 && schedule.schedule([]).steps == [.init(from: 0, value: 16)])
  }

  @Test("maintenance and other people's reservations are windows, ours are for lease")
  func windows() {
    let maintenance = ClusterReservation(
      name: "m", nodes: ["n1"], start: -50, end: 100, flags: ["MAINT"])
    let ours = ClusterReservation(name: "sampan-l", nodes: ["n2"], start: 0, end: 900)
    let course = ClusterReservation(
      name: "course", nodes: ["n3", "n4"], start: 3_600, end: 7_200, flags: ["DAILY"])
    let schedule = Self.schedule(reservations: [maintenance, ours, course], until: 2 * Self.day)
    #expect(schedule.unusable == 8)
    #expect(schedule.reservedHoldings == [.init(gpus: 8, from: 0, to: 900)])
    #expect(
      schedule.schedule([]).steps.map { [$0.from, $0.value] } == [
        [0, 24], [100, 32], [3_600, 16], [7_200, 32], [90_000, 16], [93_600, 32],
      ])
  }

  @Test("a running job holds its GPUs to its limit, where nodes are leased whole its whole node")
  func running() {
    let jobs = [
      Self.job(1, "RUNNING", gpus: 2, on: "n1", limit: 600, end: 500),
      Self.job(2, "RUNNING", gpus: 3, on: "n1", limit: nil),
      Self.job(3, "SUSPENDED", gpus: 8, on: "n2", limit: 600, end: 10),
    ]
    let whole = Self.schedule(.reservation, queue: jobs).schedule([])
    #expect(whole.steps.map { [$0.from, $0.value] } == [[0, 16], [600, 24]])
    let single = Self.schedule(.account, queue: jobs).schedule([])
    #expect(single.steps.map { [$0.from, $0.value] } == [[0, 19], [500, 21], [600, 29]])
  }

  @Test("a tenant's own jobs take nothing from what may be leased")
  func tenants() {
    var inside = Self.job(1, "RUNNING", gpus: 8, on: "n1", limit: nil)
    inside.reservation = "sampan-x"
    var waiting = Self.job(2, "PENDING", gpus: 8, limit: 100)
    waiting.account = "sampan-t"
    #expect(Self.schedule(queue: [inside, waiting]).schedule([]).steps.map(\.value) == [32])
  }

  @Test("the centre's waiting jobs come first, but not before what our leases hold")
  func waiting() {
    let jobs = [
      Self.job(1, "PENDING", gpus: 16, limit: 100), Self.job(2, "PENDING", gpus: 16, limit: 50),
    ]
    #expect(
      Self.schedule(queue: jobs).schedule([]).steps.map { [$0.from, $0.value] } == [
        [0, 0], [50, 16], [100, 32],
      ])
    #expect(
      Self.schedule(queue: jobs).schedule([.init(gpus: 16, from: 0, to: 1_000)]).steps.map {
        [$0.from, $0.value]
      } == [[0, 16], [150, 32]])
    #expect(Self.schedule(queue: jobs, respect: false).schedule([]).steps.map(\.value) == [32])
  }

  @Test("jobs that could not run here, or not at all, keep nothing")
  func harmless() {
    var held = Self.job(1, "PENDING", gpus: 8, limit: 100)
    held.reason = "JobHeldUser"
    var elsewhere = Self.job(2, "PENDING", gpus: 8, limit: 100)
    elsewhere.partitions = ["q"]
    var other = Self.job(3, "PENDING", gpus: 8, limit: 100)
    other.gpusByType = ["a100": 8]
    var named = Self.job(4, "PENDING", gpus: 8, limit: 100)
    named.requiredNodes = ["z9"]
    var shut = Self.job(5, "PENDING", gpus: 8, limit: 100)
    shut.excludedNodes = ["n1", "n2", "n3", "n4"]
    var limited = Self.job(6, "PENDING", gpus: 8, limit: 100)
    limited.reason = "AssocGrpGRES"
    let jobs = [held, elsewhere, other, named, shut, limited]
    #expect(Self.schedule(queue: jobs).schedule([]).steps.map(\.value) == [32])
  }

  @Test("jobs behind the limit of their account keep what it holds now, one after the other")
  func limited() {
    var limited = Self.job(6, "PENDING", gpus: 8, limit: 100)
    limited.reason = "AssocGrpGRES"
    limited.tasks = 3
    let running = Self.job(1, "RUNNING", gpus: 8, on: "n1", limit: 600, end: 500)
    #expect(
      Self.schedule(queue: [running, limited]).schedule([]).steps.map { [$0.from, $0.value] } == [
        [0, 24], [801, 32],
      ])
  }

  @Test("a queue beyond all counting is one block, and what is leased stays")
  func endless() {
    var array = Self.job(1, "PENDING", gpus: 8, limit: 100)
    array.tasks = 8_000
    let schedule = Self.schedule(queue: [array]).schedule([.init(gpus: 8, from: 0, to: 900_000)])
    #expect(schedule.value(at: 0) == 8 && schedule.value(at: 190_000) == 8)
    #expect(schedule.value(at: 270_000) == 32)
  }

  @Test("a partition that is not up lends nothing; odd nodes are left out and named")
  func closed() {
    var nodes = Self.nodes
    nodes[3].gpusByType = ["h800": 4]
    var schedule = Self.schedule(nodes: nodes)
    #expect(schedule.gpus == 24 && schedule.leftOut.map(\.name) == ["n4"])
    var cluster = schedule.cluster
    cluster.partitions[0].state = "DRAIN"
    let configuration = SlurmConfiguration(cluster: "c", stateFolder: "/x")
    schedule = PoolSchedule(schedule.pool, of: configuration, cluster: cluster, from: 0, to: 10)
    #expect(schedule.unusable == 24 && schedule.schedule([]).largest == 0)
  }

  @Test("a market that runs faster than the wall gets the same windows in its own time")
  func scaled() {
    let clock = SlurmClock(now: { 5_000 }, wall: { $0 / 10 }, market: { $0 * 10 })
    let window = ClusterReservation(name: "m", nodes: ["n1"], start: 60, end: 120)
    let schedule = Self.schedule(reservations: [window], until: 200)
    #expect(
      schedule.capacity([], clock: clock).runs == [
        CapacityRun(from: 5_000, to: 600_000, gpus: 32),
        CapacityRun(from: 600_000, to: 1_200_000, gpus: 24),
        CapacityRun(from: 1_200_000, to: 2_000_000, gpus: 32),
      ])
  }
}
