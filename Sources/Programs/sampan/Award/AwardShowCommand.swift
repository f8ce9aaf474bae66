import ArgumentParser
import BrokerAPI
import BrokerClient

/// One award: what it paid, holds and has left.
struct AwardShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One award: what it paid, holds and has left.",
    discussion: """
      Example:
        sampan award show award-46
      """)
  static let failing = "The award cannot be shown."

  @Argument(help: "The award.")
  var award: String
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let row = try await session.client.showAward(award)
    try session.show(row, AwardListCommand.sheet, Self.lines)
  }

  static func lines(_ row: Wire.Award) -> [String] {
    var lines = [
      "\(row.award)  \(row.tenant)  \(row.call)  \(Display.percent(row.permille))  at "
        + "\(row.sites.joined(separator: ", ")), \(row.chips.joined(separator: ", "))  "
        + "\(Display.instant(row.from)) to \(Display.instant(row.until))  \(row.state.rawValue)",
      "Awarded  \(Display.money(row.amount)) = paid \(Display.money(row.paid)) + held "
        + "\(Display.money(row.held)) + left \(Display.money(row.left))"
        + (row.returned.minor > 0 ? " + returned \(Display.money(row.returned))" : ""),
    ]
    if row.locked.minor > 0 {
      lines.append(
        "         of \"left\", \(Display.money(row.locked)) is locked until the progress report "
          + "(due \(Display.instant(row.reportDue)))" + (row.reported ? ", which has come" : ""))
    }
    if row.clawedBack.minor > 0 {
      lines.append("         of \"paid\", \(Display.money(row.clawedBack)) came back")
    }
    let share =
      row.delivered.milliseconds > 0
      ? " (\(row.used.milliseconds / (row.delivered.milliseconds / 100 + 1)) %)" : ""
    lines.append(
      "Hours    delivered \(Display.gpuHours(row.delivered)) of "
        + "\(Display.thousands(String(row.gpuHours))), used \(Display.gpuHours(row.used))\(share)")
    lines.append("List prices of version \(row.listPrices). Next: sampan award report \(row.award)")
    return lines
  }
}
