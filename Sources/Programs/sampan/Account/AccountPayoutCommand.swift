import ArgumentParser
import BrokerAPI
import BrokerClient

/// Record money that left for the party's bank.
struct AccountPayoutCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "payout",
    abstract: "Record money that left for the party's bank.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it. Only money is paid
      out, never credit, and nothing that is held. Each reference counts once.

      Example:
        sampan account payout cyberport:hkd \\
          --amount \"HKD 12400.00\" --reference FT26120200004
      """)
  static let failing = "The payout was not recorded."

  @OptionGroup var bank: BankOptions
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let amount = try PriceText.money(bank.amount)
    try await session().carryOut(
      PlannedCommand(
        .recordPayout, path: [bank.account],
        Wire.RecordPayout(amount: amount, reference: bank.reference),
        summary: [
          "Payout of \(Display.money(amount)) from \(bank.account), reference \(bank.reference)"
        ],
        question: "Propose this?"), change)
  }
}
