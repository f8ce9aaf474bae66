import ArgumentParser
import BrokerAPI
import BrokerClient

/// Add a project of a tenant.
struct PartyProjectCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "project",
    abstract: "Add a project of a tenant, with a budget of its own.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it. The tenant's managers \
      then set its budget, and its traders name it in bids.

      Example:
        sampan party project hku-nlp llama
      """)
  static let failing = "The project was not added."
  static let asks = false

  @Argument(help: "The tenant.")
  var party: String
  @Argument(help: "The project's name, from a-z, 0-9 and -.")
  var project: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(
        .addProject, path: [party], Wire.AddProject(project: project),
        summary: ["Add project \(Display.plain(project)) of \(party)"]), change)
  }
}
