import ArgumentParser
import BrokerAPI
import BrokerClient

/// Record measured round trips from metros to a site.
struct SiteLatencyCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "latency",
    abstract: "Record measured round trips from metros to a site.",
    discussion: """
      Whole milliseconds, rounded up; a bid that names a metro is admitted by them.

      Example:
        sampan site latency cyberport-h hk=2 shenzhen=4
      """)
  static let failing = "The round trips were not recorded."

  @Argument(help: "The site.")
  var site: String
  @Argument(help: ArgumentHelp("METRO=MS, several.", valueName: "metro=ms"))
  var roundTrips: [String]
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let items = try roundTrips.map { text in
      let parts = text.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, let length = Int(parts[1]), (0...10_000).contains(length) else {
        throw ValidationError("\(text): write METRO=MS, such as hk=2, with 0 to 10000 ms")
      }
      return Wire.Latency(metro: String(parts[0]), roundTripMs: length)
    }
    try await session().carryOut(
      PlannedCommand(
        .reportLatencies, path: [site], Wire.ReportLatencies(items: items),
        summary: ["Round trips to \(site): \(roundTrips.joined(separator: ", "))"]), change)
  }
}
