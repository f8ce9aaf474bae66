import Foundation
import Testing

@testable import CommandLog

/// The gateway ignores fields that it does not know: so each one is tried, as text and on a real etcd.
@Suite(.serialized)
struct EtcdWireTests {
  private func text(_ question: some Encodable) throws -> String {
    String(decoding: try EtcdGateway.encode(question), as: UTF8.self)
  }

  @Test("Requests are written field by field as the gateway reads them")
  func requests() throws {
    let transaction = Etcd.Transaction(
      compare: [.made("a", by: 9), .holds("b", "v")],
      success: [.put("a", [255, 254, 253], lease: -1), .range(.one("a"))],
      failure: [.delete(Etcd.DeleteRange(key: Data("a".utf8), rangeEnd: Data("b".utf8)))])
    #expect(
      try text(transaction) == #"{"compare":[{"create_revision":"9","key":"YQ==","result":"EQUAL","#
        + #""target":"CREATE"},{"key":"Yg==","result":"EQUAL","target":"VALUE","value":"dg=="}],"#
        + #""failure":[{"request_delete_range":{"key":"YQ==","range_end":"Yg=="}}],"#
        + #""success":[{"request_put":{"key":"YQ==","lease":"-1","value":"//79"}},"#
        + #"{"request_range":{"key":"YQ=="}}]}"#)
    #expect(
      try text(Etcd.Range.from("a", to: "b", limit: 5, keysOnly: true))
        == #"{"key":"YQ==","keys_only":true,"limit":"5","range_end":"Yg==","sort_order":"ASCEND","#
        + #""sort_target":"KEY"}"#)
    #expect(
      try text(Etcd.Range.last(from: "a", before: "b"))
        == #"{"key":"YQ==","limit":"1","range_end":"Yg==","sort_order":"DESCEND","sort_target":"KEY"}"#
    )
    #expect(try text(Etcd.LeaseGrant(seconds: Etcd.Text(3))) == #"{"TTL":"3"}"#)
    #expect(try text(Etcd.LeaseID(id: Etcd.Text(77))) == #"{"ID":"77"}"#)
    #expect(
      try text(Etcd.Watch(create: Etcd.Watch.Create(key: Data("a".utf8))))
        == #"{"create_request":{"key":"YQ=="}}"#)
    #expect(
      try text(Etcd.Compaction(revision: Etcd.Text(4))) == #"{"physical":true,"revision":"4"}"#)
    #expect(
      try text(
        Etcd.AlarmRequest(action: "DEACTIVATE", memberID: Etcd.ID(.max - 1), alarm: "NOSPACE"))
        == #"{"action":"DEACTIVATE","alarm":"NOSPACE","memberID":"18446744073709551614"}"#)
  }

  @Test("Answers that are none are refused, and numbers of 64 bits are read in full")
  func answers() throws {
    func read(_ text: String) throws -> Etcd.TransactionAnswer {
      try JSONDecoder().decode(Etcd.TransactionAnswer.self, from: Data(text.utf8))
    }
    let header = #""header":{"cluster_id":"18446744073709551615","member_id":"1","revision":"7"}"#
    let answer = try read("{\(header)}")
    #expect(answer.header.cluster.value == -1 && answer.header.revision?.value == 7)
    #expect(answer.succeeded == nil)
    #expect(throws: LogFailure.self) { try answer.found(0) }
    for bad in [
      "{}", #"{"header":{}}"#, "{\(header),\"succeeded\":\"yes\"}",
      #"{"header":{"cluster_id":"x","member_id":"1"}}"#,
      "{\(header),\"responses\":[{\"response_range\":{\"kvs\":[{\"key\":\"*\",\"create_revision\":\"1\"}]}}]}",
      "{\(header),\"responses\":[{\"response_range\":{\"kvs\":[{\"key\":\"YQ==\"}]}}]}", "[]", "",
    ] {
      #expect(throws: (any Error).self) { try read(bad) }
    }
    #expect(EtcdLog.Key.batch(42) == "log/00000000000000000042")
    #expect(try EtcdLog.first(of: "log/00000000000000000042") == 42)
    for bad in ["log/42", "log/000000000000000000+42", "log/next", "log/0000000000000000004x"] {
      #expect(throws: LogFailure.self) { try EtcdLog.first(of: bad) }
    }
  }

  @Test(
    "A real etcd heeds every field", .enabled(if: EtcdCluster.isInstalled, EtcdCluster.missing))
  func heeded() async throws {
    let cluster = try EtcdCluster(members: 1)
    let log = EtcdLog(cluster.options())
    func holds(_ compare: Etcd.Compare) async throws -> Bool {
      try await log.transact(Etcd.Transaction(compare: [compare], success: [])).succeeded == true
    }
    let grant = Etcd.LeaseGrant(seconds: Etcd.Text(4_000))
    let lease = try await log.ask("lease/grant", grant, as: Etcd.LeaseAnswer.self).id.value
    let put = try await log.transact(
      Etcd.Transaction(success: [
        .put("k/a", [1, 255]), .put("k/b", [2], lease: lease), .put("k/c", [3]),
      ]))
    let revision = put.header.revision?.value ?? 0
    #expect(try await holds(.made("k/a", by: revision)))
    #expect(try await !holds(.made("k/a", by: revision - 1)))
    #expect(try await !holds(.made("k/a", by: 0)))
    #expect(try await holds(.made("none", by: 0)))
    #expect(try await holds(.holds("k/b", "\u{2}")))
    #expect(try await !holds(.holds("k/b", "\u{3}")))
    #expect(try await !holds(.holds("none", "")))

    func found(_ range: Etcd.Range) async throws -> [Etcd.KeyValue] {
      try await log.transact(Etcd.Transaction(success: [.range(range)])).found(0)
    }
    let one = try await found(.one("k/b"))
    #expect(one.map(\.bytes) == [[2]] && one[0].lease?.value == lease)
    #expect(one[0].createRevision.value == revision)
    #expect(try await found(.from("k/", to: "k/c", limit: 9)).map(\.name) == ["k/a", "k/b"])
    #expect(try await found(.from("k/", to: "k0", limit: 2)).map(\.name) == ["k/a", "k/b"])
    #expect(try await found(.last(from: "k/", before: "k0")).map(\.name) == ["k/c"])
    let keys = try await found(.from("k/", to: "k0", limit: 9, keysOnly: true))
    #expect(keys.map(\.value) == [nil, nil, nil])

    let left = try cluster.control(["lease", "timetolive", String(lease, radix: 16)])
    #expect(left.contains("granted with TTL(4000s)"))
    let kept = try await log.ask(
      "lease/keepalive", Etcd.LeaseID(id: Etcd.Text(lease)), as: Etcd.KeepAliveLine.self)
    #expect(kept.result.seconds?.value == 4_000)
    _ = try await log.ask(
      "lease/revoke", Etcd.LeaseID(id: Etcd.Text(lease)), as: Etcd.Ignored.self)
    #expect(try await found(.one("k/b")).isEmpty)
    let gone = try await log.ask(
      "lease/keepalive", Etcd.LeaseID(id: Etcd.Text(lease)), as: Etcd.KeepAliveLine.self)
    #expect(gone.result.seconds == nil)

    let delete = Etcd.DeleteRange(key: Data("k/".utf8), rangeEnd: Data("k/b".utf8))
    _ = try await log.transact(Etcd.Transaction(success: [.delete(delete)]))
    #expect(try await found(.from("k/", to: "k0", limit: 9)).map(\.name) == ["k/c"])
    let compaction = Etcd.Compaction(revision: Etcd.Text(revision))
    _ = try await log.ask("kv/compaction", compaction, as: Etcd.Ignored.self)
    await #expect(throws: LogFailure.self) {
      try await log.ask("kv/compaction", compaction, as: Etcd.Ignored.self)
    }
    let status = try await log.gateway.askOne(
      cluster.endpoints[0], "maintenance/status", Etcd.Nothing(), as: Etcd.StatusAnswer.self,
      within: .seconds(60))
    #expect((status.dbSize?.value ?? 0) > 0 && (status.dbSizeInUse?.value ?? 0) > 0)
    #expect(status.leader == status.header.member && status.version?.hasPrefix("3.") == true)
    let members = await log.condition { $0.members.allSatisfy { $0.problem == nil } }.members
    #expect(members.map(\.name) == ["member-1"] && members[0].isLeader && members[0].hasLeader)
  }
}
