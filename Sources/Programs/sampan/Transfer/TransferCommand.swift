import ArgumentParser
import BrokerAPI
import BrokerClient

/// `sampan transfer`.
struct TransferCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer", abstract: "Money from one party to another, at once or in two steps.",
    subcommands: [
      TransferListCommand.self,
      TransferSendCommand.self,
      TransferPostCommand.self,
      TransferVoidCommand.self,
    ])
}

/// Transfers from and to the party.
struct TransferListCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Transfers from and to your party, the latest first.",
    discussion: """
      Example:
        sampan transfer list --state pending
      """, aliases: ["ls"])
  static let failing = "The transfers cannot be listed."

  @Option(name: .long, help: "Only those in this state.")
  var state: Wire.TransferState?
  @OptionGroup var list: ListOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let rows = try await session.client.listTransfers(state: state).all(atMost: list.limit)
    try session.show(rows, Self.sheet, empty: "No transfers.")
  }

  static let sheet = Sheet<Wire.Transfer>(
    columns: [
      Column("TRANSFER") { .text($0.transfer) },
      Column("AT (+08:00)") { .time($0.at) },
      Column("FROM") { .text($0.debit) },
      Column("TO") { .text($0.credit) },
      Column("AMOUNT") { .money($0.amount) },
      Column("POSTED") { .money($0.posted) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("UNTIL") { Cell($0.expiresAt) },
    ], name: { $0.transfer })
}

extension Wire.TransferState: ExpressibleByArgument {}
