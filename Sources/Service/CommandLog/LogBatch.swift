/// Entries that go into the log as one piece: canonical bytes, the first of them at the position
/// `first`. A batch is packaging; its bytes never change once they were sent.
package struct LogBatch: Sendable, Equatable {
  package static let mostEntries = 512
  /// Of all entries together, with a line break between each two.
  package static let mostBytes = 1 << 20

  package var first: Int64
  package var entries: [[UInt8]]

  package init(first: Int64, entries: [[UInt8]]) {
    self.first = first
    self.entries = entries
  }

  /// The position after the last entry.
  package var next: Int64 { first + Int64(entries.count) }

  /// As it lies in the log: its entries, one a line.
  package var bytes: [UInt8] { Array(entries.joined(separator: [Self.lineBreak])) }

  private static let lineBreak = UInt8(ascii: "\n")

  /// Why this is no batch, or nil. An engine refuses a batch that has a fault.
  package var fault: String? {
    guard (0...Self.lastPosition).contains(first) else { return "its position is \(first)" }
    guard !entries.isEmpty else { return "it has no entry" }
    guard entries.count <= Self.mostEntries else {
      return "it has \(entries.count) entries; \(Self.mostEntries) is the most"
    }
    var count = entries.count - 1
    for entry in entries {
      guard !entry.isEmpty else { return "one of its entries is empty" }
      guard !entry.contains(Self.lineBreak) else { return "one of its entries has a line break" }
      count += entry.count
    }
    guard count <= Self.mostBytes else {
      return "it has \(count) bytes; \(Self.mostBytes) is the most"
    }
    return nil
  }

  /// Far beyond every ledger, and far from what 64 bits hold.
  package static let lastPosition: Int64 = 1 << 60

  /// Reads what `bytes` wrote.
  /// - Throws: `damaged` when these bytes are no batch.
  package init(first: Int64, bytes: [UInt8]) throws(LogFailure) {
    guard bytes.count <= Self.mostBytes else {
      throw .damaged("the batch at \(first) has \(bytes.count) bytes")
    }
    let lines = bytes.split(separator: Self.lineBreak, omittingEmptySubsequences: false)
    self.init(first: first, entries: lines.map(Array.init))
    if let fault { throw .damaged("what lies at \(first) is no batch: \(fault)") }
  }

  /// What is left of it from a position on that lies in it.
  package func rest(from position: Int64) -> LogBatch {
    LogBatch(first: position, entries: Array(entries.dropFirst(Int(position - first))))
  }
}
