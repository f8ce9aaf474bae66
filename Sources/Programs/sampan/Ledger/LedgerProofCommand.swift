import ArgumentParser
import BrokerAPI
import BrokerClient

/// How well an entry is vouched for, or how far the witnesses are.
struct LedgerProofCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "proof",
    abstract: "How far checkpoints and witnesses are, or how well one entry is vouched for.",
    discussion: """
      Without a position: the newest checkpoint, and each witness. With the position of an entry (a bid, \
      a trade): sequenced (in the log, this replica has not come to it yet), applied, checkpointed, or \
      witnessed, and by how many. --wait stays until enough witnesses \
      have cosigned it.

      Example:
        sampan ledger proof
        sampan ledger proof 1042 --wait
      """)
  static let failing = "How far the witnesses are is not known."

  @Argument(help: "The position of an entry; all of the log when left out.")
  var position: String?
  @Flag(name: .shortAndLong, help: "Stay until enough witnesses have cosigned it.")
  var wait = false
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    guard let position else {
      guard !wait else {
        throw Failure.usage(
          "--wait needs the position of an entry", code: "no_position",
          next: "Take it from the answer of a command, as in: sampan ledger proof 1042 --wait")
      }
      try session.show(try await session.client.logStanding(), Self.logSheet, Self.lines)
      return
    }
    guard let entry = try? Position(parsing: position) else {
      throw Failure.usage(
        "\(Display.plain(position)) is no position", code: "no_position",
        next: "Write a number as in: sampan ledger proof 1042")
    }
    var standing = try await session.client.entryStanding(entry)
    while wait, standing.state != .witnessed {
      try await Task.sleep(for: .milliseconds(500))
      standing = try await session.client.entryStanding(entry)
    }
    try session.show(standing, Self.entrySheet, Self.lines)
  }

  private static let logSheet = Sheet<Wire.LogStanding>(
    columns: [
      Column("ORIGIN") { .text($0.origin) },
      Column("CHECKPOINTED") { .number($0.checkpointed.value) },
      Column("WITNESSED") { .number($0.witnessed.value) },
      Column("WITNESSES") { .number(Int64($0.witnesses.count)) },
      Column("WAITING SINCE") { Cell($0.waitingSince) },
      Column("TROUBLE") { Cell($0.trouble) },
    ], name: { $0.origin })

  private static let entrySheet = Sheet<Wire.EntryStanding>(
    columns: [
      Column("POSITION") { .number($0.position.value) },
      Column("STATE") { .text($0.state.rawValue) },
      Column("WITNESSES") { .number($0.witnesses) },
      Column("OF") { .number($0.of) },
    ], name: { $0.position.text })

  static func lines(_ standing: Wire.LogStanding) -> [String] {
    var lines = [
      "Log \(Display.plain(standing.origin)): \(Display.thousands(standing.checkpointed.text)) "
        + "entries checkpointed, \(Display.thousands(standing.witnessed.text)) witnessed"
    ]
    lines += standing.witnesses.map { witness in
      let trouble = witness.trouble.map { "   " + Display.plain($0) } ?? ""
      return "  \(Display.plain(witness.name))  \(Display.thousands(witness.size.text))\(trouble)"
    }
    lines += standing.quorum.map {
      "Witnessed is what at least \(OversightShowCommand.group($0)) cosigned."
    }
    if let since = standing.waitingSince {
      lines.append("Waits for cosignatures since \(Display.instant(since)).")
    }
    if let trouble = standing.trouble { lines.append("No newer one: \(Display.plain(trouble))") }
    return lines
  }

  static func lines(_ standing: Wire.EntryStanding) -> [String] {
    [
      "Entry \(standing.position.text): \(standing.state.rawValue), cosigned by "
        + "\(standing.witnesses) of \(standing.of) witnesses"
    ]
  }
}
