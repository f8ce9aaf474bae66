import AdapterKit
import ArgumentParser
import BrokerAPI
import BrokerClient
import SiteRuntime

/// What would have been sold, by the prices of the past.
struct Preview: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What would have been sold in the last days, at what price, and the worst penalty.",
    discussion: """
      An estimate: today's capacity at the same hours of the week, against the public prices of the
      same chip at other sites in our currency. Changes nothing.
      Example: sampan-agent preview --days 7
      """)

  @OptionGroup var settings: SettingsOption
  @OptionGroup var output: OutputOption

  @Option(help: "How many days back, 1 to 28.")
  var days = 7

  func run() async throws {
    guard (1...28).contains(days) else { throw ValidationError("--days is 1 to 28") }
    let agent = try AgentSettings(file: settings.config)
    guard let client = agent.client(), let port = agent.port() else {
      throw Failure(description: "broker.tokenFile is not named; run: sampan-agent join")
    }
    let clock = SharedClock(wall: Clock.wall)
    await Run.learnTime(port, clock)
    let now = clock.now
    let plan = OfferPlan(try await agent.makeAdapter(clock).capacity(), terms: agent.terms, at: now)
    let history = try await rounds(client, since: now - Int64(days) * 86_400_000)
    let rules = try await client.showRules()
    let estimates = Foresight(
      plan: plan, site: agent.site, currency: Wire.CurrencyCode(rawValue: agent.currency) ?? .hkd,
      days: days, now: now,
      damagesPermille: Int64(rules.damagesPermille)
    ).estimates(history)
    guard output.format == .table else { return try output.printJSON(estimates) }
    print(
      "The last \(days == 1 ? "day" : "\(days) days"), as if today's offer had stood. An estimate from"
        + " \(history.count) rounds."
    )
    for pool in estimates { for line in pool.lines { print(line) } }
    if estimates.isEmpty { print("Nothing would be offered now: see sampan-agent check.") }
  }

  /// At most so many rounds are looked at, evenly over the time.
  private static let mostRounds = 96

  private func rounds(_ client: BrokerClient, since: Int64) async throws -> [Wire.MarketPrices] {
    guard let last = try? await client.marketPrices() else { return [] }
    var found = [last]
    let first = try await firstRound(client, since: since)
    let step = max(1, (last.round - first) / Int64(Self.mostRounds))
    var next = last.round - step
    while next >= first, found.count < Self.mostRounds,
      let earlier = try? await client.marketPrices(round: next)
    {
      if earlier.endedAt.milliseconds < since { break }
      found.append(earlier)
      next = min(next, earlier.round) - step
    }
    return found.reversed()
  }

  private func firstRound(_ client: BrokerClient, since: Int64) async throws -> Int64 {
    var first: Int64 = 1
    for try await round in client.listRounds() {
      first = round.round
      if (round.closedAt?.milliseconds ?? .max) < since { break }
    }
    return first
  }
}
