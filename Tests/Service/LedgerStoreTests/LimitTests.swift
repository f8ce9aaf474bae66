import Accounts
import CommandLog
import Foundation
import GRDB
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Replica
import Seeded
import Testing
import Units

/// Limits and times of what is set aside, whoever sends at once and whatever clocks say.
@Suite(.timeLimit(.minutes(60)))
struct LimitTests {
  private static func leg(_ debit: String, _ credit: String, _ amount: Int64) -> TransferLeg {
    var leg = TransferLeg()
    leg.debit = debit
    leg.credit = credit
    leg.amount = amount
    return leg
  }

  private static func id(_ number: Int) -> String {
    let text = String(number, radix: 16)
    return "f" + String(repeating: "0", count: 31 - text.count) + text
  }

  /// Four tenants in HKD with little money of whom one has credit; who trades for each.
  private static func market(_ core: inout ReplicaCore) throws -> [(party: String, trader: String)]
  {
    var number = 1_000_000
    func decree(_ commands: [Command], _ core: inout ReplicaCore) throws -> [Int64] {
      var positions: [Int64] = []
      for (by, make) in [("maker", nil), ("checker", positions)] as [(String, [Int64]?)] {
        let sent = make == nil ? commands : positions.map { .approve(Numbered($0)) }
        let results = try core.commit(
          sent.map { command in
            number += 1
            return Submission(id: id(number), by: by, role: .platform, command: command)
          }, clock: Exchange.monday)
        for result in results { #expect(try result.get().refusal == nil) }
        if make == nil { positions = try results.map { try $0.get().position } }
      }
      return positions
    }
    let parties = ["a", "b", "c", "d"]
    _ = try decree(parties.map { .addParty(Exchange.party($0, .tenant, .hkd)) }, &core)
    let traders = try decree(
      parties.map { party in
        var trader = NewPrincipal()
        trader.party = party
        trader.roles = [.trader]
        return .addPrincipal(trader)
      }, &core)
    _ = try decree(
      parties.enumerated().map { index, party in
        var deposit = BankTransfer()
        deposit.account = "\(party):hkd"
        deposit.amount = 5_000
        deposit.reference = String(repeating: "\(index)", count: 64)
        return .deposit(deposit)
      }, &core)
    var limit = CreditLimit()
    limit.account = "d:hkd"
    limit.amount = 2_000
    _ = try decree([.setCreditLimit(limit)], &core)
    return zip(parties, traders).map { ($0, "p-\($1)") }
  }

  @Test("Clients that spend at once never pass a limit, and each is told what became of its own")
  func concurrent() async throws {
    let count = cases(2_000)
    let file = try LedgerFile()
    let store = try LedgerStore(path: file.path)
    var core = try ReplicaCore(store: store, logger: LedgerFile.silent, principal: "leader")
    try core.begin(genesis: Exchange.genesis(rules: Rules()), clock: Exchange.monday)
    let tenants = try Self.market(&core)
    var source = Source(31)
    let sent = (0..<count).map { number in
      let (party, trader) = source.pick(tenants)
      let other = source.pick(tenants).party
      var leg = Self.leg("\(party):hkd", "\(other):hkd", source.number(1...4_000))
      if source.next() % 3 == 0 {
        leg.action = .pend
        leg.timeout = source.number(1...400)
      }
      var terms = TransferTerms()
      terms.legs = [leg]
      return Submission(id: Self.id(number), by: trader, role: .trader, command: .transfer(terms))
    }
    let replica = Replica(
      store: store, clock: MarketClock(scale: 600, start: core.state.time), principal: "leader",
      logger: LedgerFile.silent)
    let thread = Thread { try? replica.run(genesis: nil) }
    thread.stackSize = 8 << 20
    thread.start()
    while !replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    let (taken, refused) = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for client in 0..<16 {
        group.addTask {
          var told = (0, 0)
          for index in stride(from: client, to: count, by: 16) {
            let receipt = try await replica.submit(sent[index])
            if receipt.refusal == nil { told.0 += 1 } else { told.1 += 1 }
          }
          return told
        }
      }
      return try await group.reduce((0, 0)) { ($0.0 + $1.0, $0.1 + $1.1) }
    }
    replica.stop()
    while replica.status.serving { try await Task.sleep(for: .milliseconds(5)) }
    #expect(taken + refused == count && taken > count / 10 && refused > count / 10)
    let rows = try Self.rows(file)
    #expect(try Self.below(rows) == 0, "of \(rows.count) movements")
    figure("T2", "transfers of 16 clients at once; \(taken) taken, \(refused) refused", count)
  }

