import ArgumentParser

/// `sampan audit`.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Check the whole log without asking anybody.",
    subcommands: [
      AuditBundleCommand.self, AuditReplayCommand.self, AuditSnapshotCommand.self,
      AuditVerifyCommand.self,
    ])
}
