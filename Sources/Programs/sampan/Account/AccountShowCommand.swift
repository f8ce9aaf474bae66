import ArgumentParser
import BrokerAPI
import BrokerClient

/// One account.
struct AccountShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One account: balance, what is held, what may be spent.",
    discussion: """
      Without a name it is the account that your party spends from.

      Example:
        sampan account show
      """)
  static let failing = "The account cannot be shown."

  @Argument(help: "The account's id, as in hku-nlp:hkd.")
  var account: String?
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let found =
      if let account { try await session.client.showAccount(account) } else {
        try await session.spendingAccount()
      }
    try session.show(found, AccountListCommand.sheet, Self.lines)
  }

  static func lines(_ account: Wire.Account) -> [String] {
    let cells = [
      ["Balance", Display.money(account.balance)], ["Held", Display.money(account.held)],
      ["Credit limit", Display.money(account.creditLimit)], ["Free", Display.money(account.free)],
    ]
    return ["\(account.account)   of \(account.party)\(account.closed ? "   closed" : "")"]
      + TextTable(titles: ["", ""], cells: cells, right: [false, true]).text(header: false)
      .split(separator: "\n").map(String.init)
      + ["Free = balance - held + credit limit.   sampan account statement \(account.account)"]
  }
}
