import ArgumentParser

/// The agent beside a centre's cluster. It dials out only.
@main
struct SampanAgent: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sampan-agent",
    abstract: "Offers a site's spare GPUs to the market and sets up what it sells.",
    version: "0.1.0",
    subcommands: [
      Join.self, Check.self, Preview.self, Run.self, Status.self, Approve.self, Freeze.self,
      Thaw.self, WithLock.self, Conform.self, Leave.self,
    ])
}

/// What ends a command with a sentence for a person.
struct Failure: Error, CustomStringConvertible {
  var description: String
}

/// Where the settings are.
struct SettingsOption: ParsableArguments {
  @Option(name: .shortAndLong, help: "The settings of this agent.")
  var config = "agent.yaml"
}
