import AdapterKit
import BrokerAPI
import Exec
import Foundation
import Loopback
import Settings
import SiteRuntime

/// The settings of one agent (config/agent-*.yaml).
struct AgentSettings {
  var site: String
  var broker: String
  var tokenFile: String?
  var currency: String
  var terms: OfferTerms
  var spool: String
  private var adapter: String
  private var loopback: LoopbackConfiguration
  private var exec: ExecConfiguration

  /// Reads them all, or throws all faults at once.
  init(file: String) throws {
    let reader = SettingsReader(file: file)
    var prices = PriceFaults()
    site = reader.string("site", doc: "id of the site, as it was invited")
    let brokerSection = reader.section("broker")
    broker = brokerSection.string("url", doc: "where the broker answers")
    tokenFile = brokerSection.secretFile("tokenFile", doc: "written by sampan-agent join")
    adapter = reader.string(
      "adapter", default: "loopback", oneOf: ["loopback", "exec"], doc: "what speaks to the cluster"
    )
    let folder = reader.section("spool", doc: "what must survive a restart")
    spool = folder.path("directory", default: "spool", doc: "0700")
    loopback = Self.loopback(
      reader.section("loopback", needed: adapter == "loopback", doc: "leases as local processes"))
    let program = reader.section(
      "exec", needed: adapter == "exec", doc: "any program as an adapter")
    exec = ExecConfiguration(
      program: program.path("program", doc: "started as PROGRAM VERB"),
      environment: Dictionary(
        program.entries("environment", doc: "added to the program's environment")
          .map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }),
      timeLimitSeconds: Int64(
        program.int("timeLimitSeconds", default: 60, in: 1...3_600, doc: "of one call")))
    let pools = reader.items("pools", doc: "what is sold, and for how much") {
      Self.pool($0, &prices)
    }
    currency = prices.currency ?? "HKD"
    terms = OfferTerms(currency: currency, pools: pools)
    try reader.finish()
    if !prices.faults.isEmpty {
      throw Failure(description: "\(file): " + prices.faults.joined(separator: "\n"))
    }
  }

  /// The adapter, on the market's clock.
  func makeAdapter(_ clock: SharedClock) throws -> any Adapter {
    if adapter == "exec" { return ExecSite(exec, now: { clock.now }) }
    var configuration = loopback
    // On a fast clock a few ms of this machine are minutes of the market.
    configuration.slack = 200 * ((clock.clock?.scale ?? 1) - 1)
    return try LoopbackSite(configuration, now: { clock.now })
  }

  private static func loopback(_ reader: SettingsReader) -> LoopbackConfiguration {
    let directory = reader.path("directory", default: "leases", doc: "one file a lease")
    let processes = reader.string(
      "processes", default: "each", oneOf: ["each", "none"], doc: "a real process for each lease")
    let pools = reader.items("pools", doc: "what this pretended cluster has") { item in
      LoopbackConfiguration.Pool(
        pool: item.string("name", doc: "name within the site"),
        chip: item.string("chip", doc: "kind of GPU"),
        fabric: item.string("fabric", default: "local", doc: "what may be used together"),
        unit: Int64(item.int("node", default: 8, in: 1...1_024, doc: "GPUs of one node")),
        gpus: Int64(item.int("gpus", in: 1...1_000_000, doc: "in all")),
        daily: item.items("busy", doc: "when fewer are free, every day at +08:00") { busy in
          let between = busy.string("between", doc: "such as 09:00-18:00")
          let minutes = Clock.minutes(between) ?? (0, 0)
          return LoopbackConfiguration.Daily(
            fromMinute: minutes.0, toMinute: minutes.1,
            gpus: Int64(busy.int("free", in: 0...1_000_000, doc: "GPUs that are free then")))
        })
    }
    return LoopbackConfiguration(
      directory: directory, pools: pools, processes: processes == "none" ? .none : .each)
  }

  private static func pool(
    _ reader: SettingsReader, _ prices: inout PriceFaults
  ) -> OfferTerms.Pool {
    var pool = OfferTerms.Pool(
      pool: reader.string("name", doc: "as the adapter calls it"),
      unit: OfferTerms.Pool.Unit(
        rawValue: reader.string("unit", default: "node", oneOf: ["node", "gpu"], doc: "sold whole"))
        ?? .node,
      keepBack: Int64(
        reader.int("keepBack", default: 0, in: 0...100_000, doc: "units that are never offered")),
      asks: [])
    for ask in reader.items(
      "ask", doc: "lowest price per GPU-hour; the first that covers a time holds",
      read: { item in
        (
          item.string("price", doc: "such as HKD 14.00"),
          item.optionalString("between", doc: "such as 22:00-08:00; always when left out")
        )
      })
    {
      if let read = prices.ask(ask.0, ask.1, pool.pool) { pool.asks.append(read) }
    }
    let reclaim = reader.string(
      "reclaim", default: "never", doc: "never, or the notice, 5m or longer, such as 30m")
    if reclaim != "never" {
      if let notice = SettingsUnits.duration(reclaim), notice >= .seconds(300) {
        pool.reclaim = notice.milliseconds
      } else {
        prices.faults.append(
          "pool \(pool.pool): reclaim is \(reclaim); write never, or a notice of 5m or longer")
      }
    }
    pool.promise =
      reader.duration(
        "promise", default: "48h", in: .seconds(900)...(.seconds(31_622_400)),
        doc: "how long what is offered holds without being said again"
      ).milliseconds
    pool.horizon =
      reader.duration(
        "horizon", default: "364d", in: .seconds(3_600)...(.seconds(31_622_400)),
        doc: "how far ahead capacity is offered"
      ).milliseconds
    return pool
  }
}

/// Prices as text, read with the faults that the settings file cannot know.
private struct PriceFaults {
  var currency: String?
  var faults: [String] = []

  mutating func ask(_ price: String, _ between: String?, _ pool: String) -> OfferTerms.Ask? {
    do {
      let money = try WireMoney(parsing: price)
      let code = money.currency.rawValue
      if let currency, currency != code {
        faults.append("pool \(pool): \(price) is not in \(currency); a site has one currency")
      }
      currency = currency ?? code
      guard let between else { return OfferTerms.Ask(price: money.minor) }
      guard let minutes = Clock.minutes(between) else {
        faults.append("pool \(pool): between is \(between); write a time span such as 22:00-08:00")
        return nil
      }
      return OfferTerms.Ask(price: money.minor, fromMinute: minutes.0, toMinute: minutes.1)
    } catch {
      faults.append("pool \(pool): price is \(price): \(error)")
      return nil
    }
  }
}

/// Times of the day.
enum Clock {
  /// `22:00-08:00` as minutes of the day.
  static func minutes(_ text: String) -> (Int64, Int64)? {
    let ends = text.split(separator: "-").map(minute)
    guard ends.count == 2, let from = ends[0], let to = ends[1] else { return nil }
    return (from, to)
  }

  private static func minute(_ text: Substring) -> Int64? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let hour = Int64(parts[0]), let minute = Int64(parts[1]),
      (0...24).contains(hour), (0..<60).contains(minute), hour * 60 + minute <= 1_440
    else { return nil }
    return hour * 60 + minute
  }

  /// ms since 1970 UTC on this machine.
  static func wall() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}

extension Duration {
  var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
