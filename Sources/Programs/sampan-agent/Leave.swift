import AdapterKit
import ArgumentParser
import Foundation
import SiteRuntime

/// Takes everything of ours away and shows that nothing is left.
struct Leave: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take everything with our prefix off the cluster and show that nothing is left.",
    discussion: """
      The agent must be stopped. Withdraws the offer, removes every lease and what is kept \
      beside leases, and asks first. Running leases are broken only with --break-leases.
      Example: sampan-agent leave --config agent.yaml
      """)

  @OptionGroup var settings: SettingsOption

  @Flag(help: "Do not ask.")
  var yes = false

  @Flag(help: "End leases that still run; their tenants pay nothing for what is not delivered.")
  var breakLeases = false

  @OptionGroup var output: OutputOption

  private struct Sheet: Encodable {
    var found: [String]
    var left: [String]
    /// Until when the broker may still sell, ms since 1970; absent when it knows.
    var sellsUntil: Int64?
    var site: String
    var spool: String
  }

  func run() async throws {
    let agent = try AgentSettings(file: settings.config)
    guard !Spool.isHeld(directory: agent.spool) else {
      throw Failure(
        description: "the agent of \(agent.site) is running; stop it first, so that nothing is made"
          + " while everything goes")
    }
    let spool = try Spool(directory: agent.spool, site: agent.site)
    let clock = SharedClock(wall: Clock.wall)
    let port = agent.port()
    if let port { await Run.learnTime(port, clock) }
    let adapter = try agent.makeAdapter(clock)
    let found = try await adapter.remains()
    let running = spool.memory.running(at: clock.now)
    say("On the cluster of \(agent.site):")
    for item in found { say("  \(item)") }
    if found.isEmpty { say("  nothing of ours") }
    if let last = running.map(\.close).max(), !breakLeases {
      throw Failure(
        description: "leases that are sold: \(running.count), the last until \(Clock.text(last))."
          + " Freeze the site and let them end, or break them: sampan-agent leave --break-leases")
    }
    guard yes || confirmed(found.count, running.count) else {
      say("Nothing was changed.")
      throw ExitCode(1)
    }
    try spool.control.change { $0.frozen = true }
    let sellsUntil = await withdraw(port, spool, at: clock.now)
    await report(running, port)
    try await clear(adapter)
    let left = try await adapter.remains()
    guard left.isEmpty else {
      throw Failure(
        description: "still there:\n  " + left.joined(separator: "\n  ")
          + "\nRun sampan-agent leave again, or take it away by hand")
    }
    guard output.format == .table else {
      return try output.printJSON(
        Sheet(
          found: found, left: left, sellsUntil: sellsUntil, site: agent.site, spool: agent.spool))
    }
    print(
      "Nothing of ours is left on the cluster of \(agent.site). The spool stays: \(agent.spool)")
  }

  /// What happens on the way; a program reads the end alone.
  private func say(_ line: String, end: String = "\n") {
    switch output.format {
    case .table: print(line, terminator: end)
    case .json: FileHandle.standardError.write(Data((line + end).utf8))
    }
  }

  private func confirmed(_ items: Int, _ running: Int) -> Bool {
    let leases = running > 0 ? ", breaking \(running) leases" : ""
    say("Take all \(items) away\(leases), and withdraw the offer? [y/N] ", end: "")
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }

  private func withdraw(_ port: HTTPBrokerPort?, _ spool: Spool, at now: Int64) async -> Int64? {
    var memory = spool.memory
    guard memory.sellUntil > now else { return nil }
    memory.generation = max(memory.generation + 1, now / 1_000)
    do throws(BrokerError) {
      guard let port else { throw .again("broker.tokenFile is not named") }
      try await port.withdraw(.fresh(generation: memory.generation))
      memory.sellUntil = 0
      say("The offer is withdrawn.")
    } catch .refused(code: "no_offer", _) {
      memory.sellUntil = 0
    } catch {
      say(
        "The broker did not hear it (\(error)); it may sell until \(Clock.text(memory.sellUntil)),"
          + " and nobody will make what it sells.")
    }
    try? spool.save(memory)
    return memory.sellUntil > now ? memory.sellUntil : nil
  }

  private func report(_ running: [WantedLease], _ port: HTTPBrokerPort?) async {
    for lease in running {
      do throws(BrokerError) {
        try await port?.report(.fresh(lease.lease, .failed))
        say("The broker knows that \(lease.lease) is broken.")
      } catch {
        say("The broker did not hear that \(lease.lease) is broken: \(error)")
      }
    }
  }

  private func clear(_ adapter: any Adapter) async throws {
    for allocation in try await adapter.allocations() {
      do throws(AdapterError) {
        try await adapter.remove(allocation.lease)
        say("removed \(allocation.lease)")
      } catch {
        say("NOT removed \(allocation.lease): \(error.reason)")
      }
    }
    try await adapter.clear()
  }
}
