import ArgumentParser
import Foundation

/// The broker daemon.
@main
struct Sampand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sampand",
    abstract:
      "The broker of a compute market: keeps its ledger, clears its rounds, serves its API.",
    version: release,
    subcommands: [
      Run.self, Init.self, Check.self, Export.self, Key.self, Sign.self, Token.self,
      WitnessRun.self,
    ])

  static let release = "0.1.0"
}

/// What ends a command with a sentence for a person.
struct Failure: Error, CustomStringConvertible {
  var description: String
}

/// Where the settings are.
struct SettingsOption: ParsableArguments {
  @Option(name: .shortAndLong, help: "The settings of this replica.")
  var config = "config/sampand.yaml"
}
