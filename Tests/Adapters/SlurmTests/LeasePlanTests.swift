import AdapterKit
import Testing

@testable import Slurm

/// What is planned and counted, without a cluster.
@Suite("What a lease comes to on a cluster")
struct LeasePlanTests {
  private static let pool = PoolNodes(
    pool: .init(name: "h800", chip: "h800-80g", partition: "h800", fabric: "ib"),
    names: ["h1", "h2", "h3", "h4"], unit: 8)

  private func view(
    _ reservations: [ClusterReservation] = [], jobs: [QueuedJob] = [], down: Set<String> = []
  ) -> ClusterView {
    ClusterView(
      now: 1_000,
      nodes: Self.pool.names.map {
        ClusterNode(
          name: $0, partitions: ["h800"], gpusByType: ["h800": 8],
          state: down.contains($0) ? "down" : "idle")
      }, reservations: reservations, jobs: jobs)
  }

  private func job(_ id: Int64, on nodes: [String], end: Int64?, in reservation: String?)
    -> QueuedJob
  {
    var job = QueuedJob(id: id, account: "x", partitions: ["h800"], state: "RUNNING")
    job.nodes = nodes
    job.end = end
    job.reservation = reservation
    return job
  }

  private func choose(
    _ view: ClusterView, held: [String] = [], count: Int, from: Int64 = 1_000
  ) -> NodeChoice {
    NodeChoice(
      view, pool: Self.pool, name: "sampan-l", held: held, count: count, span: (from, 2_000),
      prefix: "sampan-")
  }

  @Test("a lease gets nodes that nobody else has at any time of it")
  func free() {
    let others = [
      ClusterReservation(name: "maint", nodes: ["h1"], start: 1_900, end: 3_000),
      ClusterReservation(name: "later", nodes: ["h2"], start: 2_000, end: 3_000),
    ]
    let jobs = [job(1, on: ["h3"], end: nil, in: nil), job(2, on: ["h4"], end: 1_400, in: nil)]
    let now = choose(view(others, jobs: jobs), count: 2)
    #expect(now.nodes == ["h2"] && now.missing == 1 && now.overstaying == [])
    let later = choose(view(others, jobs: jobs), count: 2, from: 1_400)
    #expect(later.nodes == ["h2", "h4"] && later.missing == 0)
  }

  @Test("jobs of others on a lease's nodes are counted once it has begun, and not without a look")
  func others() {
    let form = ReservationForm(
      configuration: SlurmConfiguration(cluster: "test", stateFolder: "/none"),
      clock: .identity { 1_000_000 })
    let jobs = [
      job(1, on: ["h1"], end: nil, in: "sampan-l"), job(2, on: ["h2", "h3"], end: nil, in: nil),
      job(3, on: ["h4"], end: nil, in: nil),
    ]
    for (start, jobs, others) in [
      (900, jobs, 1), (900, [jobs[0], jobs[2]], 0), (900, nil, nil), (1_500, jobs, nil),
    ] as [(Int64, [QueuedJob]?, Int64?)] {
      let reservation = ClusterReservation(
        name: "sampan-l", nodes: ["h1", "h2"], start: start, end: 3_000)
      let allocation = form.allocation(
        "l", reservation, pools: [Self.pool], view: view([reservation]), jobs: jobs)
      #expect(allocation?.nodes == 2 && allocation?.others == others)
    }
  }

  @Test("a lease keeps its sound nodes, loses the idle ones first and replaces the lost ones")
  func keeps() {
    let jobs = [job(1, on: ["h2"], end: nil, in: "sampan-l")]
    #expect(choose(view(jobs: jobs), held: ["h1", "h2"], count: 1).nodes == ["h2"])
    let lost = choose(view(down: ["h1"]), held: ["h1", "h2"], count: 2)
    #expect(lost.nodes == ["h2", "h3"] && lost.missing == 0)
    let none = choose(view(down: ["h1", "h3", "h4"]), held: ["h1", "h2"], count: 2)
    #expect(none.nodes == ["h2"] && none.missing == 1)
  }

  @Test("jobs that overstay another lease of ours are named only when their node is needed")
  func overstaying() {
    let jobs = [job(7, on: ["h1"], end: nil, in: "sampan-other")]
    #expect(choose(view(jobs: jobs), count: 3).overstaying == [])
    let all = choose(view(jobs: jobs), count: 4)
    #expect(all.nodes.count == 4 && all.overstaying == [7])
  }

  @Test("a description of ours says what its limit is made of; a stranger's is none")
  func record() throws {
    var record = QuotaRecord(cpus: 8)
    record.set(.init(lease: "l-2", open: 4, size: 4, start: 10, end: 90))
    record.set(.init(lease: "l-1", open: 0, size: 2, start: 10, end: 90))
    #expect(record.text == "8 l-1/0/2/10/90 l-2/4/4/10/90")
    let read = try #require(QuotaRecord(reading: record.text))
    #expect(read == record && read.open(at: 50) == 4 && read.open(at: 90) == 0)
    for text in ["physics", "", "8 l-1/4/4/10", "8 L/4/4/10/90"] {
      #expect(QuotaRecord(reading: text) == nil, "\(text)")
    }
  }

