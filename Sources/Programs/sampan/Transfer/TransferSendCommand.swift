import ArgumentParser
import BrokerAPI
import BrokerClient

/// Send money to another party, or set it aside.
struct TransferSendCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "send",
    abstract: "Send money to another party's account of the same currency.",
    discussion: """
      With --hold the money is set aside: you post it later, in full or in part, or void it; what is
      not posted in that time is free again by itself. Only money is sent, never credit.

      Examples:
        sampan transfer send hku:hkd hku-nlp:hkd --amount \"HKD 5000.00\"
        sampan transfer send hku:hkd hku-nlp:hkd --amount \"HKD 5000.00\" --hold 2d
      """)
  static let failing = "Nothing was sent."

  @Argument(help: "The account to debit, one of your party's.")
  var from: String
  @Argument(help: "The account to credit.")
  var to: String
  @Option(name: .long, help: ArgumentHelp("With its currency: HKD 5000.00.", valueName: "money"))
  var amount: String
  @Option(
    name: .long, help: ArgumentHelp("Set it aside for so long: 30m, 2d.", valueName: "duration"))
  var hold: String?
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let amount = try PriceText.money(amount)
    let hold = try hold.map { try SpanText(parsing: $0) }
    let leg = Wire.TransferLeg(
      action: hold == nil ? .pay : .pend, debit: from, credit: to, amount: amount,
      timeoutMs: hold.map { Int($0.milliseconds) })
    let verb = hold == nil ? "Send" : "Set aside"
    try await session().carryOut(
      PlannedCommand(
        .sendTransfer, Wire.SendTransfer(legs: [leg]),
        summary: ["\(verb) \(Display.money(amount)) from \(from) to \(to)"],
        question: "\(verb) it?"), change)
  }
}
