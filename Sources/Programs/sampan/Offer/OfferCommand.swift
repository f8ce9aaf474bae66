import ArgumentParser

/// `sampan offer`.
struct OfferCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "offer", abstract: "A site's schedule: what it gives, when, from which price.",
    subcommands: [
      OfferPublishCommand.self,
      OfferListCommand.self,
      OfferWithdrawCommand.self,
      OfferReclaimCommand.self,
    ])
}
