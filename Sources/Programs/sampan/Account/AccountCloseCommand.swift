import ArgumentParser
import BrokerAPI
import BrokerClient

/// Close an account that is empty, or open it again.
struct AccountCloseCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "close",
    abstract: "Close an account that is empty, or open it again.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.

      Examples:
        sampan account close hku-nlp:hkd
        sampan account close hku-nlp:hkd --reopen
      """)
  static let failing = "The account is as it was."

  @Argument(help: "The account.")
  var account: String
  @Flag(name: .long, help: "Open it again.")
  var reopen = false
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(
        .closeAccount, path: [account], Wire.CloseAccount(closed: !reopen),
        summary: [
          reopen
            ? "Account \(account) takes part again" : "Account \(account) takes part no more"
        ], question: "Propose this?"), change)
  }
}
