import Foundation
import Ledger
import Testing

/// `docs/results.md` says the same as the code. After a change: SAMPAN_RECORD=1 writes it anew.
@Suite struct ResultTableTests {
  private static let path = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("docs/results.md")

  private static var table: String {
    let rows = Refusal.allCases.sorted { $0.rawValue < $1.rawValue }.map {
      "| \($0.rawValue) | `\($0.code)` | \($0.meaning) |"
    }
    let order = Refusal.ofTransfers.map { "`\($0.code)`" }.joined(separator: ",\n")
    return """
      # Results

      What the ledger answers to a command: nothing is said where it took effect, else one line of this
      table stands beside the entry for ever. The list is closed; a number never changes its meaning.
      Checks are made in the order of the numbers wherever they do not depend on each other.

      | number | result | meaning |
      |---:|---|---|
      \(rows.joined(separator: "\n"))

      ## Transfers

      The legs of a transfer are looked at one after another, and the first that fails names the
      result of the chain; every other leg has `linked_failed`. The checks of one leg, in their order:

      \(order).

      `not_yours` is also the answer for what another party has set aside, whatever became of it. How a
      pending transfer ended is known for a day of the ledger's time; afterwards it is
      `unknown_pending`. A time-out ends at its millisecond: from then on the money is free and the
      transfer is `pending_expired`, whether or not anybody looked.

      """
  }

  @Test("the table of results in the documents is the list in the code")
  func same() throws {
    if ProcessInfo.processInfo.environment["SAMPAN_RECORD"] == "1" {
      try Self.table.write(to: Self.path, atomically: true, encoding: .utf8)
    }
    let document = try String(contentsOf: Self.path, encoding: .utf8)
    #expect(document == Self.table, "write it anew: SAMPAN_RECORD=1, filter ResultTableTests")
  }
}
