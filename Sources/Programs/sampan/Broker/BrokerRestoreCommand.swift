import ArgumentParser
import Backup
import BrokerAPI
import BrokerClient
import Foundation

/// Puts a backup in place.
struct BrokerRestoreCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a backup into a data directory, once it is proved.",
    discussion: """
      Its digest is compared, and every entry in it is applied again, before anything changes. With \
      --check-against its last entry and its last seal must also be those that a running broker has: \
      for platform and regulator. A ledger that is there is kept: with --replace it is moved aside. No \
      sampand may run on the directory. Safe to repeat.

      Example:
        sampan broker restore ledger-backup.sqlite --data /var/lib/sampan
        sampan broker restore b.sqlite --data data --check-against https://broker.example.org --token-file t
      """)
  static let failing = "Nothing was restored."

  @Argument(help: "The backup.", completion: .file(extensions: ["sqlite"]))
  var file: String
  @Option(name: .long, help: ArgumentHelp("The data directory.", valueName: "folder"))
  var data: String
  @Flag(name: .long, help: "Move a ledger that is there aside.")
  var replace = false
  @Option(
    name: .long, help: ArgumentHelp("A running broker of the same market.", valueName: "url"))
  var checkAgainst: String?
  @Option(
    name: .long,
    help: ArgumentHelp("File of mode 0600 with the token for it.", valueName: "file"),
    completion: .file())
  var tokenFile: String?
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    let (path, folder) = (around.absolute(file), around.absolute(data))
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure.usage("\(path) does not exist", next: "Give the file that a backup made.")
    }
    guard replace || !Restoration.occupied(folder) else {
      throw Failure.usage(
        "a ledger is in \(folder) already", code: "exists",
        next: "Choose an empty folder, or add --replace: it is then moved aside.")
    }
    let proof = try BackupCheck.run(path, terminal)
    if let checkAgainst { try await compare(proof, checkAgainst, around) }
    let placed: Restoration.Outcome
    do {
      placed = try Restoration.place(path, into: folder, replacing: replace)
    } catch let fault as BackupFault {
      throw Failure(fault)
    }
    show(proof, placed, terminal)
  }

  /// The broker must have the same entries where the copy ends and where it was sealed last.
  private func compare(_ proof: LedgerProof, _ url: String, _ around: Surroundings) async throws {
    try Endpoint.check(url)
    let endpoint = Endpoint(
      broker: url,
      tokenFile: (tokenFile ?? around.variable("SAMPAN_TOKEN_FILE")).map(around.absolute),
      context: nil)
    let client = try Session.client(endpoint, signedIn: true)
    let head = try await client.ledgerHead()
    guard head.size.value >= proof.entries else {
      throw Failure(
        why: "the copy has \(proof.entries) entries, the broker has \(head.size) only",
        code: "broker_behind", next: "Compare with another replica: this one has lost entries.",
        exit: .proofFailed)
    }
    for mark in proof.marks {
      var same = false
      for try await entry in client.ledgerEntries(from: Position(clamping: mark.position)) {
        same = Array(entry.entry.utf8) == mark.bytes
        break
      }
      guard same else {
        throw Failure(
          why: "entry \(mark.position) of the copy is not the one that \(url) has",
          code: "other_ledger",
          next: "Do not use this copy. If it was a replica's, see RUNBOOK \"Diverged replica\".",
          exit: .proofFailed)
      }
    }
  }

  private func show(
    _ proof: LedgerProof, _ placed: Restoration.Outcome, _ terminal: Terminal
  ) {
    let tree = JSONTree.object([
      JSONTree.Member("entries", .string("\(proof.entries)")),
      JSONTree.Member("ledger", .string(placed.ledger)),
      JSONTree.Member("missing", .array(placed.missing.map(JSONTree.string))),
      JSONTree.Member("moved", .array(placed.moved.map(JSONTree.string))),
      JSONTree.Member("root", .string(proof.root)),
    ])
    switch format {
    case .table, .wide:
      terminal.say(
        "\(placed.ledger): \(Display.thousands("\(proof.entries)")) entries, all checks hold")
      terminal.say("root   \(proof.root)")
      for old in placed.moved { terminal.tell("Moved aside: \(old)") }
      if !placed.missing.isEmpty {
        terminal.tell(
          "Not in a backup, and not there: \(placed.missing.joined(separator: ", ")). Without them "
            + "nobody can sign in and names are unknown: copy them from your own backup.")
      }
      terminal.say("Next: sampand run")
    case .json: terminal.say(tree.pretty)
    case .yaml: terminal.write(tree.yaml)
    case .csv:
      terminal.write("LEDGER,ENTRIES,ROOT\r\n\(placed.ledger),\(proof.entries),\(proof.root)\r\n")
    case .name: terminal.say(placed.ledger)
    }
  }
}
