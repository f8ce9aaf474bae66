import CommandLog
import Ledger
import LedgerFixture
import LedgerStore
import Logging
import Market
import Placement
import Replica
import Replication
import Units

/// A ledger file of tenants with money who send it to each other.
struct Purses {
  static let count = 1_000
  static let money: Int64 = 1_000_000_000_000

  let store: LedgerStore
  private(set) var core: ReplicaCore
  var time = Exchange.monday
  var draw: Draw
  /// Who trades for each tenant.
  private var traders: [String] = []

  init(path: String, seed: UInt64) throws {
    draw = Draw(seed: seed)
    store = try LedgerStore(path: path)
    core = try ReplicaCore(store: store, logger: Logger(label: "bench"), principal: "leader")
    var rules = Rules()
    rules.roundLength = Span.day
    try core.begin(genesis: Exchange.genesis(rules: rules), clock: time)
    try decree((0..<Self.count).map { .addParty(Exchange.party(Self.tenant($0), .tenant, .hkd)) })
    traders = try decree(
      (0..<Self.count).map { number in
        var trader = NewPrincipal()
        trader.party = Self.tenant(number)
        trader.roles = [.trader]
        return .addPrincipal(trader)
      })
    try decree(
      (0..<Self.count).map { number in
        var deposit = BankTransfer()
        deposit.account = Self.account(number)
        deposit.amount = Self.money
        deposit.reference = draw.id() + draw.id()
        return .deposit(deposit)
      })
    try lead()
  }

  private static func tenant(_ number: Int) -> String { "tenant-\(number)" }
  private static func account(_ number: Int) -> String { "tenant-\(number):hkd" }

  /// Two-person commands; the names of what they make.
  @discardableResult
  private mutating func decree(_ commands: [Command]) throws -> [String] {
    let proposed = try commit(
      commands.map { Submission(id: draw.id(), by: "maker", role: .platform, command: $0) })
    try commit(
      proposed.map {
        Submission(
          id: draw.id(), by: "checker", role: .platform, command: .approve(Numbered($0.position)))
      })
    return proposed.map { "p-\($0.position)" }
  }

  /// Writes a batch; nothing of it may be refused.
  @discardableResult
  mutating func commit(_ batch: [Submission]) throws -> [Receipt] {
    try core.commit(batch, clock: time).map { result in
      let receipt = try result.get()
      if let refusal = receipt.refusal {
        throw Fault("\(receipt.kind.rawValue) was refused: \(refusal.code)")
      }
      return receipt
    }
  }

  /// What a leader does by itself, until nothing is due: rounds of an empty book, seals.
  mutating func lead() throws {
    while true {
      let actions = core.due(market: time, wall: time)
      guard !actions.isEmpty else { return }
      for action in actions {
        switch action {
        case .propose(let command): try commit([core.own(command)])
        case .seal(let from, let to): try commit([core.own(try core.seal(from: from, to: to))])
        case .solve(let frozen):
          let clearing = Engine.clear(frozen.instance, iterations: frozen.iterations)
          try commit(Leader.outcome(of: frozen, clearing).map { core.own($0) })
        }
      }
    }
  }

  /// A payment of one tenant to another.
  mutating func transfer() -> Submission {
    let payer = Int(draw.number(0...Int64(Self.count - 1)))
    let payee = (payer + Int(draw.number(1...Int64(Self.count - 1)))) % Self.count
    var leg = TransferLeg()
    leg.debit = Self.account(payer)
    leg.credit = Self.account(payee)
    leg.amount = draw.number(1...1_000)
    var terms = TransferTerms()
    terms.legs = [leg]
    return Submission(
      id: draw.id(), by: traders[payer], role: .trader, command: .transfer(terms))
  }
}
