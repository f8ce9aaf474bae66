import ArgumentParser
import BrokerAPI
import BrokerClient

/// End a lease before its time.
struct LeaseEndCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "end",
    abstract: "End a lease before its time.",
    discussion: """
      What was sold to you is paid all the same: its GPUs were kept from others. They go back to \
      the site from the next quarter hour on.

      Example:
        sampan lease end lease-77-0
      """)
  static let failing = "The lease was not ended."

  @Argument(help: "The lease's id.")
  var lease: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let held = try await session.client.showLease(lease)
    try await session.carryOut(
      PlannedCommand(
        .endLease, path: [lease], Wire.Nothing(),
        summary: [
          "End \(lease): \(held.shapeText) at \(held.site), running until "
            + Display.instant(held.end),
          "  so far \(Display.gpuHours(held.delivered)) GPU-h delivered, charged "
            + "\(Display.money(held.charged)) of at most \(Display.money(held.total))",
          "  What runs there is stopped, and its GPUs go back to the site. You pay for all of it.",
        ], question: "End this lease?"), change)
  }
}
