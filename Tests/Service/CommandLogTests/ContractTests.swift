import CommandLog
import Testing

/// The contract of `CommandLog`, rule by rule, on both engines.
@Suite(.serialized)
struct ContractTests {
  @Test("The local log keeps the contract", arguments: LogRule.all)
  func local(rule: LogRule) async throws { try await rule.holds(LocalHouse()) }
}
