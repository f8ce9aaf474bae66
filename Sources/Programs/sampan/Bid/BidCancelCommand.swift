import ArgumentParser
import BrokerAPI

/// Takes a bid out of the book.
struct BidCancelCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Take a bid out of the book; its held money is free again.",
    discussion: """
      A bid in a round that is closed already may still be filled by it.

      Example:
        sampan bid cancel bid-1042
      """)
  static let failing = "The bid was not cancelled."
  static let asks = false

  @Argument(help: "The bid's id, as in bid-1042.")
  var bid: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(
        .cancelBid, path: [bid], Wire.Nothing(), summary: ["Cancel the bid \(bid)"]), change)
  }
}
