import ArgumentParser
import BrokerAPI
import BrokerClient

/// Accounts with their balances.
struct AccountListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Accounts with their balances.",
    discussion: """
      Example:
        sampan account list
      """, aliases: ["ls"])
  static let failing = "The accounts cannot be listed."

  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listAccounts().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No accounts.")
  }

  static let sheet = Sheet<Wire.Account>(
    columns: [
      Column("ACCOUNT") { .text($0.account) },
      Column("PARTY") { .text($0.party) },
      Column("BALANCE") { .money($0.balance) },
      Column("HELD") { .money($0.held) },
      Column("FREE") { .money($0.free) },
      Column("CREDIT LIMIT") { .money($0.creditLimit) },
    ], name: { $0.account })
}