  @Test("nodes that were down or drained are not delivered, however often it was recorded")
  func delivered() {
    let events = [
      NodeEvent(node: "h1", start: 110, end: 130, state: "DOWN"),
      NodeEvent(node: "h1", start: 120, end: 140, state: "DRAIN"),
      NodeEvent(node: "", start: 100, end: nil, state: "UNKNOWN"),
    ]
    let metering = Metering(
      clock: .identity { 0 }, gpus: ["h1": 8, "h2": 8], events: events)
    let past = ReservationPast(
      id: 1, name: "sampan-l", from: 100, to: 200, nodes: ["h1", "h2"], admitted: [5])
    let window = Interval(from: 0, to: 1_000_000)
    #expect(metering.delivered([past], in: window).sum(window) == (100 * 16 - 30 * 8) * 1_000)
  }

  @Test("a run of a job counts once, and only inside the window")
  func used() {
    let metering = Metering(clock: .identity { 0 }, gpus: [:], events: [])
    let first = AccountingJob(id: 1, account: "a", state: "REQUEUED", start: 100, end: 150, gpus: 4)
    let again = AccountingJob(id: 1, account: "a", state: "RUNNING", start: 160, end: nil, gpus: 4)
    let window = Interval(from: 120_000, to: 200_000)
    let steps = metering.used([first, first, again], until: 180, in: window)
    #expect(steps.sum(window) == (30 + 20) * 4 * 1_000)
  }

  @Test("between two looks that differ a gate counts as the lower of them")
  func gates() {
    var record = LeaseRecord(lease: "l", pool: "p", settled: 0)
    record.start = 0
    record.end = 100
    record.see(8, at: 10)
    record.see(8, at: 20)
    record.see(4, at: 30)
    record.see(6, at: 40)
    record.see(0, at: 50)
    record.see(6, at: 60)
    record.see(6, at: 120)
    #expect(record.gates.map(\.from) == [10, 20, 40, 60])
    #expect(record.gates.map(\.to) == [20, 40, 40, 100])
    #expect(record.gates.map(\.gpus) == [8, 4, 6, 6] && !record.isLive)
  }

  @Test("what is there is shared out to the older leases first, and adds up")
  func allot() {
    let window = Interval(from: 0, to: 100)
    func steps(_ from: Int64, _ to: Int64, _ gpus: Int64) -> GPUSteps {
      GPUSteps([(span: Interval(from: from, to: to), gpus: gpus)], in: window)
    }
    let shares = GPUSteps.allot(
      steps(0, 80, 6), to: [("a", steps(0, 100, 4)), ("b", steps(50, 100, 4))], in: window)
    #expect(shares["a"]?.sum(window) == 80 * 4 && shares["b"]?.sum(window) == 30 * 2)
    #expect(shares["a"]?.cut(Interval(from: 70, to: 100)).sum(window) == 40)
  }

  private func association(
    _ id: Int64, _ account: String, user: String? = nil, parent: String? = nil, _ left: Int64,
    _ right: Int64
  ) -> ClusterAssociation {
    var one = ClusterAssociation(id: id, cluster: "c", account: account, user: user)
    one.parent = parent
    one.left = left
    one.right = right
    return one
  }

  @Test("a sound tree is sound, with gaps too; a damaged one is told by what is wrong")
  func tree() {
    let sound = [
      association(1, "root", 1, 20), association(2, "root", user: "root", 18, 19),
      association(4, "a", parent: "root", 2, 9), association(5, "a", user: "u", 5, 6),
      association(6, "b", parent: "a", 7, 8),
    ]
    #expect(AssociationTree.anomalies(sound) == [])
    func broken(_ change: (inout [ClusterAssociation]) -> Void) -> String {
      var tree = sound
      change(&tree)
      return AssociationTree.anomalies(tree).joined(separator: "; ")
    }
    #expect(
      broken {
        $0[3].left = 3; $0[3].right = 12
      }.contains("reaches out of account a"))
    #expect(
      broken {
        $0[3].left = 10; $0[3].right = 11
      }.contains("under account root, not under a"))
    #expect(broken { $0[4].left = 6 }.contains("share the place 6"))
    #expect(broken { $0[3].right = 4 }.contains("not below"))
    #expect(broken { $0[2].parent = nil }.contains("no parent"))
    #expect(broken { $0.remove(at: 2) }.contains("account a, which is not there"))
    #expect(broken { $0[3].left = nil }.contains("no place"))
  }
}
