import ArgumentParser
import BrokerAPI
import BrokerClient

/// Prices of the last round.
struct MarketPricesCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "prices",
    abstract: "Prices of the last round that ended, per pool.",
    discussion: """
      One line for each run of equal price; per GPU-hour, in the site's currency, without fee.

      Example:
        sampan market prices --chip h800-80g
      """)
  static let failing = "There are no prices."

  @Option(name: .long, help: ArgumentHelp("Only this pool, as site:pool.", valueName: "site:pool"))
  var pool: String?
  @Option(name: .long, help: "Only this chip.")
  var chip: String?
  @OptionGroup var options: GlobalOptions

  /// A run with the pool that it belongs to.
  struct Line {
    let pool: Wire.PoolPrices
    let run: Wire.PriceRun
  }

  func perform() async throws {
    let session = try session()
    var prices = try await session.client.marketPrices(pool: pool)
    if let chip { prices.pools = prices.pools.filter { $0.chip == chip } }
    switch session.format {
    case .json: session.terminal.say(try prices.tree().pretty)
    case .yaml: session.terminal.write(try prices.tree().yaml)
    case .name: for pool in prices.pools { session.terminal.say("\(pool.site):\(pool.pool)") }
    case .csv, .table, .wide:
      let rows = prices.pools.flatMap { pool in pool.runs.map { Line(pool: pool, run: $0) } }
      session.terminal.write(
        Grid(columns: Self.columns).rendered(
          rows, as: session.format, bold: session.terminal.usesColour))
      if session.format != .csv {
        session.terminal.say("")
        session.terminal.say(
          "Round \(prices.round), ended \(Display.instant(prices.endedAt)).")
      }
    }
  }

  private static var columns: [Column<Line>] {
    [
      Column("SITE") { .text($0.pool.site) },
      Column("POOL") { .text($0.pool.pool) },
      Column("CHIP") { .text($0.pool.chip) },
      Column("FROM (+08:00)") { .time($0.run.from) },
      Column("TO") { .time($0.run.to) },
      Column("ASK") { .money($0.run.ask) },
      Column("PRICE") { .money($0.run.price) },
    ]
  }
}
