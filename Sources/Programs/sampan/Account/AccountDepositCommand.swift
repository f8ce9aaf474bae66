import ArgumentParser
import BrokerAPI
import BrokerClient

/// Record money that reached the bank.
struct AccountDepositCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "deposit",
    abstract: "Record money that reached the bank.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.
      Of the reference only its digest enters the ledger.

      Example:
        sampan account deposit hku-nlp:hkd \\
          --amount \"HKD 61200.00\" --reference FT26120100017
      """)
  static let failing = "The deposit was not recorded."

  @OptionGroup var bank: BankOptions
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let amount = try PriceText.money(bank.amount)
    try await session().carryOut(
      PlannedCommand(
        .recordDeposit, path: [bank.account],
        Wire.RecordDeposit(amount: amount, reference: bank.reference),
        summary: [
          "Deposit of \(Display.money(amount)) to \(bank.account), reference \(bank.reference)"
        ],
        question: "Propose this?"), change)
  }
}
