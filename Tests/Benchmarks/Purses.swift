import CommandLog
import Ledger
import LedgerFixture
import LedgerStore
import Logging
import Market
import Replica
import Units

/// A ledger file of tenants with money who send it to each other.
struct Purses: BenchLedger {
  static let count = 1_000
  static let money: Int64 = 1_000_000_000_000

  let store: LedgerStore
  var core: ReplicaCore
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

  /// A round's close, its seal, and then transfers that no snapshot has.
  mutating func close(tail: Int) throws {
    time = max(time, core.state.roundDue)
    try lead()
    for _ in 0..<tail / GrowthBench.batch {
      time += Span.second
      let mix = (0..<GrowthBench.batch).map { _ in transfer() }
      try commit(mix)
      try lead()
    }
  }
}
