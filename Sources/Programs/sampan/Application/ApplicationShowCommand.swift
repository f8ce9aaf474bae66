import ArgumentParser
import BrokerAPI
import BrokerClient

/// One application with what was thought and decided of it.
struct ApplicationShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One application with what was thought and decided of it.",
    discussion: """
      Example:
        sampan application show application-45
      """)
  static let failing = "The application cannot be shown."

  @Argument(help: "The application.")
  var application: String
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let row = try await session.client.showApplication(application)
    try session.show(row, ApplicationListCommand.sheet, Self.lines)
  }

  static func lines(_ row: Wire.Application) -> [String] {
    var lines = [
      "\(row.application)  \(row.tenant)  \(row.call)  \(row.state.rawValue)",
      "Asks for \(Display.money(row.amount)) and \(row.gpuHours) GPU-hours, "
        + "\(Display.percent(row.permille)) of the ask, \(row.chips.joined(separator: ", ")) at "
        + "\(row.sites.joined(separator: ", ")), \(Display.instant(row.from)) to "
        + Display.instant(row.until),
    ]
    if let purpose = row.purpose { lines.append("Purpose   \(Display.plain(purpose))") }
    for score in row.scores {
      lines.append(
        "Score     need \(score.need), demand \(score.demand), soundness \(score.soundness), "
          + "benefit \(score.benefit) of 10 each, by \(score.by)"
          + (score.reason.map { ": \(Display.plain($0))" } ?? ""))
    }
    if let reason = row.reason { lines.append("Decision  \(Display.plain(reason))") }
    if let award = row.award { lines.append("Next: sampan award show \(award)") }
    return lines
  }
}
