import Foundation
import Testing

@testable import Slurm

/// What a recorded cluster says, as values. `Fixtures/record` wrote these files.
@Suite("What a cluster's answers mean")
struct ReadingTests {
  static func fixture(_ path: String) throws -> Data {
    let url = Bundle.module.url(forResource: "Fixtures", withExtension: nil)
    return try Data(contentsOf: #require(url).appendingPathComponent(path))
  }

  @Test("nodes come with their GPUs by type, what is in use, and why they are drained")
  func nodes() throws {
    let data = try Self.fixture("two-partitions/nodes.json")
    let nodes = try ClusterJSON.list("nodes", in: data, of: "sinfo").compactMap {
      ClusterJSON.node($0)
    }
    #expect(nodes.map(\.name) == ["a1", "a2", "h1", "h2"])
    #expect(nodes.map(\.gpus) == [8, 8, 8, 8])
    #expect(nodes[0].gpusByType == ["a100": 8])
    #expect(nodes.map(\.isUsable) == [true, false, true, true])
    #expect(nodes[1].reason == "gpu xid 79" && nodes[1].reasonBy == "root")
    #expect(nodes[2].gpusInUse == 1 && nodes[3].flags.contains("RESERVED"))
  }

  @Test(
    "jobs come with what they hold on which node, or ask for, and a name never breaks a reading")
  func jobs() throws {
    let data = try Self.fixture("two-partitions/jobs.json")
    let jobs = try ClusterJSON.list("jobs", in: data, of: "squeue").compactMap {
      ClusterJSON.job($0)
    }
    let running = try #require(jobs.first { $0.state == "RUNNING" })
    #expect(running.gpusByNode == ["h1": 1] && running.gpusByType == ["h800": 1])
    #expect(try #require(running.end) - #require(running.start) == 300)
    let waiting = try #require(jobs.first { $0.nodeCount == 2 })
    #expect(waiting.isPending && waiting.gpus == 4 && waiting.nodes.isEmpty)
    #expect(waiting.timeLimit == nil)
    let array = try #require(jobs.first { $0.tasks > 1 })
    #expect(array.tasks == 3 && array.partitions == ["h800"])
    #expect(jobs.contains { $0.reservation == "sampan-x" && $0.state == "COMPLETED" })

    let odd = Data("{\"errors\":[],\"jobs\":[{\"job_id\":1,\"name\":\"a".utf8) + Data([0xFF])
    let rest = Data("\"}]}".utf8)
    #expect(try ClusterJSON.list("jobs", in: odd + rest, of: "squeue").count == 1)
  }

  @Test("partitions say who may use them; ALL is everybody, a list is these")
  func partitions() throws {
    let data = try Self.fixture("two-partitions/partitions.txt")
    let partitions = ClusterText.lines(data).compactMap { ClusterText.partition($0) }
    #expect(partitions.map(\.name) == ["h800", "a100"])
    #expect(partitions[0].nodes == ["h1", "h2"] && partitions[0].isDefault)
    #expect(partitions[0].admits(account: "x") && partitions[0].maxTime == nil)
    #expect(partitions[0].defaultTime == 3_600)
    let closed = try #require(
      ClusterText.partition("PartitionName=p AllowAccounts=root,hpc DenyQos=q Nodes=h[1-2]"))
    #expect(closed.admits(account: "HPC") && !closed.admits(account: "sampan"))
    #expect(!closed.admits(qos: "q") && closed.admits(qos: "r"))
  }

  @Test("reservations come with their nodes, people and times")
  func reservations() throws {
    let data = try Self.fixture("two-partitions/reservations.txt")
    let all = ClusterText.lines(data).compactMap { ClusterText.reservation($0) }
    #expect(all.map(\.name) == ["sampan-x", "mnt"])
    #expect(all[0].nodes == ["h2"] && all[0].accounts == ["ta1"] && all[0].users.isEmpty)
    #expect(all[0].end - all[0].start == 7_200 && all[0].state == "ACTIVE")
    #expect(all[1].flags == ["MAINT", "DAILY", "SPEC_NODES"] && all[1].users == ["root"])
  }

  @Test("settings have the controller's clock and lists")
  func settings() throws {
    let settings = ClusterText.settings(try Self.fixture("two-partitions/config.txt"))
    #expect(settings.list("AccountingStorageEnforce") == ["associations", "limits", "qos", "safe"])
    #expect(settings["JobSubmitPlugins"] == nil && settings["SLURM_VERSION"] == "22.05.8")
    #expect(try #require(settings.controllerTime) > 1_700_000_000)
  }

  @Test("words of people inside a record cannot pass for its keys")
  func record() {
    let record = ClusterText.record("NodeName=h1 State=DOWN Reason=bad State=IDLE fan [root@1]")
    #expect(record["State"] == "DOWN" && record["Reason"] == "bad")
  }

  @Test(
    "GRES and TRES texts count GPUs by type",
    arguments: [
      ("gpu:h800:8(S:0-1)", ["h800": 8]), ("gpu:8", ["": 8]), ("gpu", ["": 1]),
      ("gres:gpu:h800:3", ["h800": 3]), ("gpu:h800", ["h800": 1]), ("(null)", [:]),
      ("gpu:h800:4(IDX:0,2-3),gpu:a100:2,shard:16", ["h800": 4, "a100": 2]),
    ] as [(String, [String: Int64])])
  func gres(_ text: String, _ counts: [String: Int64]) {
    #expect(TRES.gpus(ofGRES: text) == counts)
  }

  @Test("a TRES text without an untyped count is the sum of its types")
  func tres() {
    #expect(TRES(reading: "cpu=4,mem=500G,gres/gpu:a=2,gres/gpu:b=3").gpus == 5)
    #expect(TRES(reading: "gres/gpu=4,gres/gpu:a=2").gpus == 4)
  }

  @Test(
    "host lists are read with their zeros and brackets",
    arguments: [
      ("h[001-003,7]", ["h001", "h002", "h003", "h7"]), ("a1,b2", ["a1", "b2"]), ("(null)", []),
      ("r[1-2]n[08-09]x", ["r1n08x", "r1n09x", "r2n08x", "r2n09x"]),
      ("h[9-11]", ["h9", "h10", "h11"]),
    ])
  func hostlist(_ text: String, _ names: [String]) throws {
    #expect(try Hostlist.read(text).get().names == names)
  }

  @Test(
    "what is no host list is refused, whatever its size",
    arguments: [
      "h[1-", "h]1[", "h[2-1]", "h[1-99999999]", "h[1-300]x[1-300]", "a b", "h[a]", ",", "$x",
    ])
  func noHostlist(_ text: String) {
    guard case .failure(let fault) = Hostlist.read(text) else {
      Issue.record("\(text) was read")
      return
    }
    #expect(!fault.text.isEmpty)
  }

  @Test(
    "durations and array texts",
    arguments: [("1-02:00:00", 93_600), ("01:30:00", 5_400), ("10:30", 630)])
  func duration(_ text: String, _ seconds: Int64) {
    #expect(ClusterText.duration(text) == seconds)
    #expect(ClusterText.duration("UNLIMITED") == nil)
    #expect(ClusterJSON.tasks(ofArray: "1-9:2,20%3") == 6 && ClusterJSON.tasks(ofArray: "") == 1)
  }
}
