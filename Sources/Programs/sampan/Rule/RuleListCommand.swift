import ArgumentParser
import BrokerAPI
import BrokerClient

/// The rules in force.
struct RuleListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "The rules that the market plays by now.",
    discussion: """
      Example:
        sampan rule list -o yaml
      """, aliases: ["ls"])
  static let failing = "The rules cannot be listed."

  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    try session.show(try await session.client.showRules(), Self.sheet, Self.lines)
  }

  private static let sheet = Sheet<Wire.Rules>(
    columns: [
      Column("ROUND MS") { .text(String($0.roundMs)) },
      Column("LEAD MS") { .text(String($0.leadMs)) },
      Column("FEE PERMILLE") { .text(String($0.feePermille)) },
      Column("OPEN BIDS") { .text(String($0.openBidsPerParty)) },
      Column("SETTLE GRACE MS") { .text(String($0.settleGraceMs)) },
      Column("WINDOW HOURS") { .text(String($0.windowHours)) },
      Column("SOLD AHEAD") { .text(String($0.soldAhead)) },
      Column("KAPPA PERMILLE", wide: true) { .text(String($0.kappaPermille)) },
      Column("DAMAGES PERMILLE", wide: true) { .text(String($0.damagesPermille)) },
      Column("SUBSIDY", wide: true) { .text($0.subsidy.rawValue) },
    ], name: { _ in "rules" })

  static func lines(_ rules: Wire.Rules) -> [String] {
    func time(_ milliseconds: Int) -> String {
      if milliseconds.isMultiple(of: 7_200_000) { return "\(milliseconds / 3_600_000) h" }
      return milliseconds.isMultiple(of: 60_000)
        ? "\(milliseconds / 60_000) min" : "\(milliseconds) ms"
    }
    func share(_ permille: Int) -> String { "\(permille / 10).\(permille % 10) %" }
    let budgets = rules.budgets.map { "\($0.iterations) up to \($0.bids) bids" }
    let grid = rules.grid
    let cells = [
      [
        "Rounds close",
        "every \(time(rules.roundMs)), for slots that begin \(time(rules.leadMs)) later",
      ],
      [
        "Fee",
        "\(share(rules.feePermille)) on the tenant's bill, "
          + "inside its limit",
      ],
      ["Open bids", "\(rules.openBidsPerParty) of a party"],
      ["Readings", "count until \(time(rules.settleGraceMs)) after their day"],
      ["Elastic extras", "bind for \(rules.windowHours) h, \(rules.soldAhead) h sold ahead"],
      ["What is held", "ranks higher by \(share(rules.kappaPermille)) of the ask"],
      [
        "Subsidised bids",
        rules.subsidy == .share
          ? "compete with tenant's and fund's money together" : "get what others leave, at the ask",
      ],
      ["Damages", "\(share(rules.damagesPermille)) of the price of what was not delivered"],
      [
        "Slots",
        "\(grid.quarterHours) h of quarter hours, \(grid.hourlyDays) days of hours, "
          + "\(grid.days) days, \(grid.weeks) weeks",
      ],
      ["Iterations", budgets.joined(separator: ", ")],
    ]
    return TextTable(titles: ["", ""], cells: cells, right: [false, false]).text(header: false)
      .split(separator: "\n").map(String.init)
  }
}
