import BrokerAPI
import LedgerStore
import Replica
import Transparency

// The log itself, for those who watch over it.
extension Broker {
  func ledgerHead(_ call: Call) async throws -> Answer {
    let store = store
    let (next, root) = try await store.aside {
      let (next, tree) = try store.progress()
      return (next, tree.root(hasher: SHA256Hasher()).hex)
    }
    let body = Wire.LedgerHead(
      position: Position(clamping: next - 1), root: root, size: Position(clamping: next),
      round: replica.status.round)
    return .json(body.json())
  }

  func ledgerEntries(_ call: Call) async throws -> Answer {
    let from = try Cursor.number(call).map { $0 + 1 } ?? call.arguments.position("from")?.value
    let rows = try await entries(from: from ?? 0, limit: call.rows)
    return call.page(rows) {
      [$0.position.text]
    } item: {
      $0
    }
  }

  /// Bytes of one answer, but for an entry that is longer by itself.
  private static let mostLogBytes = 4 << 20

  /// Entries byte for byte, for whoever applies them again: at once, or as soon as there is one.
  func ledgerLog(_ call: Call) async throws -> Answer {
    let from = call.arguments.position("from")?.value ?? 0
    let until = ContinuousClock.now + .seconds(call.arguments.integer("wait") ?? 0)
    while position < from, !feed.isStopped {
      let left = until - ContinuousClock.now
      guard left > .zero else { break }
      await feed.wait(after: from, atMost: left)
    }
    let store = store
    let lines = try await store.aside {
      try store.log(from: from, atMost: Self.mostLogBytes)
    }
    return Answer(
      status: 200,
      body: .bytes(Array(lines.joined(separator: [0x0A])), type: "application/jsonl"))
  }

  /// Entries with their events, from the file.
  func entries(from: Int64, limit: Int) async throws -> [Wire.LedgerEntry] {
    let store = store
    return try await store.aside {
      let entries = try store.entries(from: from, limit: limit)
      guard let last = entries.last?.0 else { return [] }
      let events = try store.events(from: from, to: last)
      return zip(entries, events).map { entry, events in
        Wire.LedgerEntry(
          position: Position(clamping: entry.0), entry: String(decoding: entry.1, as: UTF8.self),
          events: events.1.map { String(decoding: $0, as: UTF8.self) })
      }
    }
  }

  /// One at a time: it reads the whole log and takes a processor for itself.
  func ledgerVerify(_ call: Call) async throws -> Answer {
    guard let turn = verifying.take() else {
      throw Problem(.tooManyRequests, "Another verification is under way.")
    }
    let store = store
    let report = try await apart { try LedgerVerifier.verify(path: store.path) }
    withExtendedLifetime(turn) {}
    let body = Wire.LedgerReport(
      ok: report.ok, entries: Position(clamping: report.entries), root: report.root,
      checks: report.checks.map {
        Wire.LedgerCheck(name: $0.name.lowercased(), ok: $0.ok, detail: $0.detail)
      })
    return .json(body.json())
  }
}
