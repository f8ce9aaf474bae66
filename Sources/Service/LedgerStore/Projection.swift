import Accounts
import Foundation
import GRDB
import Leases
import Ledger
import Market
import Transparency
import Units

/// Writes applied entries and what follows from their events. Reads nothing back: the rows are a
/// function of the events. What happens often has a statement of its own.
struct Projection {
  let db: Database
  private let entry: BoundStatement
  private let event: BoundStatement
  private let movement: BoundStatement
  private let balance: BoundStatement
  let transfer: BoundStatement
  let bid: BoundStatement
  let bidEnd: BoundStatement
  let reading: BoundStatement
  let leaseReading: BoundStatement
  /// What movements added to accounts and is not in their rows yet.
  private var sums: [String: Sum] = [:]

  /// A sum over movements of one account.
  private struct Sum {
    var balance: Int64 = 0
    var debitsPending: Int64 = 0
    var creditsPending: Int64 = 0
  }

  init(_ db: Database) throws {
    self.db = db
    entry = try BoundStatement(db, "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    event = try BoundStatement(db, "INSERT INTO events VALUES (?, ?, ?, ?)")
    movement = try BoundStatement(
      db, "INSERT INTO movements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    balance = try BoundStatement(
      db,
      """
      UPDATE accounts SET balance = balance + ?, debits_pending = debits_pending + ?,
        credits_pending = credits_pending + ? WHERE id = ?
      """)
    transfer = try BoundStatement(
      db, "INSERT INTO transfers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    bid = try BoundStatement(
      db,
      "INSERT INTO bids (seq, party, principal, state, hold, body) VALUES (?, ?, ?, 'open', ?, ?)")
    bidEnd = try BoundStatement(db, "UPDATE bids SET state = ?, ended = ? WHERE seq = ?")
    reading = try BoundStatement(db, "INSERT INTO readings VALUES (?, ?, ?, ?, ?, ?)")
    leaseReading = try BoundStatement(
      db, "UPDATE leases SET delivered = delivered + ?, used = used + ? WHERE id = ?")
  }

  mutating func write(_ applied: AppliedEntry, leaf: Transparency.Digest) throws {
    let command = applied.entry
    try entry.int(command.position).int(command.time).int(command.epoch).text(command.id)
      .text(command.by).text(command.role.rawValue).text(command.command.kind.rawValue)
      .int(applied.refusal?.rawValue).blob(leaf.bytes).text(applied.bytes).run()
    for (index, happened) in applied.events.enumerated() {
      let bytes = applied.eventBytes[index]
      try event.int(command.position).int(Int64(index)).text(happened.name).text(bytes).run()
      if case .bidPlaced(let placed) = happened {
        try bid.int(placed.seq).text(placed.party).text(placed.principal)
          .int(Self.hold(of: applied, placed)).text(Self.record(in: bytes)).run()
      } else {
        try project(happened, index, command)
        try trace(happened, index, command)
      }
    }
  }

  /// To be called after the last entry of a transaction.
  mutating func finish() throws {
    for (account, sum) in sums.sorted(by: { $0.key < $1.key }) {
      try balance.int(sum.balance).int(sum.debitsPending).int(sum.creditsPending).text(account)
        .run()
    }
    sums = [:]
  }

  /// What the tenant has set aside for the bid that an entry placed.
  private static func hold(of applied: AppliedEntry, _ bid: Bid) -> Int64 {
    for case .moneyMoved(let movement) in applied.events
    where movement.pending == bid.hold && movement.step == .pending { return movement.amount }
    return 0
  }

  /// The record of an event, out of its canonical bytes: `{"event":...,"i":...,"n":...,"what":{...}}`.
  static func record(in bytes: [UInt8]) -> ArraySlice<UInt8> {
    // The fields before it are digits and a name: the first brace after the first byte begins it.
    let start = bytes.dropFirst().firstIndex(of: UInt8(ascii: "{")) ?? bytes.endIndex
    return bytes[start..<max(start, bytes.endIndex - 1)]
  }

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
  static func text<R: Units.Record>(_ record: R) -> String { text(FieldCodec.encode(record)) }

  func run(_ sql: String, _ arguments: StatementArguments) throws {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  private mutating func project(_ event: Event, _ index: Int, _ entry: Entry) throws {
    switch event {
    case .genesis(let genesis):
      for chip in genesis.chips { try run("INSERT INTO chips VALUES (?)", [chip]) }
      try run("INSERT INTO rules VALUES (?, ?)", [entry.position, Self.text(genesis.rules)])
    case .refused, .led, .activated, .capacityReclaimed, .damagesDue, .marketFrozen,
      .marketThawed:
      break
    case .partyAdded, .principalAdded, .siteAdded, .chipAdded, .certified, .latenciesSet, .rateSet,
      .rulesSet, .oversightSet, .projectAdded, .budgetSet, .proposalChanged, .offerPublished,
      .offerWithdrawn:
      try projectRegistry(event, entry)
    case .accountOpened, .creditLimitSet, .moneyMoved, .closureSet, .banked:
      try projectMoney(event, index, entry)
    case .bidPlaced, .bidChanged, .bidEnded, .roundClosed, .roundEnded, .pricesSet, .traded:
      try projectRound(event, entry)
    case .leaseOrdered, .leaseChanged, .extrasSold, .extrasCut, .readingAccepted,
      .readingRefused, .charged:
      try projectLease(event, entry)
    case .scheme(let happened): try projectScheme(happened, entry)
    case .disputeOpened, .evidenceAdded, .disputeDecided, .corrected:
      try projectDispute(event, entry)
    case .sealed(let seal):
      try run(
        "INSERT INTO seals VALUES (?, ?, ?, ?, ?)",
        [entry.position, seal.from, seal.to, seal.events, seal.state])
    }
  }

  private mutating func projectMoney(_ event: Event, _ index: Int, _ entry: Entry) throws {
    switch event {
    case .accountOpened(let account):
      try run(
        """
        INSERT INTO accounts (id, party, currency, unlimited, credit_limit)
        VALUES (?, ?, ?, ?, ?)
        """,
        [
          account.id, account.party.isEmpty ? nil : account.party, account.currency.rawValue,
          account.unlimited, account.creditLimit,
        ])
    case .creditLimitSet(let limit):
      // The limit is checked against what the account has by now.
      try finish()
      try run("UPDATE accounts SET credit_limit = ? WHERE id = ?", [limit.amount, limit.account])
    case .moneyMoved(let movement):
      try self.movement.int(entry.position).int(Int64(index)).int(entry.time)
        .text(movement.step.rawValue).text(movement.reason.rawValue).text(movement.debit)
        .text(movement.credit).int(movement.amount).int(movement.held).text(movement.pending)
        .text(movement.subject).run()
      let posted = movement.step == .posted || movement.step == .settled ? movement.amount : 0
      let pending = movement.step == .pending ? movement.amount : -(movement.held ?? 0)
      sums[movement.debit, default: Sum()].balance -= posted
      sums[movement.debit, default: Sum()].debitsPending += pending
      sums[movement.credit, default: Sum()].balance += posted
      sums[movement.credit, default: Sum()].creditsPending += pending
      if movement.reason == .transfer { try project(movement, index, entry) }
    case .closureSet(let closure):
      try run(
        "UPDATE accounts SET closed = ? WHERE id = ?", [closure.closed, closure.account])
    case .banked(let line):
      try run(
        "INSERT INTO bank_lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          entry.position, entry.time, line.account, line.currency.rawValue,
          line.direction.rawValue, line.amount, line.month, line.reference, line.number,
        ])
    default: break
    }
  }
}
