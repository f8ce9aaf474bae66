import ArgumentParser
import BrokerAPI
import BrokerClient

/// `sampan settlement`.
struct SettlementCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settlement",
    abstract: "Who owes whom for a month, and what the bank has moved of it.",
    discussion: """
      Sampan keeps the books and moves no money at a bank: export says who owes whom, people pay,
      confirm records what the bank did, reconcile compares with the bank's own statement.
      """,
    subcommands: [
      SettlementExportCommand.self,
      SettlementConfirmCommand.self,
      SettlementLinesCommand.self,
      SettlementReconcileCommand.self,
    ])
}

/// A month as people write it: 2026-11.
struct MonthText: ExpressibleByArgument {
  /// 202611.
  let number: Int

  init?(argument: String) {
    let parts = argument.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
      argument.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }),
      let year = Int(parts[0]), let month = Int(parts[1]), (1...12).contains(month),
      Wire.Settlement.months.contains(Int64(year * 100 + month))
    else { return nil }
    number = year * 100 + month
  }

  /// `202611` as `2026-11`.
  static func text(_ number: Int) -> String {
    "\(number / 100)-\(number % 100 < 10 ? "0" : "")\(number % 100)"
  }
}
