import ArgumentParser
import BrokerAPI
import BrokerClient

/// Make the secret with which a site's agent enrols.
struct SiteInviteCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "invite",
    abstract: "Make the secret with which a site's agent enrols.",
    discussion: """
      It works once, within seven days. The file is made with mode 0600.

      Example:
        sampan site invite cyberport-h --out cyberport-h.invitation
      """)
  static let failing = "There is no invitation."
  static let asks = false

  @Argument(help: "The site.")
  var site: String
  @Option(
    name: .long, help: ArgumentHelp("The file to make.", valueName: "file"), completion: .file())
  var out: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    try await session.carryOut(
      PlannedCommand(
        .inviteSite, path: [site], Wire.Nothing(),
        summary: ["Invite the agent of \(site), into \(out)"],
        secretFile: session.around.absolute(out)), change)
  }
}
