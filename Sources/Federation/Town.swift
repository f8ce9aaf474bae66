import CommandLog
import Ledger
import LedgerStore
import Logging
import Market
import Replica
import Simulation
import Units

/// Who is there when a run begins: the platform, sites with their agents, tenants with some money.
struct Town {
  struct Place {
    var id: String
    var agent: String
    var currency: Currency
    var gpus: Int64
    var ask: Int64
  }

  struct Tenant {
    var party: String
    var trader: String
    var currency: Currency
    var isPoor: Bool
  }

  /// 2026-03-02, a Monday, 00:00 at +08:00.
  static let start: Int64 = 1_772_380_800_000
  static let silent = Logger(label: "federation") { _ in SwiftLogNoOpLogHandler() }

  private(set) var places: [Place] = []
  private(set) var tenants: [Tenant] = []
  /// Of the deposits that were made.
  private(set) var references: [String] = []
  /// Has taken part before; its account is closed.
  static let former = "former"
  /// A project of the first tenant.
  static let project = "lab"
  /// What some bids work on, and the evidence of sites is about.
  static let dataClass = "secret"
  /// Of the rules that it begins with.
  let version: Int64
  /// A file with all of it, which every replica begins with.
  let disk = SimulatedDisk(path: "town")
  private var core: ReplicaCore
  private var random: SplitMix64

  /// What could not be set up: a defect of this file.
  struct Refused: Error {
    var what: String
  }

  init(_ plan: FederationPlan, isSomeonePoor: Bool) throws {
    core = try ReplicaCore(store: disk, logger: Self.silent, principal: "leader")
    random = SplitMix64(seed: plan.seed, stream: 2, index: 0)
    version = random.draw(1...LedgerState.newestVersion)
    var genesis = Self.genesis
    genesis.version = version == 1 ? nil : version
    try core.found(genesis, clock: Self.start)
    try rate(.cny, 108, per: 100)
    for (index, name) in ["hk", "sz", "gz", "mo", "zh"].prefix(plan.sites).enumerated() {
      try place(name, isMainland: index % 2 == 1)
    }
    for index in 0..<4 {
      try tenant(
        "tenant\(index)", index % 2 == 0 ? .hkd : .cny, isPoor: isSomeonePoor && index == 3)
    }
    try decree(.addParty(Self.party(Self.former, .tenant, .hkd)))
    var closure = AccountClosure()
    closure.account = "\(Self.former):hkd"
    try decree(.closeAccount(closure))
    for place in places {
      var certificate = Certificate()
      certificate.dataClass = Self.dataClass
      certificate.site = place.id
      certificate.until = Self.start + Span.day
      try decree(.certify(certificate))
    }
    var project = Project()
    project.party = "tenant0"
    project.project = Self.project
    try decree(.addProject(project))
  }

  private static var genesis: Genesis {
    var genesis = Genesis()
    genesis.chips = ["h800"]
    genesis.currencies = [.cny, .hkd]
    genesis.origin = "simulation.example"
    genesis.parties = [party("sampan", .platform, .hkd)]
    genesis.principals = [("maker", Role.platform), ("checker", .platform), ("leader", .leader)].map
    { id, role in
      var principal = Principal()
      principal.id = id
      principal.party = "sampan"
      principal.roles = [role]
      return principal
    }
    genesis.rules = rules
    return genesis
  }

  private static var rules: Rules {
    var rules = Rules()
    rules.budgets = [Rules.Budget(bids: 10_000_000, iterations: 60)]
    rules.grid.hourlyDays = 0
    rules.grid.days = 0
    rules.grid.weeks = 0
    rules.grid.quarterHours = 6
    rules.settleGrace = Span.hour
    return rules
  }

  private static func party(_ id: String, _ kind: Party.Kind, _ currency: Currency) -> Party {
    var party = Party()
    party.id = id
    party.kind = kind
    party.currency = currency
    return party
  }

  /// - Returns: the position of the entry.
  @discardableResult
  private mutating func send(_ command: Command, by: String) throws -> Int64 {
    let id = CommandName.draw(&random)
    let submission = Submission(id: id, by: by, role: .platform, command: command)
    let results = try core.commit([submission], clock: Self.start)
    guard let receipt = try results.first?.get(), receipt.refusal == nil else {
      throw Refused(what: "\(command.kind.rawValue)")
    }
    return receipt.position
  }

  @discardableResult
  private mutating func decree(_ command: Command) throws -> Int64 {
    let position = try send(command, by: "maker")
    try send(.approve(Numbered(position)), by: "checker")
    return position
  }

  /// - Returns: the new principal's name: by the entry that proposed it.
  private mutating func add(_ party: String, _ roles: [Role], site: String? = nil) throws -> String
  {
    var new = NewPrincipal()
    new.party = party
    new.roles = roles
    new.site = site
    return "p-\(try decree(.addPrincipal(new)))"
  }

  private mutating func rate(_ currency: Currency, _ numerator: Int64, per: Int64) throws {
    var dated = DatedRate()
    dated.currency = currency
    dated.rate = Rate(numerator: numerator, denominator: per)
    dated.validUntil = Self.start + 300 * Span.day
    try decree(.setRate(dated))
  }

  private mutating func place(_ id: String, isMainland: Bool) throws {
    let currency: Currency = isMainland ? .cny : .hkd
    try decree(.addParty(Self.party("\(id)-centre", .centre, currency)))
    var site = Site()
    site.id = id
    site.centre = "\(id)-centre"
    site.currency = currency
    site.jurisdiction = isMainland ? .cn : .hk
    site.metro = isMainland ? "shenzhen" : "hk"
    try decree(.addSite(site))
    let agent = try add(site.centre, [.agent, .centre], site: id)
    places.append(
      Place(
        id: id, agent: agent, currency: currency, gpus: 8 * random.draw(1...4),
        ask: random.draw(900...1_100)))
  }

  private mutating func tenant(_ id: String, _ currency: Currency, isPoor: Bool) throws {
    try decree(.addParty(Self.party(id, .tenant, currency)))
    var transfer = BankTransfer()
    transfer.account = "\(id):\(currency.suffix)"
    transfer.amount = isPoor ? 3_000 : 5_000_000
    transfer.reference = CommandName.draw(&random) + CommandName.draw(&random)
    try decree(.deposit(transfer))
    references.append(transfer.reference)
    tenants.append(
      Tenant(
        party: id, trader: try add(id, [.trader, .manager]), currency: currency, isPoor: isPoor))
  }
}
