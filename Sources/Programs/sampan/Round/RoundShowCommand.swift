import ArgumentParser
import BrokerAPI
import BrokerClient

/// One round.
struct RoundShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One round with its certificate in figures.",
    discussion: """
      Example:
        sampan round show 18841
      """)
  static let failing = "The round cannot be shown."

  @Argument(help: "The round's number.")
  var round: Int64
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    try session.show(try await session.client.showRound(round), RoundListCommand.sheet, Self.lines)
  }

  static func lines(_ round: Wire.Round) -> [String] {
    var lines = ["round \(round.round)   \(round.state.rawValue)   at position \(round.position)"]
    if let time = round.closedAt { lines.append("Closed      \(Display.instant(time))") }
    if let time = round.endedAt { lines.append("Ended       \(Display.instant(time))") }
    lines.append("Bids        \(round.bids), of which \(round.winners) won")
    if let welfare = round.welfare {
      lines.append("Welfare     \(Display.money(welfare))")
    }
    if let bound = round.bound {
      let gap = round.gapText.map { ", so at most \($0) is missing" } ?? ""
      lines.append("Bound       \(Display.money(bound)): no clearing could pass it\(gap)")
    }
    if let iterations = round.iterations { lines.append("Iterations  \(iterations)") }
    return lines
  }
}
