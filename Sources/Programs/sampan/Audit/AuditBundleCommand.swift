import ArgumentParser
import Audit
import BrokerAPI
import Foundation

/// The whole log of a ledger file as a folder that proves itself.
struct AuditBundleCommand: AuditErrand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Write the whole log into a folder that anybody checks without us.",
    discussion: """
      Entries byte for byte and the hashes of their tree, as C2SP tlog-tiles has them, with the newest \
      signed checkpoint that lies beside the ledger file. No broker and no network is asked. Run again, \
      it goes on: what is there and right stays. audit.json is written last.

      Example:
        sampan audit bundle --file published/ledger.sqlite --out ledger-2026-11
      """)
  static let failing = "The bundle was not written."

  @Option(
    name: .long,
    help: ArgumentHelp("A ledger file or a published copy.", valueName: "ledger.sqlite"),
    completion: .file(extensions: ["sqlite"]))
  var file: String
  @Option(name: .long, help: ArgumentHelp("The folder; made if need be.", valueName: "folder"))
  var out: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A signed checkpoint; the one beside the ledger file when left out.", valueName: "file"),
    completion: .file())
  var checkpoint: String?
  @OptionGroup var output: OutputOptions

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    var pace = Pace(terminal)
    let summary: BundleWriter.Summary
    do {
      summary = try BundleWriter.write(
        file: around.absolute(file), to: around.absolute(out),
        checkpoint: checkpoint.map(around.absolute)
      ) { pace.tell($0, of: $1) }
    } catch let fault as AuditFault {
      throw Self.usage(fault)
    }
    show(
      [
        ("bytes", .integer(summary.bytes)), ("entries", .integer(summary.entries)),
        ("files", .integer(Int64(summary.files))), ("folder", .string(summary.folder)),
        ("genesis", .string(summary.genesis)), ("root", .string(summary.root)),
        ("signed", summary.signed.map { .integer($0) } ?? .string("")),
      ], name: summary.folder, terminal)
    if summary.signed == nil {
      terminal.tell("There is no signed checkpoint beside it: nobody vouches for this tree yet.")
    }
    terminal.tell("Next: sampan audit verify \(out) --policy FILE")
  }
}

/// A copy of a ledger file that anybody opens.
struct AuditSnapshotCommand: AuditErrand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Copy a ledger file so that stock sqlite3 opens it, from a read-only folder too.",
    discussion: """
      One file without a write-ahead log, with its SHA-256 beside it, and the signed checkpoint that lay \
      beside the original. It is there under its name only when it is whole.

      Example:
        sampan audit snapshot --file data/ledger.sqlite --out copies/ledger.sqlite
      """)
  static let failing = "The copy was not made."

  @Option(
    name: .long,
    help: ArgumentHelp("A ledger file or a published copy.", valueName: "ledger.sqlite"),
    completion: .file(extensions: ["sqlite"]))
  var file: String
  @Option(name: .long, help: ArgumentHelp("The copy.", valueName: "file"), completion: .file())
  var out: String
  @OptionGroup var output: OutputOptions

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    do {
      let copy = around.absolute(out)
      let digest = try LedgerSnapshot.write(file: around.absolute(file), to: copy)
      show(
        [("file", .string(copy)), ("sha256", .string(digest))], name: copy, terminal)
    } catch let fault as AuditFault {
      throw Self.usage(fault)
    }
  }
}
