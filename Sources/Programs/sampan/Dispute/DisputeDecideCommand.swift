import ArgumentParser
import BrokerAPI
import BrokerClient

/// Decide a dispute.
struct DisputeDecideCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "decide",
    abstract: "Decide a dispute.",
    discussion: """
      It is proposed; it is in force when a second platform person approves it. What was charged \
      too much is given back at the mean price of the day.

      Examples:
        sampan dispute decide dispute-1042 --delivered 96.5
        sampan dispute decide dispute-1042 --reject
      """)
  static let failing = "The dispute was not decided."

  @Argument(help: "The dispute's id.")
  var dispute: String
  @Option(
    name: .long, help: ArgumentHelp("GPU-hours that were delivered that day.", valueName: "hours"))
  var delivered: String?
  @Flag(name: .long, help: "The site's readings stand.")
  var reject = false
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func validate() throws {
    guard (delivered == nil) == reject else {
      throw ValidationError("Give either --delivered HOURS or --reject.")
    }
  }

  func perform() async throws {
    let delivered = try delivered.map(GPUHoursText.time)
    let session = try session()
    let held = try await session.client.showDispute(dispute)
    let decision =
      delivered.map { "\(Display.gpuHours($0)) GPU-hours were delivered" }
      ?? "the site's readings stand"
    try await session.carryOut(
      PlannedCommand(
        .decideDispute, path: [dispute], Wire.DecideDispute(delivered: delivered),
        summary: DisputeShowCommand.lines(held) + ["Decide: \(decision)"],
        question: "Propose this?"), change)
  }
}
