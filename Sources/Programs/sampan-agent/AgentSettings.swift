import AdapterKit
import BrokerAPI
import Exec
import Foundation
import Loopback
import Settings
import SiteRuntime
import Slurm

/// The settings of one agent (config/agent-*.yaml).
struct AgentSettings {
  var site: String
  var broker: String
  var tokenFile: String?
  var currency: String
  var terms: OfferTerms
  var spool: String
  var mode: SiteMode
  /// How members of tenants become users; nil when people are the adapter's affair.
  var people: (map: any PeopleMap, unknown: UnknownPeople)?
  private var adapter: String
  private var slurm: SlurmConfiguration
  private var hooks: (beforeStart: [String], afterEnd: [String])
  private var loopback: LoopbackConfiguration
  private var exec: ExecConfiguration

  /// Reads them all, or throws all faults at once.
  init(file: String) throws {
    let reader = SettingsReader(file: file)
    var faults = PoolFaults()
    site = reader.string("site", doc: "id of the site, as it was invited")
    let brokerSection = reader.section("broker")
    broker = brokerSection.string("url", doc: "where the broker answers")
    tokenFile = brokerSection.secretFile("tokenFile", doc: "written by sampan-agent join")
    mode =
      SiteMode(
        rawValue: reader.string(
          "mode", default: "act", oneOf: SiteMode.allCases.map(\.rawValue),
          doc: "observe writes nothing, propose waits for approve, act does it")) ?? .observe
    adapter = reader.string(
      "adapter", default: "loopback", oneOf: ["loopback", "exec", "slurm"],
      doc: "what speaks to the cluster")
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
    people = Self.people(reader.section("people", doc: "who may use leases"), &faults)
    let around = reader.section("hooks", doc: "programs of the centre around each lease")
    hooks = (
      around.list("beforeStart", default: [], doc: "before the gate opens; absolute paths"),
      around.list("afterEnd", default: [], doc: "when nothing of it is left; absolute paths")
    )
    let isSlurm = adapter == "slurm"
    slurm = Self.slurm(reader, isSlurm, spool: spool)
    var shares: [SlurmConfiguration.Pool] = []
    let pools = reader.items("pools", doc: "what is sold, and for how much") { item in
      let pool = Self.pool(item, &faults, prepareAhead: isSlurm ? "always" : "10m")
      Self.share(item, pool.pool, isSlurm, &faults).map { shares.append($0) }
      return pool
    }
    slurm.pools = shares
    currency = faults.currency ?? "HKD"
    terms = OfferTerms(currency: currency, pools: pools)
    if isSlurm { faults.faults += slurm.faults.map { "slurm: \($0)" } }
    try reader.finish()
    if !faults.faults.isEmpty {
      throw Failure(description: faults.faults.map { "\(file): \($0)" }.joined(separator: "\n"))
    }
  }

  /// The adapter, on the market's clock.
  func makeAdapter(
    _ clock: SharedClock, note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> any Adapter {
    let bare = try bareAdapter(clock, note)
    guard !hooks.beforeStart.isEmpty || !hooks.afterEnd.isEmpty else { return bare }
    return try HookedAdapter(
      bare, beforeStart: hooks.beforeStart, afterEnd: hooks.afterEnd, folder: spool + "/hooks",
      now: { clock.now })
  }

  /// How often the cluster is asked what it has, at most.
  var rules: ReconcileRules {
    var rules = ReconcileRules()
    if adapter == "slurm" { rules.pollEvery = slurm.pollEverySeconds * 1_000 }
    return rules
  }

  /// The adapter for Slurm without hooks around it, nil when it is another one.
  func slurmSite(
    _ clock: SharedClock, note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> SlurmSite? {
    guard adapter == "slurm" else { return nil }
    return try SlurmSite(
      slurm,
      clock: SlurmClock(
        now: { clock.now }, wall: { (clock.clock ?? .wall).wall(at: $0) },
        market: { (clock.clock ?? .wall).market(at: $0) }),
      reader: slurm.reader, note: note)
  }

  private func bareAdapter(
    _ clock: SharedClock, _ note: @escaping @Sendable (String) -> Void
  ) throws -> any Adapter {
    if let site = try slurmSite(clock, note: note) { return site }
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

  /// A time for a person.
  static func text(_ milliseconds: Int64) -> String { WireTime(clamping: milliseconds).text }

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
