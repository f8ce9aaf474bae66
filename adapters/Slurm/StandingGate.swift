import Foundation

/// Limits and people of one account as slurmctld has them, by which it admits jobs. A look at it takes
/// milliseconds, one at slurmdbd a third of a second; only slurmdbd has the descriptions.
struct StandingGate: Sendable, Hashable {
  var limit: Int64?
  var admits: Bool
  /// Users by name, and whether each may submit.
  var users: [String: Bool]

  init(_ quota: StandingQuota) {
    limit = quota.limit
    admits = quota.admits
    users = quota.users
  }

  /// Out of `scontrol show assoc_mgr`; nil when the account, or its QOS, is not in it.
  init?(reading output: Data, account: String, isQOS: Bool) {
    users = [:]
    admits = false
    var isFound = false
    var hasAccount = false
    var record: [String: String] = [:]
    func close() -> (user: String?, fields: [String: String])? {
      defer { record = [:] }
      if record["Account"] == account { return (record["UserName"] ?? "", record) }
      if let name = record["QOS"], Self.bare(name) == account { return (nil, record) }
      return nil
    }
    var closed: [(user: String?, fields: [String: String])] = []
    for line in String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline) {
      if line.hasPrefix("ClusterName=") || line.hasPrefix("QOS=") || line.hasSuffix("Records") {
        if let one = close() { closed.append(one) }
      }
      for word in line.split(separator: " ") {
        let pair = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if pair.count == 2, record[String(pair[0])] == nil {
          record[String(pair[0])] = String(pair[1])
        }
      }
    }
    if let one = close() { closed.append(one) }
    for (user, fields) in closed {
      if let user, !user.isEmpty {
        users[Self.bare(user)] = Self.number(fields["MaxSubmitJobs"]) != 0
        continue
      }
      hasAccount = hasAccount || user != nil
      guard (user == nil) == isQOS else { continue }
      isFound = true
      let limits = (fields["GrpTRES"] ?? "").split(separator: ",")
      limit = Self.number(
        limits.first { $0.hasPrefix("gres/gpu=") }.map { String($0.dropFirst(9)) })
      admits = Self.number(fields["GrpSubmitJobs"]) == nil
    }
    guard isFound, hasAccount else { return nil }
  }

  /// `tenant1(995)` without the number.
  private static func bare(_ text: String) -> String { String(text.prefix { $0 != "(" }) }

  /// The limit of `8(3)`, nil of `N(3)` and of nothing: there is none.
  private static func number(_ text: String?) -> Int64? { text.flatMap { Int64(bare($0)) } }
}
