import AdapterKit

// An order to another size in one call on slurmdbd. What was last read there is believed while
// slurmctld has the very limits and people that follow from it, and a change counts as made when
// slurmctld has the limits that follow from the change. Whenever the two disagree, and whenever a
// change leaves the limit as it was, slurmdbd is asked.
extension SlurmSite {
  /// Accounts as they stand: all of them out of slurmdbd, or of one of them what slurmctld agrees with.
  struct QuotaLook: Sendable {
    var quotas: [StandingQuota]
    /// The only one that was looked at, nil when all were.
    var only: String?
  }

  /// All that is known when slurmctld agrees with what is known of this account, else read anew.
  func look(at name: String?) async throws(AdapterError) -> QuotaLook {
    guard let name, let known = lastQuotas,
      let quota = known.first(where: { $0.name == name }), quota.record != nil,
      await gate(of: name) == StandingGate(quota), lastQuotas == known
    else { return QuotaLook(quotas: try await quotas()) }
    return QuotaLook(quotas: known, only: name)
  }

  /// Makes changes to one account and looks at what it then is.
  func make(
    _ changes: [ClusterChange], on quota: StandingQuota?, before: QuotaLook
  ) async throws(AdapterError) -> QuotaLook {
    guard !changes.isEmpty else { return before }
    let expected = quota.flatMap { form(of: $0, after: changes) }
    for change in changes { try await make(change) }
    let mark = quotaWrites
    if let expected, let quota, expected.limit != quota.limit,
      await gate(of: expected.name) == StandingGate(expected), mark == quotaWrites
    {
      let all = before.quotas.map { $0.name == expected.name ? expected : $0 }
      lastQuotas = all
      return QuotaLook(quotas: all, only: expected.name)
    }
    return QuotaLook(quotas: try await quotas())
  }

  /// What an account is after changes; nil when it is made by one of them.
  private func form(of quota: StandingQuota, after changes: [ClusterChange]) -> StandingQuota? {
    var quota = quota
    for words in changes.map(\.words) {
      switch words.first {
      case "join" where words.count > 2: quota.users[words[2]] = true
      case "part" where words.count > 2: quota.users[words[2]] = false
      case "quota":
        guard let record = QuotaRecord(reading: words.dropFirst(3).joined(separator: " ")) else {
          return nil
        }
        quota.record = record
        quota.limit = record.open(at: clock.wallSeconds)
        quota.admits = quota.limit != 0
      default: return nil
      }
    }
    return quota
  }

  /// Nil when slurmctld does not say.
  private func gate(of name: String) async -> StandingGate? {
    let isQOS = configuration.leaseAs == .qos
    let words = ["show", "assoc_mgr", "accounts=\(name)"]
    let more = isQOS ? ["qos=\(name)", "flags=assoc,qos"] : ["flags=assoc"]
    guard let output = try? await SlurmCommands(configuration).output("scontrol", words + more)
    else { return nil }
    return StandingGate(reading: output, account: name, isQOS: isQOS)
  }
}
