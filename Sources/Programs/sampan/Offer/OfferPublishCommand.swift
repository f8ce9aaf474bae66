import ArgumentParser
import BrokerAPI
import BrokerClient

/// Replaces a site's schedule by hand; agents do it by themselves.
struct OfferPublishCommand: ChangeErrand {
  static let configuration = CommandConfiguration(
    commandName: "publish",
    abstract: "Replace a site's schedule by the one in a file.",
    discussion: """
      The schedule is whole: it replaces the one before, and leased capacity is part of it. Agents \
      publish by themselves; this is for sites without one.

      offer.yaml:
        sellUntil: +48h
        pools:
          - {pool: h800-a, chip: h800-80g, fabric: ib-a, unit: 8, reclaim: never,
             spans: [{from: 2026-12-01, to: 2026-12-08, gpus: 320, ask: HKD 14.00}],
             lease: {shortest: 1h, longest: 26w, mostGpus: 160}}

      The limits under lease may be left out; mostGpus is for one tenant at one time.

      Example:
        sampan offer publish cyberport-h -f offer.yaml
      """)
  static let failing = "The offer was not published."

  @Argument(help: "The site.")
  var site: String
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The schedule, - for standard input.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml", "json"]))
  var file: String
  @Option(
    name: .long,
    help: ArgumentHelp("Its number; one more than that in force when left out.", valueName: "n"))
  var generation: Int64?
  @OptionGroup(title: "Agreement") var change: ChangeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let text = try InputFile.text(file)
    let session = try session()
    let now = try await session.client.clock().market
    var body = try OfferFile.parse(text, name: file, now: now)
    if let generation {
      body.generation = generation
    } else if body.generation == 0 {
      body.generation = (try await session.client.showSite(site).generation ?? 0) + 1
    }
    let pools = body.pools.map { pool in
      let asks = pool.spans.map(\.ask)
      let most = pool.spans.map(\.gpus).max() ?? 0
      let low = asks.min { $0.minor < $1.minor }.map(Display.money) ?? "-"
      return "  \(pool.pool): up to \(most) x \(pool.chip), "
        + (pool.reclaim == .never ? "firm" : "reclaim \(pool.reclaim)") + ", from \(low)"
        + Display.limits(pool.lease)
    }
    try await session.carryOut(
      PlannedCommand(
        .publishOffer, path: [site], body,
        summary: [
          "Offer \(body.generation) of \(site), to be sold until "
            + "\(Display.instant(body.sellUntil)):"
        ] + pools + ["  What is sold must be delivered at these terms."],
        question: "Publish it?"), change)
  }
}
