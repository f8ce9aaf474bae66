import ArgumentParser
import Foundation
import LedgerStore
import Replica

/// Checks the settings, or a ledger file.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the settings, or prove a ledger file entry by entry.",
    discussion: """
      Example: sampand check --config config/sampand.yaml --show
      Example: sampand check --ledger published/ledger.sqlite
      Example: sampand check --reads data/reads.sqlite --noted 1042:9f86d081...

      The state after the last entry and a chain over all results are printed as digests: whoever applied \
      the same log has the same two.
      """)

  @OptionGroup var settings: SettingsOption

  @Flag(help: "Print every key with its default and what it means.")
  var show = false

  @Option(help: "A ledger file or a published copy of one: apply every entry again and compare.")
  var ledger: String?

  @Option(help: "A replica's record of who read what: go through it from the first to the last.")
  var reads: String?

  @Option(
    help: ArgumentHelp(
      "With --reads: how many there were once and the root over them, as sampan ledger reads --head shows.",
      valueName: "size:root"))
  var noted: [String] = []

  func validate() throws {
    guard reads != nil || noted.isEmpty else { throw ValidationError("--noted goes with --reads") }
    _ = try heads()
  }

  func run() throws {
    if let reads { return try check(reads: reads) }
    if let ledger { return try check(ledger) }
    let broker = try BrokerSettings(file: settings.config)
    print(show ? broker.shown : "\(settings.config): good")
  }

  private func heads() throws -> [ReadHead] {
    try noted.map { text in
      let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2, let size = Int64(parts[0]), size >= 0, parts[1].utf8.count == 64,
        parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
      else {
        throw ValidationError("--noted is SIZE:ROOT, a number and 64 digits of 0-9 and a-f")
      }
      return ReadHead(size: size, root: parts[1])
    }
  }

  private func check(reads path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure(description: "\(path) does not exist")
    }
    let (head, faults) = try ReadBook.check(path: path, noted: try heads())
    for fault in faults { print("WRONG: \(fault)") }
    guard faults.isEmpty else { throw ExitCode(6) }
    print("\(head.size) reads, none changed, moved or missing; root \(head.root)")
  }

  private func check(_ path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else {
      throw Failure(description: "\(path) does not exist")
    }
    var shown = Date()
    let report = try LedgerVerifier.verify(path: path) { position in
      if Date().timeIntervalSince(shown) > 2 {
        shown = Date()
        FileHandle.standardError.write(Data("applied \(position) entries\n".utf8))
      }
    }
    for check in report.checks {
      let name = check.name.padding(toLength: 12, withPad: " ", startingAt: 0)
      print("\(name)\(check.ok ? "ok    " : "WRONG ") \(check.detail)")
    }
    guard report.ok else { throw ExitCode(6) }
    print("State       \(report.state)")
    print("Results     \(report.results)")
    print("All \(report.checks.count) checks hold over \(report.entries) entries.")
  }
}
