import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// Records by the command line, beside a broker that runs; their signature by another program.
@Suite(.serialized) struct RecordCommandTests {
  private struct Sheet: Decodable {
    var rows: Int
    var files: Int
    var folder: String
    var signature: String
  }

  @Test("An export says its size first, is signed, goes on, and OpenSSL agrees with the signature")
  func signed() async throws {
    let broker = try BrokerProcess()
    defer { broker.remove() }
    let market = try await SampleMarket(broker)
    for _ in 0..<3 {
      _ = try await market.trader("hku-nlp").placeBid(
        market.block(limit: WireMoney(.hkd, minor: 2_000)))
    }
    // Whoever reads sees them, and then they are in the file.
    #expect(try await market.trader("hku-nlp").listBids().all().count == 3)
    func export(_ words: [String]) throws -> (status: Int32, output: String) {
      let run = try broker.run("sampan", ["export"] + words + ["--file", "data/ledger.sqlite"])
      return (run.status, run.output)
    }
    func openssl(_ words: [String]) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["openssl"] + words
      process.currentDirectoryURL = broker.folder
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    let estimate = try export(["orders", "--to", "never", "--estimate"])
    #expect(estimate.status == 0 && estimate.output.contains("rows"), "\(estimate.output)")
    #expect(!FileManager.default.fileExists(atPath: broker.folder.path + "/never"))

    #expect(try openssl(["genpkey", "-algorithm", "ed25519", "-out", "key.pem"]) == 0)
    #expect(try openssl(["pkey", "-in", "key.pem", "-pubout", "-out", "pub.pem"]) == 0)
    let orders = ["orders", "--to", "orders", "--sign-key", "key.pem", "-o", "json"]
    let key = broker.folder.path + "/key.pem"
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
    let open = try export(orders)
    #expect(open.status == 3 && open.output.contains("chmod 600"), "\(open.output)")
    #expect(!FileManager.default.fileExists(atPath: broker.folder.path + "/orders"))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    let done = try export(orders)
    #expect(done.status == 0, "\(done.output)")
    let json = try #require(done.output.firstIndex(of: "{"))
    let end = try #require(done.output.lastIndex(of: "}"))
    let sheet = try JSONDecoder().decode(Sheet.self, from: Data(done.output[json...end].utf8))
    #expect(sheet.rows >= 3 && sheet.files == 1)
    let verify = [
      "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-rawin", "-in", "orders/manifest.json",
      "-sigfile", "orders/manifest.json.sig",
    ]
    #expect(try openssl(verify) == 0)
    try broker.write("orders/manifest.json", broker.text("orders/manifest.json") + " ")
    #expect(try openssl(verify) != 0)

    let wrong = try export(["trades", "--to", "orders"])
    #expect(wrong.status == 2 && wrong.output.contains("another folder"), "\(wrong.output)")
    let early = try export(["ledger", "--to", "x", "--from", "2026-12-02", "--until", "2026-12-01"])
    #expect(early.status == 2 && early.output.contains("ends before it begins"), "\(early.output)")
    let none = try broker.run(
      "sampan", ["export", "trades", "--file", "nothing.sqlite", "--to", "x"])
    #expect(none.status == 2 && none.output.contains("nothing.sqlite"), "\(none.output)")
  }
}
