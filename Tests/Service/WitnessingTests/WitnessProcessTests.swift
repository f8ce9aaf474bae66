import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import LedgerStore
import Receipts
import Seeded
import Testing
import Transparency
import Transport
import Witnessing

@Suite("A broker, its signer and its witnesses", .serialized, .timeLimit(.minutes(10)))
struct WitnessProcessTests {
  private let hasher = SHA256Hasher()

  /// Places a bid that no price is low enough for; its position.
  private func order(_ one: WitnessedBroker) async throws -> Position {
    let bid = try await one.market.block(gpus: 1, limit: WireMoney(.hkd, minor: 1))
    return try await one.market.trader("hku-nlp").placeBid(bid).position
  }

  @discardableResult
  private func wait(
    _ one: WitnessedBroker, _ position: Position, _ what: String,
    until holds: (Wire.EntryStanding) -> Bool
  ) async throws -> Wire.EntryStanding {
    try await SampleMarket.until("\(position.text) to be \(what)") {
      let standing = try await one.broker.maker.entryStanding(position)
      return holds(standing) ? standing : nil
    }
  }

  private func get(_ one: WitnessedBroker, _ path: String, token: String? = nil) async throws
    -> HTTPResponse
  {
    let headers = token.map { [("Authorization", "Bearer \($0)")] } ?? []
    return try await one.broker.transport.send(
      HTTPRequest(url: one.broker.address + "/v1/tlog/" + path, headers: headers))
  }

  @Test("Every entry is checkpointed and witnessed; who is down delays that, and never an order")
  func states() async throws {
    let one = try await WitnessedBroker()
    let first = try await order(one)
    let all = try await wait(one, first, "cosigned by all") { $0.witnesses == 3 }
    #expect(all.state == .witnessed && all.of == 3)
    try await published(one, first)

    one.send(SIGKILL, to: "signer")
    one.processes["signer"]?.waitUntilExit()
    let unsigned = try await order(one)
    _ = try await SampleMarket.until("the signer to be missed") {
      try await one.broker.maker.logStanding().trouble
    }
    #expect(try await one.broker.maker.entryStanding(unsigned).state == .applied)
    try one.launch("signer")
    try await wait(one, unsigned, "cosigned by all") { $0.witnesses == 3 }

    // One of three is not needed; two are.
    one.send(SIGSTOP, to: "a")
    let second = try await order(one)
    try await wait(one, second, "cosigned by two") { $0.state == .witnessed && $0.witnesses == 2 }
    one.send(SIGSTOP, to: "f")
    let third = try await order(one)
    let waiting = try await wait(one, third, "cosigned by one") { $0.witnesses == 1 }
    #expect(waiting.state == .checkpointed)
    #expect(try await one.broker.maker.logStanding().waitingSince != nil)
    one.send(SIGCONT, to: "f")
    one.send(SIGCONT, to: "a")
    try await wait(one, third, "cosigned by all") { $0.witnesses == 3 && $0.state == .witnessed }

    // Hashes are made anew from the entries when they do not fit them.
    one.broker.stop()
    let hashes = one.broker.folder.path + "/data/tree/hashes-0"
    let file = try #require(FileHandle(forUpdatingAtPath: hashes))
    let end = try file.seekToEnd()
    try file.seek(toOffset: end - 40)
    try file.write(contentsOf: Data(repeating: 0, count: 40))
    try file.close()
    try one.broker.start()
    let last = try await order(one)
    try await wait(one, last, "cosigned by all") { $0.witnesses == 3 }
  }

