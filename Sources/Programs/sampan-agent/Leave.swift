import AdapterKit
import ArgumentParser
import SiteRuntime

/// Takes everything of ours away and shows that nothing is left.
struct Leave: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Take everything with our prefix off the cluster and show that nothing is left.",
    discussion: """
      The agent must be stopped. Withdraws the offer, removes every lease and what is kept beside
      leases, and asks first. Running leases are broken only with --break-leases.
      Example: sampan-agent leave --config agent.yaml
      """)

  @OptionGroup var settings: SettingsOption

  @Flag(help: "Do not ask.")
  var yes = false

  @Flag(help: "End leases that still run; their tenants pay nothing for what is not delivered.")
  var breakLeases = false

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
    print("On the cluster of \(agent.site):")
    for item in found { print("  \(item)") }
    if found.isEmpty { print("  nothing of ours") }
    if let last = running.map(\.close).max(), !breakLeases {
      throw Failure(
        description: "\(running.count) leases are sold, the last until \(Clock.text(last)). Freeze"
          + " the site and let them end, or break them: sampan-agent leave --break-leases")
    }
    guard yes || confirmed(found.count, running.count) else {
      print("Nothing was changed.")
      throw ExitCode(1)
    }
    try spool.control.change { $0.frozen = true }
    await withdraw(port, spool, at: clock.now)
    await report(running, port)
    try await clear(adapter)
    let left = try await adapter.remains()
    guard left.isEmpty else {
      throw Failure(
        description: "still there:\n  " + left.joined(separator: "\n  ")
          + "\nRun sampan-agent leave again, or take it away by hand")
    }
    print(
      "Nothing of ours is left on the cluster of \(agent.site). The spool stays: \(agent.spool)")
  }

  private func confirmed(_ items: Int, _ running: Int) -> Bool {
    let leases = running > 0 ? ", breaking \(running) leases" : ""
    print("Take all \(items) away\(leases), and withdraw the offer? [y/N] ", terminator: "")
    return ["y", "yes"].contains(readLine()?.lowercased() ?? "")
  }

  private func withdraw(_ port: HTTPBrokerPort?, _ spool: Spool, at now: Int64) async {
    var memory = spool.memory
    guard memory.sellUntil > now else { return }
    memory.generation = max(memory.generation + 1, now / 1_000)
    do throws(BrokerError) {
      guard let port else { throw .again("broker.tokenFile is not named") }
      try await port.withdraw(.fresh(generation: memory.generation))
      memory.sellUntil = 0
      print("The offer is withdrawn.")
    } catch .refused(code: "no_offer", _) {
      memory.sellUntil = 0
    } catch {
      print(
        "The broker did not hear it (\(error)); it may sell until \(Clock.text(memory.sellUntil)),"
          + " and nobody will make what it sells.")
    }
    try? spool.save(memory)
  }

  private func report(_ running: [WantedLease], _ port: HTTPBrokerPort?) async {
    for lease in running {
      do throws(BrokerError) {
        try await port?.report(.fresh(lease.lease, .failed))
        print("The broker knows that \(lease.lease) is broken.")
      } catch {
        print("The broker did not hear that \(lease.lease) is broken: \(error)")
      }
    }
  }

  private func clear(_ adapter: any Adapter) async throws {
    for allocation in try await adapter.allocations() {
      do throws(AdapterError) {
        try await adapter.remove(allocation.lease)
        print("removed \(allocation.lease)")
      } catch {
        print("NOT removed \(allocation.lease): \(error.reason)")
      }
    }
    try await adapter.clear()
  }
}
