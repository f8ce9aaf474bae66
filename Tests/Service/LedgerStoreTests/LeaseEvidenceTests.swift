import Foundation
import GRDB
import Leases
import Ledger
import LedgerFixture
import LedgerStore
import Market
import Receipts
import Seeded
import Testing
import Transparency
import Units

/// The pack of what a log says of a lease: whole, of that lease alone, and refused where a bit of it is another.
@Suite("Evidence of leases") struct LeaseEvidenceTests {
  private func packs() throws -> (packs: [LeaseEvidence], readings: [String: Int], file: LedgerFile)
  {
    let file = try LedgerFile.written()
    let entries = try SignedBundle.entries(file)
    let store = try LedgerStore(path: file.path)
    defer { try? store.close() }
    let levels = MerkleLevels(
      leaves: entries.map { SignedBundle.hasher.leaf($0) }, hasher: SignedBundle.hasher)
    let note = try SignedBundle.note(entries)
    let names = try store.pool.read { db in
      try String.fetchAll(db, sql: "SELECT id FROM leases ORDER BY id")
    }
    var packs: [LeaseEvidence] = []
    var readings: [String: Int] = [:]
    for name in names {
      var pack = LeaseEvidence(lease: name, records: [])
      var after: Int64 = -1
      while true {
        let page = try #require(
          try LeaseEvidence.make(
            lease: name, after: after, store: store,
            witnessed: (note, UInt64(entries.count)), stored: levels.hash, page: 3))
        pack.records += page.records
        guard let next = page.next else { break }
        #expect(next > after)
        after = next
      }
      packs.append(pack)
      readings[name] = try store.pool.read { db in
        try Int.fetchOne(
          db, sql: "SELECT count(*) FROM readings WHERE lease = ?", arguments: [name])
      }
    }
    #expect(
      try LeaseEvidence.make(
        lease: "nobody", after: -1, store: store, witnessed: (note, UInt64(entries.count)),
        stored: levels.hash) == nil)
    return (packs, readings, file)
  }

  private func facts(_ bytes: [UInt8]) throws(EvidenceError) -> LeaseFacts {
    let policy = (try? SignedBundle.policy()) ?? []
    return try LeaseFacts(LeaseEvidence(parsing: bytes), policy: policy)
  }

  @Test(
    "Every lease of the script has one: its bid, trade, steps and all its readings, each proved")
  func whole() throws {
    let (packs, readings, file) = try packs()
    defer { withExtendedLifetime(file) {} }
    #expect(packs.count > 4)
    for pack in packs {
      #expect(try LeaseEvidence(parsing: pack.bytes).bytes == pack.bytes)
      let facts = try facts(pack.bytes)
      #expect(facts.lease.id == pack.lease && facts.bid.seq == facts.lease.bid)
      #expect(facts.trade.leases.contains(pack.lease))
      #expect(facts.readings.count == readings[pack.lease])
      #expect(facts.eligibility == .unasked && facts.isEligible)
      let words = facts.sections.flatMap(\.rows).joined(separator: "\n")
      #expect(words.contains(pack.lease) && words.contains(facts.lease.pool))
    }
    #expect(readings.values.contains { $0 > 3 }, "none takes a second page: \(readings)")
    #expect(try packs.contains { try !facts($0.bytes).changes.isEmpty })
  }

  /// A lease that works on a class of data, with evidence that was set twice before it and once after.
  private func medical() throws -> (pack: LeaseEvidence, file: LedgerFile, end: Int64) {
    var rules = Rules()
    rules.grid.hourlyDays = 1
    rules.grid.days = 0
    rules.grid.weeks = 0
    var market = try Exchange(rules: rules)
    try market.send(.lead(Numbered(1)), by: "leader", as: .leader)
    let agent = try market.site("hk", .hk, .hkd, centre: "centre")
    let trader = try market.tenant("tenant", .hkd, money: 100_000_000)
    let start = market.time
    _ = try Exchange.accepted(
      try market.send(
        .publishOffer(.flat("hk", gpus: 64, ask: 1_000, until: start + 30 * Span.day)), by: agent,
        as: .agent))
    func certify(_ days: Int64) throws {
      var certificate = Certificate()
      certificate.site = "hk"
      certificate.dataClass = "medical"
      certificate.until = start + days * Span.day
      _ = try Exchange.accepted(try market.decree(.certify(certificate)))
    }
    try certify(400)
    try certify(20)
    var terms = BidTerms.block(
      8, "h800", quarters: 8, limit: 2_000, from: start + Span.hour, until: start + 9 * Span.hour)
    terms.dataClass = "medical"
    terms.whereabouts.jurisdictions = [.hk]
    let number = market.state.position
    _ = try Exchange.accepted(try market.send(.placeBid(terms), by: trader, as: .trader))
    try market.round()
    let lease = try #require(market.leases(of: number).first)
    try certify(10)
    for _ in 0..<12 {
      market.time += 4 * Span.hour
      try market.lead(sealing: true)
    }
    let file = try LedgerFile()
    try file.open { core in try core.send(market.log[2...]) }
    let entries = try SignedBundle.entries(file)
    let store = try LedgerStore(path: file.path)
    defer { try? store.close() }
    let levels = MerkleLevels(
      leaves: entries.map { SignedBundle.hasher.leaf($0) }, hasher: SignedBundle.hasher)
    let page = try #require(
      try LeaseEvidence.make(
        lease: lease.id, after: -1, store: store,
        witnessed: (try SignedBundle.note(entries), UInt64(entries.count)), stored: levels.hash))
    return (LeaseEvidence(lease: lease.id, records: page.records), file, start)
  }

  @Test("What stood last before the trade decides whether the site might hold the data, to its end")
  func eligible() throws {
    let (pack, file, start) = try medical()
    defer { withExtendedLifetime(file) {} }
    func days(_ certificate: Certificate) -> Int64 { (certificate.until - start) / Span.day }
    var found: [Int64] = []
    let whole = try facts(pack.bytes)
    guard case .covered(let certificate) = whole.eligibility else {
      Issue.record("\(whole.eligibility)")
      return
    }
    // The first of the two before the trade was replaced: it is not in the pack.
    #expect(days(certificate) == 20 && whole.laterEvidence.map(days) == [10])
    let words = whole.sections.flatMap(\.rows).joined(separator: "\n")
    #expect(words.contains("under the law of hk") && words.contains("for medical: evidence of hk"))
    for (place, record) in pack.records.enumerated()
    where String(decoding: record.receipt, as: UTF8.self).contains("\"event\":\"certified\"") {
      found.append(Int64(place))
    }
    #expect(found.count == 2)
    var without = pack
    without.records.remove(at: Int(try #require(found.first)))
    let less = try facts(without.bytes)
    #expect(less.eligibility == .uncovered && !less.isEligible)
  }

  @Test("What is left out, doubled, moved or of another lease is named")
  func tampered() throws {
    let (packs, _, file) = try packs()
    defer { withExtendedLifetime(file) {} }
    let pack = try #require(packs.first { $0.records.count > 6 })
    let other = try #require(packs.first { $0.lease != pack.lease })
    func fault(_ change: (inout [TradeReceipt]) -> Void) -> EvidenceError? {
      var changed = pack
      change(&changed.records)
      do { _ = try facts(changed.bytes) } catch { return error }
      return nil
    }
    func place(_ name: String) throws -> Int {
      try #require(
        pack.records.firstIndex {
          String(decoding: $0.receipt, as: UTF8.self).contains("\"event\":\"\(name)\"")
        })
    }
    for (name, what) in [
      ("site-added", "the site"), ("bid-placed", "the bid"), ("lease-ordered", "the lease"),
    ] {
      let place = try place(name)
      let found = fault { $0.remove(at: place) }
      #expect(found != nil, "\(what) is not missed")
    }
    let end = pack.records.count
    #expect(fault { $0.swapAt(end - 2, end - 1) } == .order(end))
    #expect(fault { $0.append($0[end - 1]) } == .order(end + 1))
    #expect(fault { $0 += other.records.suffix(1) } != nil)
    #expect(fault { $0 = [] } == .missing("anything"))
    // Of another lease, in its place in the log.
    let all = try #require(packs.first { $0.lease != pack.lease && $0.records.count > 6 })
    var mixed = pack
    mixed.records = pack.records + [all.records[all.records.count - 1]]
    #expect(throws: EvidenceError.self) { try facts(mixed.bytes) }
    var renamed = pack
    renamed = LeaseEvidence(lease: other.lease, records: pack.records)
    #expect(throws: EvidenceError.self) { try facts(renamed.bytes) }
  }

  @Test("An event that claims a place which its seal does not cover proves nothing")
  func place() throws {
    let (packs, _, file) = try packs()
    defer { withExtendedLifetime(file) {} }
    let record = try #require(packs.first?.records.first)
    let sound = try SealedReceipt(parsing: record.receipt)
    var entry = try Entry.decode(sound.seal)
    // What covers nothing, from behind to before, is no seal of it either.
    for (position, shift, isSound) in [
      (entry.position - 1, 0, true), (entry.position + 1, 0, false), (entry.position - 1, 3, false),
    ] as [(Int64, Int64, Bool)] {
      let event = Array(#"{"event":"led","i":0,"n":\#(position),"what":{"number":1}}"#.utf8)
      var sealed = SealedEvents()
      sealed.append(event, hasher: SignedBundle.hasher)
      guard case .seal(var terms) = entry.command else { throw CocoaError(.featureUnsupported) }
      terms.from = entry.position - 1 + shift
      terms.to = entry.position - 1
      terms.events = sealed.root(hasher: SignedBundle.hasher).hex
      entry.command = .seal(terms)
      let seal = FieldCodec.encode(entry)
      let filler = (0..<entry.position).map { Array("entry \($0)".utf8) }
      let levels = MerkleLevels(
        leaves: (filler + [seal]).map { SignedBundle.hasher.leaf($0) }, hasher: SignedBundle.hasher)
      let way = try InclusionProof(
        index: UInt64(entry.position), size: UInt64(entry.position) + 1,
        hasher: SignedBundle.hasher, stored: levels.hash)
      let path = try #require(sealed.proof(ofEventAt: 0, hasher: SignedBundle.hasher))
      let proof = OfflineProof(
        index: way.index, path: way.path, note: try SignedBundle.note(filler + [seal])
      ).bytes
      let receipt = SealedReceipt(event: event, proof: path, seal: seal).bytes
      func verdict() throws(ReceiptError) {
        _ = try TradeReceipt.verify(
          receipt: receipt, proof: proof, policy: (try? SignedBundle.policy()) ?? [])
      }
      if isSound {
        try verdict()
      } else {
        #expect(throws: ReceiptError.otherPlace) { try verdict() }
      }
    }
  }

  @Test("No bit of the file flips unseen, here or in the program of a regulator")
  func flips() throws {
    let (packs, _, file) = try packs()
    let pack = try #require(packs.min { $0.records.count < $1.records.count })
    let whole = pack.bytes
    let sound = try facts(whole)
    var source = Source(58)
    for _ in 0..<cases(300) {
      var bytes = whole
      let place = Int(source.number(0...Int64(bytes.count - 1)))
      bytes[place] ^= 1 << UInt8(source.number(0...7))
      guard let found = try? facts(bytes) else { continue }
      // How many events there were is not what a path proves, and unknown signatures count for nobody.
      #expect(found.sections.dropLast().map(\.rows) == sound.sections.dropLast().map(\.rows))
    }
    let (path, policy) = (file.folder + "/a.evidence", file.folder + "/policy.txt")
    try SignedBundle.write(try SignedBundle.policy(), policy)
    for (number, change) in [nil, 40, 300, whole.count - 300, whole.count - 1].enumerated() {
      var bytes = whole
      if let change { bytes[change] ^= 1 }
      try SignedBundle.write(bytes, path)
      let said = try #require(
        try output(
          of: "python3", ["-B", VerifyProgramTests.program, "evidence", path, "--policy", policy]))
      #expect(
        said.status == (change == nil ? 0 : 6) && !said.text.contains("Traceback"),
        "\(number): \(said.text)")
    }
  }
}
