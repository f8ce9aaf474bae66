import ArgumentParser
import BrokerAPI
import BrokerClient

/// One dispute.
struct DisputeShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One dispute with what both sides show.",
    discussion: """
      Example:
        sampan dispute show dispute-1042
      """)
  static let failing = "The dispute cannot be shown."

  @Argument(help: "The dispute's id.")
  var dispute: String
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    try session.show(
      try await session.client.showDispute(dispute), DisputeListCommand.sheet, Self.lines)
  }

  static func lines(_ dispute: Wire.Dispute) -> [String] {
    func hours(_ time: GPUSeconds?) -> String { time.map(Display.gpuHours) ?? "-" }
    var lines = [
      "\(dispute.dispute)  \(dispute.lease)  \(dispute.day.text.prefix(10))  "
        + dispute.state.rawValue,
      "Between     \(dispute.tenant) and \(dispute.centre), opened "
        + Display.instant(dispute.openedAt),
      "GPU-hours   charged \(hours(dispute.charged))   by the tenant \(hours(dispute.claimed))   "
        + "decided \(hours(dispute.delivered))",
    ]
    if let decided = dispute.decidedAt {
      lines.append(
        "Decided     \(Display.instant(decided)), \(Display.money(dispute.returned)) returned")
    }
    for item in dispute.evidence {
      let text = item.text.map(Display.plain) ?? "(erased; SHA-256 \(item.digest))"
      lines.append("\(Display.instant(item.at))  \(item.party): \(text)")
    }
    return lines
  }
}
