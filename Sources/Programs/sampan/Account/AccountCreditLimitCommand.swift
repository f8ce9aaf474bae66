import ArgumentParser
import BrokerAPI
import BrokerClient

/// Set how far below zero an account may go.
struct AccountCreditLimitCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "credit-limit",
    abstract: "Set how far below zero an account may go.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Example:
        sampan account credit-limit hku-nlp:hkd --amount \"HKD 20000.00\"
      """)
  static let failing = "The credit limit was not set."

  @Argument(help: "The account.")
  var account: String
  @Option(name: .long, help: ArgumentHelp("With its currency: HKD 20000.00.", valueName: "money"))
  var amount: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let amount = try PriceText.money(amount)
    let session = try session()
    let before = try await session.client.showAccount(account)
    try await session.carryOut(
      PlannedCommand(
        .setCreditLimit, path: [account], Wire.SetCreditLimit(amount: amount),
        summary: [
          "Credit limit of \(account): \(Display.money(before.creditLimit)) becomes "
            + Display.money(amount)
        ], question: "Propose this?"), change)
  }
}
