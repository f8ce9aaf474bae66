import ArgumentParser
import Audit
import BrokerAPI

/// Solves rounds again.
struct AuditReplayCommand: AuditErrand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Solve a round again from the log, and compare the outcome byte for byte.",
    discussion: """
      The log is applied up to the round's close, the round is solved with the seeds and the effort that \
      the rules give it, and the outcome is compared with the recorded one. Exit code 6 when they differ: \
      then another engine made the outcome than this release has; whether it is valid says audit verify.

      Example:
        sampan audit replay --round 18842 --file published/ledger.sqlite
        sampan audit replay --all --file ledger-2026-11
      """)
  static let failing = "The outcome was not made again."

  @Option(name: .long, help: ArgumentHelp("The round; may be repeated.", valueName: "n"))
  var round: [Int64] = []
  @Flag(name: .long, help: "All rounds that ended with an outcome.")
  var all = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A ledger file, a published copy, or the folder of a bundle.", valueName: "file"),
    completion: .file())
  var file: String
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard all != !round.isEmpty else {
      throw ValidationError("name rounds with --round, or all of them with --all")
    }
    guard round.count <= 10_000 else { throw ValidationError("at most 10000 --round; or --all") }
  }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    var pace = Pace(terminal)
    let verdicts: [RoundReplay.Verdict]
    do {
      verdicts = try RoundReplay.run(
        path: around.absolute(file), rounds: all ? nil : Set(round)
      ) { pace.tell($0, of: 0) }
    } catch let fault as AuditFault {
      throw Self.usage(fault)
    } catch {
      throw Failure.usage(
        "\(error)", code: "no_replay", next: "See the rounds of a ledger: sampan round list")
    }
    switch format {
    case .table, .wide, .csv:
      terminal.write(Grid(columns: Self.columns).rendered(verdicts, as: format))
    case .json: terminal.say(Self.tree(verdicts).pretty)
    case .yaml: terminal.write(Self.tree(verdicts).yaml)
    case .name: for verdict in verdicts { terminal.say("\(verdict.round)") }
    }
    let other = verdicts.filter { !$0.isEqual }.map { "\($0.round)" }
    guard other.isEmpty else {
      throw Failure(
        why: "\(other.count) of \(verdicts.count) rounds have another outcome: "
          + other.prefix(8).joined(separator: ", "), code: "replay_differs",
        next:
          "Check that the outcome is valid: sampan audit verify; then ask which release made it.",
        exit: .proofFailed)
    }
    terminal.tell("\(verdicts.count) rounds solved again: the same bytes.")
  }

  private static let columns: [Column<RoundReplay.Verdict>] = [
    Column("ROUND") { .figure("\($0.round)") },
    Column("ENTRY") { .figure("\($0.position)") },
    Column("BIDS") { .figure("\($0.bids)") },
    Column("ITERATIONS") { .figure("\($0.iterations)") },
    Column("BYTES") { .figure("\($0.bytes)") },
    Column("EQUAL") { .text($0.isEqual ? "yes" : "NO") },
    Column("SHA-256", wide: true) { .text($0.recorded) },
    Column("SHA-256 AGAIN", wide: true) { .text($0.found) },
  ]

  private static func tree(_ verdicts: [RoundReplay.Verdict]) -> JSONTree {
    .object([
      JSONTree.Member("equal", .boolean(verdicts.allSatisfy(\.isEqual))),
      JSONTree.Member(
        "items",
        .array(
          verdicts.map { verdict in
            .object([
              JSONTree.Member("bids", .integer(Int64(verdict.bids))),
              JSONTree.Member("bytes", .integer(Int64(verdict.bytes))),
              JSONTree.Member("equal", .boolean(verdict.isEqual)),
              JSONTree.Member("found", .string(verdict.found)),
              JSONTree.Member("iterations", .integer(verdict.iterations)),
              JSONTree.Member("position", .integer(verdict.position)),
              JSONTree.Member("recorded", .string(verdict.recorded)),
              JSONTree.Member("round", .integer(verdict.round)),
            ])
          })),
    ])
  }
}
