import ArgumentParser
import BrokerAPI
import BrokerClient

/// Free what was set aside.
struct TransferVoidCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "void",
    abstract: "Free what was set aside.",
    discussion: """
      Example:
        sampan transfer void transfer-1042-0
      """)
  static let failing = "It is as it was."

  @Argument(help: "The id of the transfer: sampan transfer list --state pending")
  var transfer: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let leg = Wire.TransferLeg(action: .void, pending: transfer)
    try await session().carryOut(
      PlannedCommand(
        .sendTransfer, Wire.SendTransfer(legs: [leg]),
        summary: ["Free \(transfer)"], question: "Void it?"), change)
  }
}
