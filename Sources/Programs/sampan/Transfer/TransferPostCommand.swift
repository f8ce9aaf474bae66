import ArgumentParser
import BrokerAPI
import BrokerClient

/// Send what was set aside, or a part of it.
struct TransferPostCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "post",
    abstract: "Send what was set aside, or a part of it.",
    discussion: """
      What is left of it is free again.

      Example:
        sampan transfer post transfer-1042-0
      """)
  static let failing = "It is as it was."

  @Argument(help: "The id of the transfer: sampan transfer list --state pending")
  var transfer: String
  @Option(name: .long, help: ArgumentHelp("A part of it: HKD 120.00.", valueName: "money"))
  var amount: String?
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let amount = try amount.map { try PriceText.money($0) }
    let part = amount.map { "\(Display.money($0)) of " } ?? ""
    let leg = Wire.TransferLeg(action: .post, amount: amount, pending: transfer)
    try await session().carryOut(
      PlannedCommand(
        .sendTransfer, Wire.SendTransfer(legs: [leg]),
        summary: ["Send \(part)\(transfer)"], question: "Post it?"), change)
  }
}
