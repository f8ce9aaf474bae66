import ArgumentParser
import Foundation
import Replica

/// Writes out one round for an independent check.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write out one round of a ledger file, for deploy/regulator/check_round.py.",
    discussion: """
      The ledger is applied from its first entry up to the round's outcome, on a copy. The file holds \
      what the round froze (bids with their limits: handle it as such), the outcome as it stands in \
      the log, and the money that it moved.
      Example: sampand export 18841 --ledger published/ledger.sqlite --output round-18841.json
      """)

  @Argument(help: "The round's number.") var round: Int64
  @Option(help: "A ledger file or a published copy of one.") var ledger: String
  @Option(name: .shortAndLong, help: "The file to write; standard output when left out.")
  var output: String?

  func run() throws {
    guard FileManager.default.fileExists(atPath: ledger) else {
      throw Failure(description: "\(ledger) does not exist")
    }
    let bytes: [UInt8]
    do { bytes = try RoundReader.export(round, path: ledger) } catch let error as RoundReaderError {
      throw Failure(description: error.description)
    }
    guard let output else { return FileHandle.standardOutput.write(Data(bytes)) }
    let made = FileManager.default.createFile(
      atPath: output, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
    guard made else { throw Failure(description: "\(output) cannot be written; choose another") }
  }
}
