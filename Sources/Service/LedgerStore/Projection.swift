import Accounts
import Foundation
import GRDB
import Leases
import Ledger
import Market
import Transparency
import Units

/// Writes applied entries and what follows from their events, with cached statements. Reads nothing
/// back: the rows are a function of the events.
struct Projection {
  private let db: Database
  private let entry: Statement
  private let event: Statement

  init(_ db: Database) throws {
    self.db = db
    entry = try db.cachedStatement(
      sql: "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    event = try db.cachedStatement(sql: "INSERT INTO events VALUES (?, ?, ?, ?)")
  }

  mutating func write(_ applied: AppliedEntry, leaf: Transparency.Digest) throws {
    let command = applied.entry
    try entry.execute(arguments: [
      command.position, command.time, command.epoch, command.id, command.by,
      command.role.rawValue, command.command.kind.rawValue, applied.refusal?.rawValue,
      Data(leaf.bytes), Self.text(applied.bytes),
    ])
    for (index, happened) in applied.events.enumerated() {
      try event.execute(arguments: [
        command.position, index, happened.name,
        Self.text(happened.encoded(position: command.position, index: index)),
      ])
      try project(happened, index, command)
    }
  }

  static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
  static func text<R: Units.Record>(_ record: R) -> String { text(FieldCodec.encode(record)) }

  func run(_ sql: String, _ arguments: StatementArguments) throws {
    try db.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  private func project(_ event: Event, _ index: Int, _ entry: Entry) throws {
    switch event {
    case .genesis(let genesis):
      for chip in genesis.chips { try run("INSERT INTO chips VALUES (?)", [chip]) }
      try run("INSERT INTO rules VALUES (?, ?)", [entry.position, Self.text(genesis.rules)])
    case .refused, .led, .activated: break
    case .partyAdded, .principalAdded, .siteAdded, .chipAdded, .certified, .latenciesSet, .rateSet,
      .rulesSet, .proposalChanged, .offerPublished, .offerWithdrawn:
      try projectRegistry(event, entry)
    case .accountOpened, .creditLimitSet, .moneyMoved:
      try projectMoney(event, index, entry)
    case .bidPlaced, .bidEnded, .roundClosed, .roundEnded, .pricesSet, .traded:
      try projectRound(event, entry)
    case .leaseOrdered, .leaseChanged, .readingAccepted, .readingRefused, .charged:
      try projectLease(event, entry)
    case .sealed(let seal):
      try run(
        "INSERT INTO seals VALUES (?, ?, ?, ?, ?)",
        [entry.position, seal.from, seal.to, seal.events, seal.state])
    }
  }

  private func projectMoney(_ event: Event, _ index: Int, _ entry: Entry) throws {
    switch event {
    case .accountOpened(let account):
      try run(
        "INSERT INTO accounts (id, party, currency, unlimited) VALUES (?, ?, ?, ?)",
        [
          account.id, account.party.isEmpty ? nil : account.party, account.currency.rawValue,
          account.unlimited,
        ])
    case .creditLimitSet(let limit):
      try run("UPDATE accounts SET credit_limit = ? WHERE id = ?", [limit.amount, limit.account])
    case .moneyMoved(let movement):
      try run(
        "INSERT INTO movements VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          entry.position, index, entry.time, movement.step.rawValue, movement.reason.rawValue,
          movement.debit, movement.credit, movement.amount, movement.held, movement.pending,
          movement.subject,
        ])
      let posted = movement.step == .posted || movement.step == .settled ? movement.amount : 0
      let pending = movement.step == .pending ? movement.amount : -(movement.held ?? 0)
      try run(
        """
        UPDATE accounts SET balance = balance - ?, debits_pending = debits_pending + ?
        WHERE id = ?
        """, [posted, pending, movement.debit])
      try run(
        """
        UPDATE accounts SET balance = balance + ?, credits_pending = credits_pending + ?
        WHERE id = ?
        """, [posted, pending, movement.credit])
      if movement.reason == .hold, movement.step == .pending {
        try run(
          "UPDATE bids SET hold = ? WHERE seq = ?",
          [movement.amount, Int64(movement.subject.dropFirst(4)) ?? -1])
      }
    default: break
    }
  }
}
