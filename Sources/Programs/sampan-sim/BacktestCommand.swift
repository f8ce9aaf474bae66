import ArgumentParser
import Foundation
import Simulation

/// A public job trace through the market.
struct BacktestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Run a public GPU job trace and a supply trace through ledger, rounds and clearing.")
  func run() async throws {}
}
