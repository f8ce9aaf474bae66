import CommandLog
import Seeded
import Testing

/// What a watch says is worth nothing: etcd 3.4 can lose, repeat and reorder events.
@Suite(.serialized, .enabled(if: EtcdCluster.isInstalled, EtcdCluster.missing))
struct EtcdWatchTests {
  @Test("A follower whose watch lies applies the log as it is, each entry once and in order")
  func anomalies() async throws {
    let cluster = try EtcdCluster(members: 1)
    let lying = try LyingEtcd(before: cluster)
    let writer = EtcdLog(cluster.options())
    let reader = EtcdLog(
      EtcdOptions(endpoints: [lying.endpoint], trust: nil, patience: .seconds(60)))
    let term = try await writer.lead()
    let count = cases(400)
    var written: [LogBatch] = []
    var applied: [LogBatch] = []
    var lies = 0
    let end = ContinuousClock.now + .seconds(300 + count / 20)
    while lies < count, ContinuousClock.now < end {
      for _ in 0..<3 {
        written.append(.sample(at: written.last?.next ?? 0, 2, word: "\(written.count)"))
        #expect(try await writer.append(written[written.count - 1], term: term) == .done)
      }
      if written.count.isMultiple(of: 60) { #expect(try await writer.keepAlive(term)) }
      await reader.wait(after: applied.last?.next ?? 0)
      let more = try await reader.batches(from: applied.last?.next ?? 0)
      // Whatever was acknowledged before is there now, and nothing else is.
      #expect(more == written.suffix(3))
      applied += more
      lies = try await lying.lies()
    }
    #expect(applied == written)
    #expect(lies >= count)
    figure("T27", "events of a watch that lies, before a follower that reads the log", lies)
  }
}
