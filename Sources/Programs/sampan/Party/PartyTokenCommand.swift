import ArgumentParser
import BrokerAPI
import BrokerClient

/// Make a token and put it into a private file.
struct PartyTokenCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "token",
    abstract: "Make a token and put it into a private file.",
    discussion: """
      The broker shows a token once and keeps its digest only. The file is made with mode 0600; \
      one that is there already is never written over.

      Example:
        sampan party token p-12 --out ~/.config/sampan/hku-nlp.token
      """)
  static let failing = "There is no token."
  static let asks = false

  @Argument(help: "The principal, as `sampan party list` shows it.")
  var principal: String
  @Option(
    name: .long, help: ArgumentHelp("The file to make.", valueName: "file"), completion: .file())
  var out: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    try await session.carryOut(
      PlannedCommand(
        .makeToken, path: [principal], Wire.Nothing(),
        summary: ["Make a token of \(principal), into \(out)"],
        secretFile: session.around.absolute(out)), change)
  }
}
