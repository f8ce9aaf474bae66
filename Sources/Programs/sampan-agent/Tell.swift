import ArgumentParser
import BrokerAPI
import Foundation
import SiteRuntime

/// Lets a running agent, or the next one, make what waits for a person.
struct Approve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show what waits for a person, and allow or decline it.",
    discussion: """
      Without an id it lists what waits, each with what it would run.
      Examples:
        sampan-agent approve
        sampan-agent approve 3f2a91bc
        sampan-agent approve --decline 3f2a91bc
      """)

  @OptionGroup var settings: SettingsOption
  @OptionGroup var output: OutputOption

  @Argument(help: "Ids of what waits.")
  var ids: [String] = []

  @Flag(help: "All that waits now.")
  var all = false

  @Flag(help: "Decline instead.")
  var decline = false

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    let file = ControlFile(directory: agent.spool)
    let waiting = try file.status()?.waiting ?? []
    guard all || !ids.isEmpty else { return try show(waiting) }
    let open = waiting.filter { $0.reason != .observing }
    for id in ids where !open.contains(where: { $0.id == id }) {
      let known = open.map(\.id).joined(separator: ", ")
      throw Failure(
        description:
          "nothing with the id \(id) waits; there is: \(known.isEmpty ? "nothing" : known)")
    }
    let chosen = open.filter { all || ids.contains($0.id) }
    try file.change { control in
      for item in chosen { control.answer(item.id, approved: !decline) }
    }
    guard output.format == .table else { return try output.printJSON(chosen) }
    for item in chosen { print("\(decline ? "declined" : "approved")  \(item.id)  \(item.change)") }
    if chosen.isEmpty { print("Nothing waits.") }
    if !Spool.isHeld(directory: agent.spool) {
      print("The agent is not running; it counts from its next start on.")
    }
  }

  private func show(_ waiting: [SiteStatus.Waiting]) throws {
    guard output.format == .table else { return try output.printJSON(waiting) }
    for item in waiting {
      print(StatusText.line(item))
      for command in item.commands ?? [] { print("    \(command)") }
    }
    print(
      waiting.contains { $0.reason != .observing }
        ? "Allow it: sampan-agent approve ID ...    or --decline" : "Nothing waits for a person.")
  }
}

/// Ends selling, with or without the broker.
struct Freeze: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sell nothing more from now on; leases stand.",
    discussion: """
      Holds without the broker and over restarts, until sampan-agent thaw. The offer is withdrawn as
      soon as the broker answers; while it does not, it may sell until the promise ends, not longer.
      Example: sampan-agent freeze --config agent.yaml
      """)

  @OptionGroup var settings: SettingsOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    let file = ControlFile(directory: agent.spool)
    try file.change { $0.frozen = true }
    let status = try await file.settled(agent.spool) { $0.frozen && $0.sellUntil == nil }
    guard output.format == .table else { return try output.printJSON(status) }
    if let until = status?.sellUntil {
      print(
        "\(agent.site) is frozen, but the broker does not know yet: it may sell until \(until.text)."
      )
      print(
        Spool.isHeld(directory: agent.spool)
          ? "The agent withdraws the offer as soon as the broker answers."
          : "The agent is not running: start it, so that it withdraws the offer.")
    } else {
      print(
        "\(agent.site) is frozen: nothing more is sold. Leases stand. To sell again: sampan-agent thaw"
      )
    }
  }
}

/// Sells again.
struct Thaw: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sell again after freeze.",
    discussion: "Example: sampan-agent thaw --config agent.yaml")

  @OptionGroup var settings: SettingsOption
  @OptionGroup var output: OutputOption

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    let file = ControlFile(directory: agent.spool)
    try file.change { $0.frozen = false }
    let status = try await file.settled(agent.spool) { !$0.frozen }
    guard output.format == .table else { return try output.printJSON(status) }
    print("\(agent.site) may be sold again.")
    if agent.mode == .observe { print("It only observes (mode: observe), so nothing is offered.") }
  }
}

extension ControlFile {
  /// The agent's word once it says so, for ten seconds at most; its last word when it is not running.
  func settled(_ spool: String, _ holds: (SiteStatus) -> Bool) async throws -> SiteStatus? {
    for _ in 0..<100 {
      let status = try status()
      if status.map(holds) == true || !Spool.isHeld(directory: spool) { return status }
      try await Task.sleep(for: .milliseconds(100))
    }
    return try status()
  }
}

/// How an answer is written.
struct OutputOption: ParsableArguments {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json
  }

  @Option(name: [.customShort("o"), .customLong("output")], help: "How the answer is written.")
  var format: Format = .table

  func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
  }
}
