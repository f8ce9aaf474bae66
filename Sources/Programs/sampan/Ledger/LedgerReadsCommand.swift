import ArgumentParser
import BrokerAPI
import BrokerClient

/// Who read what.
struct LedgerReadsCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "reads",
    abstract:
      "What the platform's operators and regulators read at this replica, the latest first.",
    discussion: """
      For platform and regulator. Every read of theirs is recorded before it is answered, these too. \
      With --head only how many there are and the root over them: note it elsewhere, and later \
      sampand check --reads FILE --noted SIZE:ROOT proves that none was changed or taken away.

      Example:
        sampan ledger reads --limit 20
        sampan ledger reads --head -o json
      """)
  static let failing = "The reads cannot be listed."

  @Flag(name: .long, help: "Only how many there are, and the root over them.")
  var head = false
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    if head {
      return try session.show(try await session.client.showReadHead(), Self.headSheet) {
        ["\($0.size.text):\($0.root)"]
      }
    }
    let rows = try await session.client.listReads().all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No reads.")
  }

  static let sheet = Sheet<Wire.ReadRecord>(
    columns: [
      Column("READ") { .text($0.read.text) },
      Column("AT (+08:00)") { .time($0.at) },
      Column("WHO") { .text($0.principal) },
      Column("PARTY") { .text($0.party) },
      Column("OPERATION") { .text($0.operation) },
      Column("ARGUMENTS") { .text($0.arguments) },
    ], name: { $0.read.text })

  static let headSheet = Sheet<Wire.ReadHead>(
    columns: [Column("SIZE") { .text($0.size.text) }, Column("ROOT") { .text($0.root) }],
    name: { $0.root })
}
