import ArgumentParser
import BrokerAPI
import BrokerClient
import Foundation

/// Fetches the receipt of a trade.
struct ReceiptGetCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Write the receipt of a lease's trade into two files.",
    discussion: """
      LEASE.receipt has the trade and its way to its seal, LEASE.tlog-proof the seal's way to a checkpoint \
      that enough witnesses cosigned. They show nobody else's trades. Keep them: they hold as long as the \
      keys of the log and of the witnesses are known.

      Example:
        sampan receipt get lease-77-0
      """)
  static let failing = "The receipt was not written."

  @Argument(help: "The lease's id.")
  var lease: String
  @Option(
    name: .long, help: ArgumentHelp("Where the files go; here when left out.", valueName: "folder"))
  var to: String?
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let receipt = try await session.client.leaseReceipt(lease)
    let folder = session.around.absolute(to ?? ".")
    let files = [
      ("\(folder)/\(receipt.lease).receipt", receipt.receipt),
      ("\(folder)/\(receipt.lease).tlog-proof", receipt.proof),
    ]
    for (path, text) in files {
      let made = FileManager.default.createFile(
        atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
      guard made else {
        throw Failure.usage(
          "\(path) cannot be written", code: "cannot_write",
          next: "Name a folder that is there and yours with --to.")
      }
    }
    let tree = JSONTree.object([
      JSONTree.Member("lease", .string(receipt.lease)),
      JSONTree.Member("proof", .string(files[1].0)),
      JSONTree.Member("receipt", .string(files[0].0)),
    ])
    switch session.format {
    case .json: session.terminal.say(tree.pretty)
    case .yaml: session.terminal.write(tree.yaml)
    case .csv:
      session.terminal.write("LEASE,RECEIPT,PROOF\r\n")
      session.terminal.write("\(receipt.lease),\(files[0].0),\(files[1].0)\r\n")
    case .name: session.terminal.say(files[0].0)
    case .table, .wide:
      session.terminal.say("\(files[0].0)\n\(files[1].0)")
      session.terminal.say(
        "Next: sampan receipt verify \(receipt.lease).receipt --policy FILE, a policy that you have "
          + "from those whom you trust")
    }
  }
}
