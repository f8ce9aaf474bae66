import Foundation

/// Reads our accounts and QOS with what stands in their descriptions. One call on slurmdbd, two for
/// `leaseAs: qos`.
struct QuotaReader: Sendable {
  private let configuration: SlurmConfiguration
  private let commands: SlurmCommands

  init(_ configuration: SlurmConfiguration) {
    self.configuration = configuration
    commands = SlurmCommands(configuration)
  }

  private struct Limits {
    var record: QuotaRecord?
    var gpus: Int64?
    var admits: Bool

    init(_ description: String, _ tres: String, _ submit: String) {
      record = QuotaRecord(reading: description)
      gpus = TRES(reading: tres).counts["gres/gpu"]
      admits = submit.isEmpty
    }
  }

  /// Everything that carries our prefix and a tenant's and a pool's name. Without `accounts` all.
  func read() async throws(SlurmError) -> [StandingQuota] {
    let columns = "account,descr,org,user,partition,grptres,grpsubmit,maxsubmit"
    let output = try await commands.output(
      "sacctmgr",
      [
        "-n", "-P", "show", "account", "withassoc", "where", "cluster=\(configuration.cluster)",
        "format=\(columns)",
      ])
    var limits: [String: Limits] = [:]
    if configuration.leaseAs == .qos { limits = try await qos() }
    var quotas: [String: StandingQuota] = [:]
    for row in ClusterText.rows(output, columns: 8) where row[0].hasPrefix(configuration.prefix) {
      let owner = row[2].split { $0 == "/" || $0 == " " }.map { String($0) }
      let ours = owner.count == 3 && owner[0] == configuration.prefix
      var quota =
        quotas[row[0]]
        ?? StandingQuota(
          name: row[0], tenant: ours ? owner[1] : "", pool: ours ? owner[2] : "", record: nil,
          limit: nil, admits: false, users: [:])
      if row[3].isEmpty {
        let own = Limits(row[1], row[5], row[6])
        let source = configuration.leaseAs == .qos ? limits[row[0]] : own
        quota.record = source?.record
        quota.limit = source?.gpus
        quota.admits = source?.admits ?? false
      } else {
        quota.users[row[3]] = row[7] != "0"
      }
      quotas[row[0]] = quota
    }
    return quotas.values.sorted { $0.name < $1.name }
  }

  private func qos() async throws(SlurmError) -> [String: Limits] {
    let output = try await commands.output(
      "sacctmgr", ["-n", "-P", "show", "qos", "format=name,descr,grptres,grpsubmit"])
    return Dictionary(
      ClusterText.rows(output, columns: 4).map { ($0[0], Limits($0[1], $0[2], $0[3])) }
    ) { first, _ in first }
  }
}
