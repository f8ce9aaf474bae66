import ArgumentParser
import BrokerAPI
import BrokerClient

/// End the right to sell; what is sold stays sold.
struct OfferWithdrawCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw",
    abstract: "End the right to sell; what is sold stays sold.",
    discussion: """
      Example:
        sampan offer withdraw cyberport-h
      """)
  static let failing = "The offer was not withdrawn."

  @Argument(help: "The site.")
  var site: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let generation = try await session.client.showSite(site).generation ?? 0
    try await session.carryOut(
      PlannedCommand(
        .withdrawOffer, path: [site], Wire.WithdrawOffer(generation: generation + 1),
        summary: [
          "Withdraw the offer of \(site) (generation \(generation)): nothing more is sold, "
            + "leases go on"
        ], question: "Withdraw it?"), change)
  }
}
