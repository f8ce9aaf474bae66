import ArgumentParser

/// `sampan report`.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Reports for those who oversee the market.",
    subcommands: [ReportPlatformCommand.self, ReportSchemeCommand.self])
}
