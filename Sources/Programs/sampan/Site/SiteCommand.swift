import ArgumentParser

/// `sampan site`.
struct SiteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "site", abstract: "Sites and their rights.",
    subcommands: [
      SiteListCommand.self,
      SiteShowCommand.self,
      SiteAddCommand.self,
      SiteInviteCommand.self,
      SiteCertifyCommand.self,
      SiteLatencyCommand.self,
    ])
}
