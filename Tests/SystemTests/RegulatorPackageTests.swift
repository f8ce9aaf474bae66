import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// The folder that a regulator gets, from a real broker: made, checked, asked and followed.
@Suite(.serialized) struct RegulatorPackageTests {
  private static let deploy = BrokerProcess.root.path + "/deploy/regulator"

  /// Runs something in a folder; standard error goes with the output.
  private func run(
    _ words: [String], in folder: String, environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// A broker that has sold something.
  private func sold() async throws -> BrokerProcess {
    let broker = try BrokerProcess(scale: 300)
    let market = try await SampleMarket(broker)
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 64, ask: WireMoney(.hkd, minor: 1_400))
    let tenant = market.trader("hku-nlp")
    let bid = try await market.block(limit: WireMoney(.hkd, minor: 2_000))
    let id = try #require(try await tenant.placeBid(bid).id)
    _ = try await SampleMarket.until("the fill") { try await tenant.showBid(id).fills.first }
    return broker
  }

  @Test("The folder is checked by Python alone, asked by stock sqlite3, followed without a network")
  func package() async throws {
    let broker = try await sold()
    defer { broker.remove() }
    let folder = broker.folder.path + "/package"
    func make() throws {
      let made = try run(
        [Self.deploy + "/package", "data/ledger.sqlite", folder], in: broker.folder.path,
        environment: ["BIN": BrokerProcess.programs.path])
      #expect(made.status == 0, "\(made.output)")
    }
    try make()
    // While the broker runs on; and once more over what is there.
    broker.stop()
    try make()
    let checked = try run(["python3", "verify.py", "package", "."], in: folder)
    #expect(checked.status == 0, "\(checked.output)")
    #expect(
      checked.output.contains("sum to zero") && checked.output.contains("as they were packed"))
    let model = try run(["python3", "replay_ledger.py", "ledger.sqlite"], in: folder)
    #expect(model.status == 0, "\(model.output)")
    for language in ["en", "zh-Hant", "zh-Hans"] {
      for file in ["README.\(language).md", "dictionary/dictionary.\(language).html"] {
        #expect(FileManager.default.fileExists(atPath: "\(folder)/\(file)"), "\(file)")
      }
    }
    let queries = try FileManager.default.contentsOfDirectory(
      atPath: folder + "/dictionary/queries")
    #expect(queries.count == 10)
    for name in queries {
      let asked = try run(
        ["sh", "-c", "sqlite3 -readonly ledger.sqlite < dictionary/queries/\(name)"], in: folder)
      #expect(asked.status == 0 && !asked.output.contains("rror"), "\(name): \(asked.output)")
    }
    let sums = "SELECT currency, sum(balance) AS total FROM accounts GROUP BY currency"
    let followed = try run(["./follow", sums, "-o", "csv"], in: folder)
    #expect(followed.status == 0, "\(followed.output)")
    #expect(followed.output.contains("HKD,0"), "\(followed.output)")
    let forbidden = try run(["./follow", "DELETE FROM entries"], in: folder)
    #expect(forbidden.status == 2 && forbidden.output.contains("only SELECT"))
    for program in [["audit", "verify", "log"], ["audit", "replay", "--all", "--file", "log"]] {
      let done = try run(["bin/sampan"] + program, in: folder)
      #expect(done.status == 0, "\(done.output)")
    }
    let text = try Data(contentsOf: URL(fileURLWithPath: folder + "/verify.py"))
    try (text + Data("#\n".utf8)).write(to: URL(fileURLWithPath: folder + "/verify.py"))
    let changed = try run(["python3", "verify.py", "package", "."], in: folder)
    #expect(changed.status == 6 && changed.output.contains("verify.py is not as it was packed"))
  }

  @Test(
    "A published copy opens for another user, read-only, with the daemon up, stopped and killed")
  func published() async throws {
    let broker = try BrokerProcess(more: "published: {directory: published, every: 1s, keep: 3}\n")
    defer { broker.remove() }
    let folder = broker.folder.path + "/published"
    func copy() async throws -> String {
      try await SampleMarket.until("a published copy") {
        try? FileManager.default.contentsOfDirectory(atPath: folder)
          .filter { $0.hasSuffix(".sqlite") }
          .max { Int($0.filter(\.isNumber)) ?? 0 < Int($1.filter(\.isNumber)) ?? 0 }
      }
    }
    let files = FileManager.default
    defer { try? files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder) }
    func read(_ when: String, _ name: String) throws {
      let words = ["sqlite3", "\(folder)/\(name)", "SELECT count(*) > 0 FROM entries"]
      // The owner of everything is not held by permissions; somebody else asks.
      let other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
      let asked = try run((getuid() == 0 ? other : []) + words, in: "/")
      #expect(asked.status == 0 && asked.output == "1\n", "\(when): \(asked.output)")
      let written = try run(
        (getuid() == 0 ? other : []) + words.dropLast() + ["DELETE FROM chips"], in: "/")
      #expect(written.status != 0, "\(when)")
      let digest = try run(["sha256sum", "-c", "\(name).sha256"], in: folder)
      #expect(digest.status == 0, "\(when): \(digest.output)")
      let beside = try files.contentsOfDirectory(atPath: folder)
      #expect(!beside.contains { $0.hasSuffix("-wal") || $0.hasSuffix("-shm") }, "\(when)")
    }
    let name = try await copy()
    try read("up", name)
    broker.stop()
    try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
    try read("stopped", try await copy())
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
    try broker.start()
    _ = try await SampleMarket(broker)
    _ = try await SampleMarket.until("another copy") {
      try await copy() != name ? true : nil as Bool?
    }
    broker.kill()
    try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
    try read("killed", try await copy())
  }
}
