import Access
import ArgumentParser
import Foundation
import LedgerStore

/// Makes a token of a follower.
struct Token: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a token of a follower, for somebody whom its ledger knows.",
    discussion: """
      Example: sampand token --config follower.yaml --principal p-42 --out me.token

      A follower knows no tokens of the broker that it follows, and no broker those of a follower: what is read \
      with it is recorded at the follower alone. Stop the follower first. At a broker: sampan party token.
      """)

  @OptionGroup var settings: SettingsOption

  @Option(help: "The principal, as sampan party list and the ledger have it.") var principal: String
  @Option(help: "The file to make, for its owner alone.") var out: String

  func run() throws {
    let broker = try BrokerSettings(file: settings.config)
    guard broker.follow != nil else {
      throw Failure(
        description: "\(settings.config) is no follower's: it has no section follow. "
          + "At a broker run: sampan party token")
    }
    guard FileManager.default.fileExists(atPath: broker.ledger) else {
      throw Failure(
        description: "\(broker.ledger) does not exist yet; run the follower once: "
          + "sampand run --config \(settings.config)")
    }
    let store = try LedgerStore(path: broker.ledger)
    defer { try? store.close() }
    let door = try AccessDoor(path: broker.tokens, store: store, author: broker.name)
    let file = open(out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else {
      throw Failure(description: "\(out) cannot be made: \(String(cString: strerror(errno)))")
    }
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    do {
      try handle.write(contentsOf: Data((try door.makeToken(principal: principal) + "\n").utf8))
      try handle.synchronize()
    } catch {
      try? FileManager.default.removeItem(atPath: out)
      throw error
    }
    print("token of \(principal): \(out)")
  }
}
