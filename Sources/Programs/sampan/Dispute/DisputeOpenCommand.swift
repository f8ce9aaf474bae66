import ArgumentParser
import BrokerAPI
import BrokerClient

/// Say that less was delivered on a day than the site reported.
struct DisputeOpenCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Say that less was delivered on a day than the site reported.",
    discussion: """
      A day can be disputed once, from its beginning until seven days after it was charged. One that \
      is not charged yet waits for the decision. Two persons of the platform decide; what was \
      charged too much comes back with its fee.

      Example:
        sampan dispute open lease-77-0 --day 2026-12-04 --delivered 96.5 \\
          --because \"node 2 was down from 10:00 to 14:00, our ticket 311\"
      """)
  static let failing = "The dispute was not opened."

  @Argument(help: "The lease's id.")
  var lease: String
  @Option(name: .long, help: ArgumentHelp("The market day: 2026-12-04.", valueName: "date"))
  var day: String
  @Option(
    name: .long,
    help: ArgumentHelp("GPU-hours of that day by your own reading.", valueName: "hours"))
  var delivered: String?
  @Option(
    name: .long,
    help: ArgumentHelp("What speaks for it. The centre reads it too.", valueName: "text"))
  var because: String
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let delivered = try delivered.map(GPUHoursText.time)
    let time = try MarketTime(parsing: day)
    let session = try session()
    let instant = try time.resolved(await session.client.clock().market)
    let claim = delivered.map { ", \(Display.gpuHours($0)) GPU-hours were delivered" } ?? ""
    try await session.carryOut(
      PlannedCommand(
        .openDispute, path: [lease],
        Wire.OpenDispute(day: instant, delivered: delivered, evidence: because),
        summary: ["Dispute \(instant.text.prefix(10)) of \(lease)\(claim)"],
        question: "Open this dispute?"), change)
  }
}

/// GPU-hours as people write them: `96`, `96.5`, at most three decimals.
enum GPUHoursText {
  static func time(_ text: String) throws(TextFault) -> GPUSeconds {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let isPlain = parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
    guard isPlain, (1...2).contains(parts.count), parts[0].utf8.count <= 10,
      parts.count == 1 || parts[1].utf8.count <= 3, let whole = Int64(parts[0]),
      let rest = Int64((parts.count == 2 ? parts[1] : "").padding(to: 3))
    else {
      throw TextFault("\"\(Display.plain(text))\" is no number of GPU-hours: write 96 or 96.5")
    }
    return GPUSeconds(clamping: whole * 3_600_000 + rest * 3_600)
  }
}

extension Substring {
  /// With zeros after it.
  fileprivate func padding(to count: Int) -> String {
    self + String(repeating: "0", count: Swift.max(0, count - utf8.count))
  }
}
