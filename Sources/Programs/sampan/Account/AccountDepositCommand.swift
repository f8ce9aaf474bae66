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

  @Argument(help: "The account.")
  var account: String
  @Option(name: .long, help: ArgumentHelp("With its currency: HKD 61200.00.", valueName: "money"))
  var amount: String
  @Option(name: .long, help: ArgumentHelp("The bank's own reference.", valueName: "text"))
  var reference: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let amount = try PriceText.money(amount)
    try await session().carryOut(
      PlannedCommand(
        .recordDeposit, path: [account], Wire.RecordDeposit(amount: amount, reference: reference),
        summary: ["Deposit of \(Display.money(amount)) to \(account), reference \(reference)"],
        question: "Propose this?"), change)
  }
}
