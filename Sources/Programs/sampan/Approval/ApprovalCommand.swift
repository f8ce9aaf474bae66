import ArgumentParser

/// `sampan approval`.
struct ApprovalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approval", abstract: "Commands that wait for a second person.",
    subcommands: [
      ApprovalListCommand.self,
      ApprovalApproveCommand.self,
      ApprovalDeclineCommand.self,
    ])
}
