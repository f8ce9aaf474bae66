import ArgumentParser

/// `sampan award`.
struct AwardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "award", abstract: "Awards: a share of what you buy, paid by a fund.",
    subcommands: [
      AwardApplyCommand.self,
      AwardListCommand.self,
      AwardShowCommand.self,
      AwardReportCommand.self,
      AwardProgressCommand.self,
      AwardReleaseCommand.self,
      AwardClawbackCommand.self,
    ])
}
