import ArgumentParser
import BrokerAPI
import Foundation
import Testing

@testable import sampan

/// Bid files, offer files, contexts, secrets.
@Suite struct FileTests {
  @Test("a bid file says what the flags say")
  func bidFile() throws {
    let fromFile = try ShapeFile.parse(
      """
      kind: elastic
      label: night-batch
      for: 8h
      alternatives:
        - {chip: h800-80g,    gpus: 1..64, maxPrice: 9.50}
        - {chip: ascend-910b, gpus: 1..96, maxPrice: CNY 4.20}
      window: 2026-12-01..2026-12-14
      timeZone: Asia/Shanghai
      where: {in: [any], notSites: [nansha-s]}
      near: {metro: sz, maxRtt: 5ms}
      reclaim: accept 30m
      dataClass: none
      """, name: "night.yaml")
    var expected = try ShapeOptions.parse([
      "--gpus", "1..64", "--chip", "h800-80g", "--for", "8h", "--max-price", "9.50", "--or",
      "chip=ascend-910b,gpus=1..96,max-price=CNY 4.20", "--not-site", "nansha-s", "--near", "sz",
      "--max-rtt", "5", "--reclaim", "30m", "--label", "night-batch",
    ]).shape()
    expected.window = .between(
      try MarketTime(parsing: "2026-12-01"), try MarketTime(parsing: "2026-12-14"))
    #expect(fromFile == expected)
  }

  @Test("every template is a bid file", arguments: Wire.BidKind.allCases)
  func templates(_ kind: Wire.BidKind) throws {
    let shape = try ShapeFile.parse(BidTemplateCommand.text(kind), name: "template")
    #expect(shape.kind == kind)
    #expect(shape.alternatives.count == 1)
  }

