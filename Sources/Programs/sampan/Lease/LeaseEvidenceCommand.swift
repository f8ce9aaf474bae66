import ArgumentParser
import BrokerAPI
import BrokerClient
import Foundation
import Receipts

/// Fetches what the log says of a lease, with its proofs.
struct LeaseEvidenceCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "evidence",
    abstract: "Write all that the log says of a lease, with what proves it, into one file.",
    discussion: """
      The pack that an auditor asks for: the bid, the trade, the evidence by which the site might hold the \
      data, where the lease was placed hour by hour, its moves, its readings and how it ended. It shows nobody \
      else's records. sampan receipt verify checks it, without a broker.

      Example:
        sampan lease evidence lease-77-0
        sampan receipt verify lease-77-0.evidence --policy trust.txt
      """)
  static let failing = "The evidence was not written."

  @Argument(help: "The lease's id.")
  var lease: String
  @Option(
    name: .long, help: ArgumentHelp("Where the file goes; here when left out.", valueName: "folder")
  )
  var to: String?
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    var pack = LeaseEvidence(lease: lease, records: [])
    var after: Position?
    let start = ContinuousClock.now
    repeat {
      let page = try await session.client.leaseEvidence(lease, after: after)
      pack.records += page.records.map {
        TradeReceipt(receipt: Array($0.receipt.utf8), proof: Array($0.proof.utf8))
      }
      after = page.next
      if after != nil, .now - start > .seconds(2) {
        session.terminal.tell("\(Display.thousands("\(pack.records.count)")) records so far")
      }
    } while after != nil
    guard !pack.records.isEmpty else {
      throw Failure(
        why: "too few witnesses have cosigned it yet", code: "behind_position",
        next: "Ask again in some seconds.", exit: .refused)
    }
    let path = "\(session.around.absolute(to ?? "."))/\(lease).evidence"
    let made = FileManager.default.createFile(
      atPath: path, contents: Data(pack.bytes), attributes: [.posixPermissions: 0o600])
    guard made else {
      throw Failure.usage(
        "\(path) cannot be written", code: "cannot_write",
        next: "Name a folder that is there and yours with --to.")
    }
    show(path, pack.records.count, session)
  }

  private func show(_ path: String, _ count: Int, _ session: Session) {
    let tree = JSONTree.object([
      JSONTree.Member("evidence", .string(path)),
      JSONTree.Member("lease", .string(lease)),
      JSONTree.Member("records", .integer(Int64(count))),
    ])
    switch session.format {
    case .json: session.terminal.say(tree.pretty)
    case .yaml: session.terminal.write(tree.yaml)
    case .csv:
      session.terminal.write("LEASE,RECORDS,EVIDENCE\r\n\(lease),\(count),\(path)\r\n")
    case .name: session.terminal.say(path)
    case .table, .wide:
      session.terminal.say("\(path)\n\(Display.thousands("\(count)")) records")
      session.terminal.say(
        "Next: sampan receipt verify \(lease).evidence --policy FILE, a policy that you have from "
          + "those whom you trust")
    }
  }
}
