import ArgumentParser
import BrokerAPI
import BrokerClient
import Crypto
import Foundation

/// The log as files, for a follower without a network.
struct LedgerBundleCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "bundle",
    abstract: "Write the log into a folder of files, for a follower without a network.",
    discussion: """
      For platform and regulator. Each file holds entries byte for byte, one a line, from the position \
      in its name on; files that are complete never change. Run again, it goes on where the folder ends. \
      What it prints last is the digest of entry 0, which a follower pins.

      Example:
        sampan ledger bundle --to ledger-bundles
      """)
  static let failing = "The log was not written."

  @Option(name: .long, help: ArgumentHelp("The folder; made if need be.", valueName: "folder"))
  var to: String
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let folder = session.around.absolute(to)
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw Failure.usage(
        "\(folder) cannot be made: \(error.localizedDescription)", code: "cannot_write",
        next: "Name another folder with --to.")
    }
    var next = try Self.end(folder)
    let first = next
    var files = 0
    while true {
      let entries = try await session.client.ledgerLog(from: Position(clamping: next))
      guard !entries.isEmpty else { break }
      try Self.write(entries, "\(folder)/\(BundleName.of(next))")
      next += Int64(entries.count)
      files += 1
    }
    try show(session, folder, first..<next, files)
  }

  /// The position after the last entry in a folder.
  static func end(_ folder: String) throws -> Int64 {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    guard let last = names.compactMap(BundleName.first).max() else { return 0 }
    guard let data = FileManager.default.contents(atPath: "\(folder)/\(BundleName.of(last))") else {
      throw Failure.usage(
        "\(folder)/\(BundleName.of(last)) cannot be read", code: "cannot_read",
        next: "Check its permissions.")
    }
    return last + Int64(data.split(separator: 0x0A).count)
  }

  /// There under its name only when it is whole.
  private static func write(_ entries: [[UInt8]], _ path: String) throws {
    let bytes = entries.joined(separator: [0x0A]) + [0x0A]
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw Failure.usage(
        "\(path) cannot be written: \(error.localizedDescription)", code: "cannot_write",
        next: "Check the room on the disk and the folder's permissions.")
    }
  }

  private func show(
    _ session: Session, _ folder: String, _ range: Range<Int64>, _ files: Int
  ) throws {
    let (terminal, genesis) = (session.terminal, Self.genesis(folder))
    let tree = JSONTree.object([
      JSONTree.Member("entries", .string("\(range.upperBound)")),
      JSONTree.Member("files", .integer(Int64(files))),
      JSONTree.Member("folder", .string(folder)),
      JSONTree.Member("genesis", .string(genesis)),
      JSONTree.Member("new", .string("\(range.count)")),
    ])
    switch session.format {
    case .table, .wide:
      terminal.say(
        "\(folder): \(range.upperBound) entries, \(range.count) of them new in \(files) files")
      terminal.say("genesis \(genesis)")
    case .json: terminal.say(tree.pretty)
    case .yaml: terminal.write(tree.yaml)
    case .csv:
      terminal.write("FOLDER,ENTRIES,NEW,FILES,GENESIS\r\n")
      terminal.write("\(folder),\(range.upperBound),\(range.count),\(files),\(genesis)\r\n")
    case .name: terminal.say(folder)
    }
  }

  /// SHA-256 of entry 0; `-` when the folder does not begin with it.
  private static func genesis(_ folder: String) -> String {
    let data = FileManager.default.contents(atPath: "\(folder)/\(BundleName.of(0))")
    guard let entry = data?.split(separator: 0x0A).first else { return "-" }
    return SHA256.hash(data: entry).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
