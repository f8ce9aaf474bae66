import Access
import BrokerAPI
import Ledger
import LedgerStore

// Who read what, of those who see other people's objects.
extension Broker {
  /// Keeps a read before it is answered.
  func record(_ call: Call, of viewer: Viewer) async throws {
    let arguments = call.arguments.all.map { name, value in
      "\(name)=\(Route.percentEncoded(value))"
    }
    let record = ReadRecord(
      principal: viewer.principal, party: viewer.party, roles: viewer.roles.map(\.rawValue),
      operation: call.route.id.rawValue, arguments: arguments.joined(separator: " "),
      position: position, time: now)
    let reads = reads
    try await store.aside { try reads.keep(record) }
  }

  func listReads(_ call: Call) async throws -> Answer {
    let before = try Cursor.number(call)
    let (reads, limit) = (reads, call.rows)
    let rows = try await store.aside { try reads.reads(before: before, limit: limit) }
    return call.page(rows) {
      [String($0.n)]
    } item: { row in
      Wire.ReadRecord(
        read: Position(clamping: row.n), at: instant(row.time), principal: row.principal,
        party: row.party, roles: row.roles.compactMap(Wire.Role.init(rawValue:)),
        operation: row.operation, arguments: row.arguments,
        position: Position(clamping: row.position))
    }
  }

  func showReadHead() -> Answer {
    let head = reads.head
    return .json(Wire.ReadHead(size: Position(clamping: head.size), root: head.root).json())
  }
}
