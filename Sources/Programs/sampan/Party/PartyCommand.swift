import ArgumentParser

/// `sampan party`.
struct PartyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "party", abstract: "Parties, their members and tokens.",
    subcommands: [
      PartyAddCommand.self,
      PartyMemberCommand.self,
      PartyTaxCommand.self,
      PartyProjectCommand.self,
      PartyTokenCommand.self,
      PartyListCommand.self,
    ])
}
