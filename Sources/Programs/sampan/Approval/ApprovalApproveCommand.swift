import ArgumentParser
import BrokerAPI
import BrokerClient

/// Put a proposed command in force.
struct ApprovalApproveCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "approve",
    abstract: "Put a proposed command in force.",
    discussion: """
      Nobody approves what they proposed themselves.

      Example:
        sampan approval approve 1042
      """)
  static let failing = "It was not approved."

  @Argument(help: "The position of the proposal.")
  var position: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let position = try Position(parsing: position)
    let session = try session()
    let waiting = try await session.client.listApprovals().all()
    guard let approval = waiting.first(where: { $0.position == position }) else {
      throw Failure(
        why: "nothing waits at position \(position)", code: "not_found",
        next: "See what waits: sampan approval list", exit: .refused)
    }
    try await session.carryOut(
      PlannedCommand(
        .approve, path: [position.text], Wire.Nothing(),
        summary: [
          "Approve \(Display.plain(approval.kind)), proposed by \(approval.proposedBy):",
          "  \(Display.plain(approval.summary))",
        ], question: "Approve it?"), change)
  }
}
