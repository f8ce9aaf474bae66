import ArgumentParser

/// The program's version.
struct VersionCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "The version of this program.")
  static let failing = "There is no version."

  var format: OutputFormat { .table }

  func perform() async throws {
    Terminal.current(environment: [:]).say("sampan \(Version.text)")
  }
}
