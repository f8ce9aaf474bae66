import ArgumentParser
import BrokerAPI
import BrokerClient

/// Give back what a lease was charged too much.
struct LeaseCorrectCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "correct",
    abstract: "Give back what a lease was charged too much for a day.",
    discussion: """
      For the platform operator, where no dispute is open, until seven days after the charge. It is \
      proposed; it is in force when a second platform person approves it. The charge stays as it \
      was; the correction is an entry of its own.

      Example:
        sampan lease correct lease-77-0 --day 2026-12-04 --delivered 96.5 \\
          --because \"the site counted a drained node\"
      """)
  static let failing = "The charge was not corrected."

  @Argument(help: "The lease's id.")
  var lease: String
  @Option(name: .long, help: ArgumentHelp("The market day: 2026-12-04.", valueName: "date"))
  var day: String
  @Option(
    name: .long, help: ArgumentHelp("GPU-hours that were delivered that day.", valueName: "hours"))
  var delivered: String
  @Option(name: .long, help: ArgumentHelp("The reason.", valueName: "text"))
  var because: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let delivered = try GPUHoursText.time(delivered)
    let time = try MarketTime(parsing: day)
    let session = try session()
    let instant = try time.resolved(await session.client.clock().market)
    try await session.carryOut(
      PlannedCommand(
        .correctCharge, path: [lease],
        Wire.CorrectCharge(day: instant, delivered: delivered, reason: because),
        summary: [
          "Correct \(instant.text.prefix(10)) of \(lease): \(Display.gpuHours(delivered)) "
            + "GPU-hours were delivered"
        ], question: "Propose this?"), change)
  }
}
