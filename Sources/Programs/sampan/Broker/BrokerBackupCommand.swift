import ArgumentParser
import Backup
import BrokerAPI
import Foundation

/// A copy of the ledger of a running replica.
struct BrokerBackupCommand: Errand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the ledger of the replica on this host, while it runs, and check the copy.",
    discussion: """
      The copy is of one moment and holds everything that was acknowledged before. Beside it lies its \
      digest. Then every entry in it is applied again and compared, which takes its time with a long \
      ledger: --skip-check leaves that to the restore. Names of people, documents and tokens are not in \
      the ledger: back up directory.sqlite and tokens.sqlite with your other files, where they stand.

      Example:
        sampan broker backup ledger-backup.sqlite
        sampan broker backup ledger-backup.sqlite --socket data/admin.sock --skip-check
      """)
  static let failing = "There is no backup."

  @Argument(help: "The file to make; one that is there is not written over.", completion: .file())
  var file: String
  @Flag(name: .long, help: "Do not apply its entries again.")
  var skipCheck = false
  @OptionGroup var connection: SocketOptions
  @OptionGroup var output: OutputOptions

  var format: OutputFormat { output.format }

  func perform() async throws {
    let around = Surroundings.current
    let terminal = Terminal.current(environment: around.environment)
    let path = around.absolute(file)
    let header = try await AdminConnection(socket: connection.path(around)).backup(to: path)
    if !skipCheck { _ = try BackupCheck.run(path, terminal) }
    let tree = JSONTree.object([
      JSONTree.Member("checked", .boolean(!skipCheck)),
      JSONTree.Member("digest", .string(header.digest)),
      JSONTree.Member("entries", .string("\(header.entries)")),
      JSONTree.Member("file", .string(path)), JSONTree.Member("root", .string(header.root)),
    ])
    switch format {
    case .table, .wide:
      terminal.say(
        "\(path): \(Display.thousands("\(header.entries)")) entries"
          + (skipCheck ? ", not checked" : ", all checks hold"))
      terminal.say("root   \(header.root)")
      terminal.say("sha256 \(header.digest)")
    case .json: terminal.say(tree.pretty)
    case .yaml: terminal.write(tree.yaml)
    case .csv:
      terminal.write("FILE,ENTRIES,ROOT,DIGEST\r\n")
      terminal.write("\(path),\(header.entries),\(header.root),\(header.digest)\r\n")
    case .name: terminal.say(path)
    }
  }
}

/// Proves a backup, and says how far it is.
enum BackupCheck {
  static func run(_ path: String, _ terminal: Terminal) throws -> LedgerProof {
    var said = Date()
    do {
      return try LedgerProof(of: path) { position in
        if Date().timeIntervalSince(said) > 2 {
          said = Date()
          terminal.tell("checked \(position) entries")
        }
      }
    } catch let fault as BackupFault {
      throw Failure(fault)
    }
  }
}
