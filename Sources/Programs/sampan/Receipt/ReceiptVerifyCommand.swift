import ArgumentParser
import BrokerAPI
import Foundation
import Receipts

/// Checks a receipt without a broker.
struct ReceiptVerifyCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a receipt, or a lease's evidence: no broker and no network is asked.",
    discussion: """
      The policy says whom you trust: the log's key, witnesses with their keys, and how many of them must have \
      cosigned (C2SP tlog-policy). Have it from them, not from where the receipt came from. Exit code 6 when the \
      receipt does not hold.

      Example:
        sampan receipt verify lease-77-0.receipt --policy trust.txt
        sampan receipt verify lease-77-0.evidence --policy trust.txt
      """)
  static let failing = "The receipt does not hold."

  @Argument(
    help: "The receipt, or what sampan lease evidence wrote.",
    completion: .file(extensions: ["receipt", "evidence"]))
  var receipt: String
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The proof; the receipt's name with .tlog-proof when left out.", valueName: "file"),
    completion: .file(extensions: ["tlog-proof"]))
  var proof: String?
  @Option(
    name: .long, help: ArgumentHelp("Whom you trust.", valueName: "file"), completion: .file())
  var policy: String
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    if receipt.hasSuffix(".evidence") { return try evidence(around, terminal) }
    let stem = receipt.hasSuffix(".receipt") ? String(receipt.dropLast(8)) : receipt
    let statement: TradeReceipt.Statement
    do {
      statement = try TradeReceipt.verify(
        receipt: try Self.bytes(around.absolute(receipt)),
        proof: try Self.bytes(around.absolute(proof ?? stem + ".tlog-proof")),
        policy: try Self.bytes(around.absolute(policy)))
    } catch let error as ReceiptError {
      throw Failure(
        why: error.description, code: "receipt_does_not_hold",
        next:
          "Fetch it again: sampan receipt get. If it still does not hold, show it to the regulator.",
        exit: .proofFailed)
    }
    show(statement, terminal)
  }

  private func evidence(_ around: Surroundings, _ terminal: Terminal) throws {
    let facts: LeaseFacts
    do throws(EvidenceError) {
      let file = try? Self.bytes(around.absolute(receipt), most: LeaseEvidence.byteLimit)
      let trust = try? Self.bytes(around.absolute(policy))
      guard let file, let trust else { throw .missing("a file that can be read, or a policy") }
      facts = try LeaseFacts(LeaseEvidence(parsing: file), policy: trust)
    } catch {
      throw Failure(
        why: error.description, code: "evidence_does_not_hold",
        next:
          "Fetch it again: sampan lease evidence. If it still does not hold, show it to the regulator.",
        exit: .proofFailed)
    }
    EvidencePage(facts: facts).show(format, terminal)
    if !facts.isEligible { throw Ended(exit: .proofFailed) }
  }

  /// No file of a receipt is larger.
  private static let most = 1 << 20

  private static func bytes(_ path: String, most: Int = most) throws -> [UInt8] {
    guard let file = FileHandle(forReadingAtPath: path),
      let data = try? file.read(upToCount: most + 1) ?? Data(), data.count <= most
    else {
      throw Failure.usage(
        "\(path) cannot be read, or is no file of a receipt", code: "cannot_read",
        next: "Name the receipt, its .tlog-proof beside it or with --proof, and --policy.")
    }
    return Array(data)
  }

  private func show(_ statement: TradeReceipt.Statement, _ terminal: Terminal) {
    let names = statement.cosigners
    let event = (try? StrictJSON.parse(Array(statement.event.utf8))) ?? .string(statement.event)
    let tree = JSONTree.object([
      JSONTree.Member("cosigners", .array(names.map { .string($0) })),
      JSONTree.Member("event", event),
      JSONTree.Member("log", .string(statement.origin)),
      JSONTree.Member("seal", .string("\(statement.seal)")),
      JSONTree.Member("size", .string("\(statement.size)")),
      JSONTree.Member("witnesses", .integer(Int64(statement.witnessCount))),
    ])
    switch format {
    case .json: terminal.say(tree.pretty)
    case .yaml: terminal.write(tree.yaml)
    case .csv:
      terminal.write("LOG,SEAL,SIZE,COSIGNED,WITNESSES\r\n")
      terminal.write(
        "\(statement.origin),\(statement.seal),\(statement.size),"
          + "\(names.count),\(statement.witnessCount)\r\n")
    case .name: terminal.say("\(statement.seal)")
    case .table, .wide:
      terminal.say("Event       " + Display.plain(statement.event))
      let time = WireTime(clamping: statement.sealedAt)
      terminal.say("Sealed      in entry \(statement.seal), \(Display.instant(time)): ok")
      terminal.say(
        "Log         \(Display.plain(statement.origin)), "
          + "\(Display.thousands("\(statement.size)")) entries, signed: ok")
      terminal.say(
        "Witnesses   \(names.map { Display.plain($0) }.joined(separator: ", ")) "
          + "(\(names.count) of \(statement.witnessCount)): enough")
      terminal.say("The receipt holds. It says that this was traded, not what was delivered.")
    }
  }
}