  /// Movements in the order of the log: debit, credit, what was posted, what the debit holds more.
  private static func rows(_ file: LedgerFile) throws -> [(String, String, Int64, Int64)] {
    let bench = try Workbench(path: file.path)
    defer { try? bench.close() }
    return try bench.queue.read { db in
      try Row.fetchAll(
        db, sql: "SELECT debit, credit, step, amount, held FROM movements ORDER BY position, i"
      ).map { row in
        let step: String = row["step"]
        let amount: Int64 = row["amount"]
        let held: Int64 = row["held"] ?? 0
        return (
          row["debit"], row["credit"], ["posted", "settled"].contains(step) ? amount : 0,
          step == "pending" ? amount : -held
        )
      }
    }
  }

  /// How often an account of a tenant had less than its limit, what is held included.
  private static func below(_ rows: [(String, String, Int64, Int64)]) throws -> Int {
    var balances: [String: Int64] = [:]
    var held: [String: Int64] = [:]
    var violations = 0
    for (debit, credit, posted, pending) in rows {
      balances[debit, default: 0] -= posted
      balances[credit, default: 0] += posted
      held[debit, default: 0] += pending
      for account in ["a:hkd", "b:hkd", "c:hkd", "d:hkd"] {
        let limit: Int64 = account == "d:hkd" ? 2_000 : 0
        if balances[account, default: 0] - held[account, default: 0] < -limit { violations += 1 }
      }
    }
    return violations
  }

  @Test(
    "What is set aside ends by the time of the log alone, to the millisecond, whatever clocks say")
  func clocks() throws {
    let count = cases(400)
    var source = Source(41)
    var exchange = try Exchange()
    let trader = try exchange.tenant("a", .hkd, money: 1_000_000_000)
    _ = try exchange.tenant("b", .hkd, money: 0)
    // The leader's clock freezes, steps and jumps by up to a day; stamps are those of its log.
    var log = Sequencer(epoch: 0, time: exchange.state.time)
    var clock = exchange.state.time
    var open: [(id: String, expires: Int64)] = []
    var (ended, edges) = (0, 0)
    while ended < count {
      clock += source.pick([
        0, 0, 1, 1, 7, 1_000, -1, -3_600_000, 86_400_000, -86_400_000, source.number(-50...50),
      ])
      exchange.time = log.stamp(clock)
      #expect(exchange.time >= exchange.state.time, "stamps never fall")
      var terms = TransferTerms()
      if open.count < 8 || source.next() % 2 == 0 {
        var leg = Self.leg("a:hkd", "b:hkd", 1)
        leg.action = .pend
        leg.timeout = source.pick([1, 2, 8, 1_000, 3_600_000, 86_400_000])
        terms.legs = [leg]
        open.append(
          (TransferTerms.id(exchange.state.position, 0), exchange.time + (leg.timeout ?? 0)))
        _ = try Exchange.accepted(exchange.send(.transfer(terms), by: trader, as: .trader))
        continue
      }
      let index = Int(source.number(0...Int64(open.count - 1)))
      let (id, expires) = open.remove(at: index)
      // Often at the very edge.
      if source.next() % 2 == 0, expires > exchange.time {
        exchange.time = log.stamp(expires - source.number(0...1))
        clock = exchange.time
        edges += 1
      }
      var leg = TransferLeg()
      leg.action = .void
      leg.pending = id
      terms.legs = [leg]
      let events = try exchange.send(.transfer(terms), by: trader, as: .trader)
      let refusal = Exchange.refusal(events)
      if exchange.time < expires {
        #expect(refusal == nil, "\(id) was over \(expires - exchange.time) ms early")
      } else {
        #expect(refusal == .pendingExpired || refusal == .unknownPending, "\(id) was late")
      }
      ended += 1
    }
    #expect(edges > count / 20)
    // Another replica, with whatever clock, has the same state: it asks none.
    var other = LedgerState()
    for entry in exchange.log { _ = try other.apply(entry) }
    let same = FieldCodec.encode(other) == FieldCodec.encode(exchange.state)
    #expect(same)
    figure("T4", "pendings that ended by log time under clocks that jump", ended)
  }
}