  @Test(
    "T38: an operator who signs another history is refused by every witness, which says so at once")
  func fork() async throws {
    let one = try await WitnessedBroker()
    let first = try await order(one)
    try await wait(one, first, "cosigned by all") { $0.witnesses == 3 }
    one.broker.stop()
    let note = try one.witnessedNote()
    let standing = try WitnessPolicy(parsing: Array(one.policy.utf8), hasher: hasher).standing(
      of: note, hasher: hasher, check: Signatures.check)
    let key = try SigningKey(file: one.broker.folder.path + "/log.key")
    var root = standing.checkpoint.root.bytes
    root[7] ^= 1
    let digest = try #require(Digest(root))
    let other = try #require(
      Checkpoint(
        origin: standing.checkpoint.origin, size: standing.checkpoint.size, root: digest)
    ).text
    let forged = SignedNote(text: other, signatures: [key.noteLine(for: other)])
    let request = WitnessRequest(
      oldSize: standing.checkpoint.size, path: [], note: forged.bytes)
    let since = ContinuousClock.now
    var worst = Duration.zero
    var alarms = 1
    for (name, url) in one.witnesses {
      let answer = try await one.broker.transport.send(
        HTTPRequest(
          method: "POST", url: url + "/add-checkpoint",
          headers: [("Content-Type", "text/plain; charset=utf-8")], body: request.bytes))
      #expect(answer.status == 409 || answer.status == 422, "\(name): \(answer.status)")
      // Its own file, and a line that somebody is woken by.
      let evidence = try await SampleMarket.until("the evidence of \(name)") {
        try FileManager.default.contentsOfDirectory(
          atPath: one.broker.folder.path + "/" + name
        ).first { $0.hasPrefix("refused-") || $0.hasPrefix("evidence-") }
      }
      _ = try await SampleMarket.until("the alarm of \(name)") {
        one.broker.text("sampand.log").split(separator: "critical").count > alarms ? true : nil
      }
      let kept = try Data(
        contentsOf: one.broker.folder.appending(path: "\(name)/\(evidence)"))
      #expect(kept.range(of: Data(forged.bytes)) != nil, "\(name) kept something else")
      worst = max(worst, .now - since)
      alarms += 1
    }
    #expect(worst < .seconds(60))
    figure("T38", "witnesses that sounded the alarm, the last after \(worst)", one.witnesses.count)
  }

  @Test("Two persons set how many are enough; a bid says how well it is vouched for")
  func quorum() async throws {
    let one = try await WitnessedBroker()
    func set(_ groups: [Wire.CosignerGroup]) async throws {
      try await one.broker.approved(
        try await one.broker.maker.setOversight(Wire.Oversight(groups: groups, terms: [])))
      _ = try await SampleMarket.until("the quorum") {
        try await one.broker.maker.logStanding().quorum == groups ? true : nil
      }
    }
    let first = try await order(one)
    try await wait(one, first, "cosigned by all") { $0.witnesses == 3 && $0.state == .witnessed }
    let shown = try await one.market.trader("hku-nlp").showBid("bid-\(first.text)")
    #expect(shown.proof?.state == .witnessed && shown.proof?.witnesses == 3)

    try await set([Wire.CosignerGroup(least: 3, witnesses: ["a", "b", "f"])])
    one.send(SIGSTOP, to: "a")
    let second = try await order(one)
    let waiting = try await wait(one, second, "cosigned by two") { $0.witnesses == 2 }
    #expect(waiting.state == .checkpointed)
    one.send(SIGCONT, to: "a")
    try await wait(one, second, "witnessed") { $0.state == .witnessed }

    try await set([Wire.CosignerGroup(least: 1, witnesses: ["b"])])
    one.send(SIGSTOP, to: "a")
    one.send(SIGSTOP, to: "f")
    let third = try await order(one)
    try await wait(one, third, "witnessed by one") { $0.state == .witnessed && $0.witnesses == 1 }

    try await set([Wire.CosignerGroup(least: 1, witnesses: ["nobody"])])
    let standing = try await one.broker.maker.logStanding()
    #expect(standing.trouble?.contains("nobody") == true)
    #expect(standing.witnessed.value == 0)
    try await set([])
    try await wait(one, third, "as the policy says") { $0.state == .checkpointed }
    one.send(SIGCONT, to: "a")
    one.send(SIGCONT, to: "f")
    try await wait(one, third, "cosigned by all") { $0.state == .witnessed }
  }

  @Test("A receipt proves a trade from three files, shows nobody else's, and one bit ends that")
  func receipts() async throws {
    let one = try await WitnessedBroker(scale: 300, sm2: true)
    try await one.market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 64, ask: WireMoney(.hkd, minor: 1_400))
    var leases: [String] = []
    let (mine, other) = (one.market.trader("hku-nlp"), one.market.trader("sz-lab"))
    let until = try await one.broker.maker.clock().market.milliseconds + 86_400_000 * 60
    try await one.broker.approved(
      try await one.broker.maker.certifySite(
        "cyberport-h",
        Wire.CertifySite(dataClass: "medical", until: WireTime(clamping: until / 1_000 * 1_000))))
    for number in 0..<2 {
      var bid = try await one.market.block(limit: WireMoney(.hkd, minor: 2_000))
      if number == 0 { bid.dataClass = "medical" }
      let id = try #require(try await mine.placeBid(bid).id)
      leases.append(
        try await SampleMarket.until("the fill of \(id)") {
          try await mine.showBid(id).fills.first?.lease
        })
    }
    let made = try await SampleMarket.until("the receipt") {
      try? await mine.leaseReceipt(leases[0])
    }
    await #expect(throws: BrokerClientError.self) { _ = try await other.leaseReceipt(leases[0]) }
    let (receipt, proof) = (Array(made.receipt.utf8), Array(made.proof.utf8))
    let policy = Array(one.policy.utf8)
    let statement = try TradeReceipt.verify(receipt: receipt, proof: proof, policy: policy)
    #expect(statement.cosigners.contains("s"), "SM2 counts: \(statement.cosigners)")
    #expect(statement.event.contains(leases[0]) && !made.receipt.contains(leases[1]))
    var lines = 0
    for place in receipt.indices {
      var wrong = receipt
      wrong[place] ^= 1 << UInt8(place % 8)
      do {
        let found = try TradeReceipt.verify(receipt: wrong, proof: proof, policy: policy)
        // How many events there were is not what a path proves; what was traded is.
        #expect(lines == 1 && found.event == statement.event, "byte \(place) of the receipt")
      } catch {}
      if receipt[place] == 0x0A { lines += 1 }
    }
    for place in proof.indices {
      var wrong = proof
      wrong[place] ^= 1 << UInt8(place % 8)
      // Another name or key id makes an unknown signature of one that the quorum does not need.
      guard
        let found = try? TradeReceipt.verify(receipt: receipt, proof: wrong, policy: policy)
      else { continue }
      #expect(found.cosigners.count < statement.cosigners.count)
    }
    let theirs = try await SampleMarket.until("the other receipt") {
      try? await mine.leaseReceipt(leases[1])
    }
    if theirs.proof != made.proof {
      #expect(throws: ReceiptError.self) {
        _ = try TradeReceipt.verify(
          receipt: receipt, proof: Array(theirs.proof.utf8), policy: policy)
      }
    }
    await #expect(throws: BrokerClientError.self) {
      _ = try await other.leaseEvidence(leases[0])
    }
    _ = try await SampleMarket.until("the evidence up to the lease") {
      try await mine.leaseEvidence(leases[0]).records.contains {
        $0.receipt.contains("\"event\":\"lease-ordered\"")
      } ? true : nil
    }
    try evidence(one, leases)
    try commands(one, leases[0])
  }

  /// The pack for an auditor, by the command line: fetched, checked, and refused with another lease's name.
  private func evidence(_ one: WitnessedBroker, _ leases: [String]) throws {
    for (lease, words) in zip(leases, ["for medical: evidence of", "names no class of data"]) {
      let got = try one.broker.run(
        "sampan",
        [
          "lease", "evidence", lease, "--broker", one.broker.address, "--token-file",
          "data/p-0-1.token",
        ])
      #expect(got.status == 0 && got.output.contains("records"), "\(got.output)")
      let check = ["receipt", "verify", "\(lease).evidence", "--policy", "policy.txt"]
      let holds = try one.broker.run("sampan", check)
      #expect(holds.status == 0 && holds.output.contains(words), "\(holds.output)")
      #expect(holds.output.contains("Moves       none"), "\(holds.output)")
    }
    let text = one.broker.text("\(leases[0]).evidence")
    try one.broker.write(
      "\(leases[0]).evidence", text.replacingOccurrences(of: leases[0] + "\n", with: "lease-9-9\n"))
    let broken = try one.broker.run(
      "sampan",
      ["receipt", "verify", "\(leases[0]).evidence", "--policy", "policy.txt", "-o", "json"])
    #expect(broken.status == 6, "\(broken.output)")
  }

  /// The same by the command line, with the broker stopped.
  private func commands(_ one: WitnessedBroker, _ lease: String) throws {
    let got = try one.broker.run(
      "sampan",
      [
        "receipt", "get", lease, "--broker", one.broker.address, "--token-file",
        "data/p-0-1.token",
      ])
    #expect(got.status == 0, "\(got.output)")
    one.broker.stop()
    let check = ["receipt", "verify", "\(lease).receipt", "--policy", "policy.txt"]
    let holds = try one.broker.run("sampan", check)
    #expect(holds.status == 0 && holds.output.contains("The receipt holds."), "\(holds.output)")
    let text = one.broker.text("\(lease).receipt")
    try one.broker.write(
      "\(lease).receipt", text.replacingOccurrences(of: "HKD", with: "CNY") + "\n")
    let broken = try one.broker.run("sampan", check + ["-o", "json"])
    #expect(broken.status == 6, "\(broken.output)")
  }

  /// Strangers have checkpoints and hashes, overseers the entries, and all of it fits together.
  private func published(_ one: WitnessedBroker, _ position: Position) async throws {
    let note = try await get(one, "witnessed")
    #expect(note.status == 200)
    let policy = try WitnessPolicy(parsing: Array(one.policy.utf8), hasher: hasher)
    let standing = try policy.standing(of: note.body, hasher: hasher, check: Signatures.check)
    #expect(standing.isFinal && standing.checkpoint.size > UInt64(position.value))
    let size = Int(standing.checkpoint.size)
    #expect(size < 256)
    let hashes = try await get(one, "tile/0/000.p/\(size)")
    #expect(hashes.status == 200 && hashes.body.count == size * 32)
    let leaves = stride(from: 0, to: hashes.body.count, by: 32).compactMap {
      Digest(hashes.body[$0..<$0 + 32])
    }
    #expect(MerkleTree.root(of: leaves, hasher: hasher) == standing.checkpoint.root)
    let path = "tile/entries/000.p/\(size)"
    #expect(try await get(one, path).status == 401)
    let trader = try await get(one, path, token: one.broker.text("data/p-0-1.token"))
    var rest = trader.body[...]
    for (number, leaf) in leaves.enumerated() {
      let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
      #expect(hasher.leaf(Array(rest.prefix(length))) == leaf, "entry \(number)")
      rest = rest.dropFirst(length)
    }
    #expect(rest.isEmpty)
    for wrong in ["tile/0/000", "tile/0/00", "tile/9/000.p/1", "tile/0/000.p/999", "tile/x/1/2/3"] {
      #expect(try await get(one, wrong).status == 404, "\(wrong)")
    }
  }
}
