import ArgumentParser

/// Runs markets that are not real: traces through the ledger, bids into a demo.
@main
struct SampanSim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sampan-sim",
    abstract:
      "Runs public traces and whole federations that are not real; feeds demonstration markets.",
    version: "0.1.0",
    subcommands: [
      BacktestCommand.self, BenchCommand.self, CalibrateCommand.self, Feed.self, RunCommand.self,
      CanaryCommand.self, ScaleCommand.self,
    ])
}

/// What ends a command with a sentence for a person.
struct Failure: Error, CustomStringConvertible {
  var description: String
}
