import CommandLog
import Testing

/// The contract of `CommandLog`, rule by rule, on both engines.
@Suite(.serialized)
struct ContractTests {
  @Test("The local log keeps the contract", arguments: LogRule.all)
  func local(rule: LogRule) async throws { try await rule.holds(LocalHouse()) }

  private static let cluster = Result { try EtcdCluster() }

  @Test(
    "The log on three members of etcd keeps the contract",
    .enabled(if: EtcdCluster.isInstalled, EtcdCluster.missing), arguments: LogRule.all)
  func etcd(rule: LogRule) async throws {
    let cluster = try Self.cluster.get()
    try cluster.wipe()
    try await rule.holds(EtcdHouse(cluster))
  }
}