  @Test("all faults of a file are named at once, unsupported keys as such")
  func faults() throws {
    let failure = try #require(
      throws: Failure.self,
      performing: {
        try ShapeFile.parse(
          """
          lable: x
          for: 8h
          between: "23:00-07:00"
          repeat: nightly
          exclusive: maybe
          alternatives: [{chip: h800-80g, gpus: 16..8, maxPrice: cheap}]
          """, name: "night.yaml")
      })
    #expect(failure.exit == .usage)
    for part in [
      "night.yaml", "lable: is not known; did you mean label?", "between: is not supported",
      "repeat: is not supported", "exclusive: write true or false", "alternatives[0].gpus",
      "alternatives[0].maxPrice", "Correct all 6",
    ] {
      #expect((failure.why + failure.next).contains(part), "\(part) in \(failure.why)")
    }
  }

  @Test("a kind that the GPUs contradict is refused")
  func kinds() {
    #expect(throws: Failure.self) {
      try ShapeFile.parse(
        "{kind: block, for: 1h, alternatives: [{chip: x, gpus: 1..2, maxPrice: 1}]}", name: "f")
    }
  }

  @Test(
    "what is no YAML, or has a key twice, is refused",
    arguments: ["a: [", "- 1", "", "for: 1h\nfor: 2h"])
  func malformed(_ text: String) {
    #expect(throws: Failure.self) { try ShapeFile.parse(text, name: "f") }
  }

  @Test("an offer file becomes a schedule that the broker reads")
  func offerFile() throws {
    let offer = try OfferFile.parse(
      """
      sellUntil: +48h
      pools:
        - {pool: h800-a, chip: h800-80g, fabric: ib-a, unit: 8, reclaim: never,
           spans: [{from: 2026-12-01, to: 2026-12-08, gpus: 320, ask: HKD 14.00}]}
      """, name: "offer.yaml", now: present)
    #expect(offer.sellUntil.milliseconds == present.milliseconds + 48 * 3_600_000)
    #expect(offer.pools.first?.spans.first?.to.text == "2026-12-08T00:00:00+08:00")
    #expect(offer.pools.first?.spans.first?.ask == WireMoney(.hkd, minor: 1_400))
    #expect(try Wire.PublishOffer.read(offer.json()) == offer)
    #expect(throws: Failure.self) {
      try OfferFile.parse("{sellUntil: now, pools: [{pool: a}]}", name: "f", now: present)
    }
  }

  @Test("contexts are written as they are read")
  func contexts() throws {
    var file = ContextFile()
    file.current = "yes"
    file.contexts = [
      "yes": .init(broker: "http://127.0.0.1:7440", tokenFile: "/a b/#x: token"),
      "7": .init(broker: "https://broker.example.org", tokenFile: nil),
    ]
    #expect(try ContextFile.parse(file.text, name: "config.yaml") == file)
    #expect(throws: Failure.self) {
      try ContextFile.parse("contexts: {a: {tokenfile: x}}", name: "c")
    }
  }

  @Test("flags are stronger than variables, and those than the context")
  func precedence() throws {
    var file = ContextFile()
    file.current = "one"
    file.contexts = [
      "one": .init(broker: "http://127.0.0.1:1", tokenFile: "/one"),
      "two": .init(broker: "http://127.0.0.1:2", tokenFile: "/two"),
    ]
    func resolve(_ arguments: [String], _ variables: [String: String] = [:]) throws -> Endpoint {
      try Endpoint.resolve(
        ConnectionOptions.parse(arguments), Surroundings(environment: variables), file)
    }
    #expect(try resolve([]).tokenFile == "/one")
    #expect(try resolve([], ["SAMPAN_CONTEXT": "two"]).broker == "http://127.0.0.1:2")
    #expect(try resolve([], ["SAMPAN_BROKER": "http://127.0.0.1:9"]).broker == "http://127.0.0.1:9")
    #expect(
      try resolve(["--context", "two"], ["SAMPAN_BROKER": "http://127.0.0.1:9"]).broker
        == "http://127.0.0.1:2")
    let flags = ["--broker", "http://127.0.0.1:8", "--token-file", "/flag"]
    #expect(try resolve(flags, ["SAMPAN_TOKEN_FILE": "/variable"]).tokenFile == "/flag")
    #expect(throws: Failure.self) { try resolve(["--context", "three"]) }
    #expect(throws: Failure.self) { try resolve([], ["SAMPAN_CONTEXT": "three"]) }
  }

  @Test(
    "a token travels in clear to this machine only",
    arguments: [
      ("http://127.0.0.1:7440", true), ("http://localhost:7440", true), ("http://[::1]:7440", true),
      ("https://broker.example.org", true), ("http://broker.example.org", false),
      ("http://127.0.0.1.example.org", false), ("http://127.evil:1", false),
      ("ftp://127.0.0.1", false),
      ("127.0.0.1:7440", false), ("https://", false),
    ])
  func clear(_ broker: String, _ isFine: Bool) {
    if isFine {
      #expect(throws: Never.self) { try Endpoint.check(broker) }
    } else {
      #expect(throws: Failure.self) { try Endpoint.check(broker) }
    }
  }

  @Test("a secret's file is private from its start, never written over, and refused when open")
  func secrets() throws {
    let folder = NSTemporaryDirectory() + "sampan-tests-\(UInt64.random(in: 0...UInt64.max))"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try PrivateFile.folder(folder)
    let path = folder + "/token"
    try PrivateFile.create(path, "")
    try PrivateFile.fill(path, "abcdefghijklmnop\n")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try PrivateFile.secret(path) == "abcdefghijklmnop")
    #expect(throws: Failure.self) { try PrivateFile.create(path, "other") }
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let failure = #expect(throws: Failure.self) { try PrivateFile.secret(path) }
    #expect(failure?.next == "Run: chmod 600 \(path)")
    #expect(failure?.exit == .notAllowed)
    #expect(throws: Failure.self) { try PrivateFile.secret(folder) }
    #expect(throws: Failure.self) { try PrivateFile.secret(folder + "/none") }
  }
}
