import ArgumentParser
import BrokerAPI
import BrokerClient

/// Takes up the next version of the rules that the ledger is computed by.
struct BrokerActivateCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "activate",
    abstract: "Take up the next version of the rules that the ledger is computed by.",
    discussion: """
      Only once every replica and every follower has a release that knows it: one that does not stops \
      before this entry. It is proposed; it is in force when a second platform person approves it, and \
      is not undone. sampan market status shows the present version.

      Example:
        sampan broker activate 2
      """)
  static let failing = "The version is as it was."

  @Argument(help: "The version after the present one.")
  var version: Int
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (2...1_000_000).contains(version) else {
      throw ValidationError("\(version) is no version to take up: 2 is the first")
    }
  }

  func perform() async throws {
    try await session().carryOut(
      PlannedCommand(
        .activateVersion, Wire.ActivateVersion(version: version),
        summary: [
          "Compute the ledger by version \(version) of its rules, for good",
          "Replicas and followers of a release that does not know it stop there.",
        ], question: "Propose this?"), change)
  }
}
