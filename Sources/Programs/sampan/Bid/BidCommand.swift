import ArgumentParser

/// What a tenant wants.
struct BidCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bid", abstract: "Bids for compute.",
    subcommands: [
      BidPlaceCommand.self, BidListCommand.self, BidShowCommand.self, BidExplainCommand.self,
      BidCancelCommand.self, BidTemplateCommand.self,
    ])
}
