import ArgumentParser
import Foundation
import Replica

/// Checks the settings, or a ledger file.
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the settings, or prove a ledger file entry by entry.",
    discussion: """
      Example: sampand check --config config/sampand.yaml --show
      Example: sampand check --ledger published/ledger.sqlite

      The state after the last entry and a chain over all results are printed as digests: whoever applied \
      the same log has the same two.
      """)

  @OptionGroup var settings: SettingsOption

  @Flag(help: "Print every key with its default and what it means.")
  var show = false

  @Option(help: "A ledger file or a published copy of one: apply every entry again and compare.")
  var ledger: String?

  func run() throws {
    if let ledger { return try check(ledger) }
    let broker = try BrokerSettings(file: settings.config)
    print(show ? broker.shown : "\(settings.config): good")
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
