import ArgumentParser
import BrokerAPI
import BrokerClient

/// Add a person or program that acts for a party.
struct PartyMemberCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "member",
    abstract: "Add a person or program that acts for a party.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it.
      The answer of the approval names the principal; its token: sampan party token.

      Examples:
        sampan party member hku-nlp --role trader
        sampan party member cyberport --role agent --site cyberport-h
      """)
  static let failing = "The member was not added."
  static let asks = false

  @Argument(help: "The party.")
  var party: String
  @Option(name: .long, help: "What it may do. Repeat it for several.")
  var role: [Wire.Role]
  @Option(name: .long, help: "The only site that it acts for; an agent needs one.")
  var site: String?
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let roles = role.map(\.rawValue).joined(separator: ", ")
    try await session().carryOut(
      PlannedCommand(
        .addMember, path: [party], Wire.AddMember(roles: role, site: site),
        summary: ["Add a member of \(party): \(roles)" + (site.map { " at \($0)" } ?? "")]),
      change)
  }
}

extension Wire.Role: ExpressibleByArgument {}
