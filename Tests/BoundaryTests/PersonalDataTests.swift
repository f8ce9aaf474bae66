import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Testing

/// No personal data at rest (T41): what people write of themselves is in the erasable directory alone.
@Suite(.serialized) struct PersonalDataTests {
  /// What a person writes wherever there is room for words.
  private static let personal = [
    "Chan Tai Man", "\u{9673}\u{5927}\u{6587}", "taiman.chan@lab.example.hk", "+852 9123 4567",
    "A123456(3)", "11010519491231002X",
  ]
  private static let all = personal.joined(separator: "; ")

  /// Every form in which a text may lie in a file.
  private static func forms(_ text: String) -> [Data] {
    let utf8 = Data(text.utf8)
    let escaped = text.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return unit < 0x80
        ? String(UnicodeScalar(UInt8(unit)))
        : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
    let utf16 = Data(text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] })
    return [utf8, Data(escaped.utf8), utf16, utf8.base64EncodedData()]
  }

  /// The files below a folder that hold one of the texts, with the text.
  private static func finds(_ texts: [String], below folder: URL) throws -> [String: Set<String>] {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var found: [String: Set<String>] = [:]
    for case let file as URL in files ?? .init() {
      guard let data = try? Data(contentsOf: file) else { continue }
      for text in texts where forms(text).contains(where: { data.firstRange(of: $0) != nil }) {
        found[file.lastPathComponent, default: []].insert(text)
      }
    }
    return found
  }

  @Test(
    "A market whose people write their names, numbers and addresses wherever words may stand has them in the directory and nowhere else"
  )
  func atRest() async throws {
    let broker = try BrokerProcess(
      scale: 300, more: "published: {directory: published, every: 1s}\n")
    defer { broker.remove() }
    // Its log says as much as it can.
    broker.stop()
    try broker.write(
      "sampand.yaml",
      broker.text("sampand.yaml").replacing("level: error", with: "level: debug") + "\n")
    try broker.start()
    let position = try await Self.market(of: broker)
    // Everything that was written is in a published copy and a backup.
    _ = try await SampleMarket.until("a published copy") {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: broker.folder.path + "/published")
      return files.contains { name in
        guard name.hasSuffix(".sqlite") else { return false }
        return Int64(name.dropFirst(7).dropLast(7)) ?? 0 > position
      } ? true : nil
    }
    let backup = try broker.run(
      "sampan",
      ["broker", "backup", "b.sqlite", "--socket", "data/admin.sock", "--skip-check"])
    #expect(backup.status == 0, "\(backup.output)")
    func isOfDirectory(_ name: String) -> Bool { name.hasPrefix("directory.sqlite") }
    for isRunning in [true, false] {
      if !isRunning { #expect(broker.stop() == 0) }
      let found = try Self.finds(Self.personal, below: broker.folder)
      #expect(found.filter { !isOfDirectory($0.key) }.isEmpty, "\(found.keys.sorted())")
      // They were written, and the search finds what there is to find.
      let kept = found.filter { isOfDirectory($0.key) }.values.reduce(into: Set()) {
        $0.formUnion($1)
      }
      #expect(kept == Set(Self.personal))
    }
    figure(
      "T41", "texts of a person wherever words may stand, none outside the directory",
      Self.personal.count)
  }

  /// People write what they like wherever they can.
  /// - Returns: a position after all of it.
  private static func market(of broker: BrokerProcess) async throws -> Int64 {
    let market = try await SampleMarket(broker)
    let maker = broker.maker
    try await broker.approved(
      try await maker.addParty(
        Wire.AddParty(party: "lab-of-one", kind: .tenant, currency: .hkd, name: all)))
    try await broker.approved(
      try await maker.recordDeposit(
        "hku-nlp:hkd",
        Wire.RecordDeposit(amount: WireMoney(.hkd, minor: 100), reference: all)))
    try await broker.approved(
      try await maker.registerContract(
        Wire.RegisterContract(
          contract: all, scheme: "itf", since: WireTime(parsing: "2026-01-01T00:00:00+08:00"),
          source: all)))
    try await market.offer(
      "cyberport-h", chip: "h800-80g", gpus: 16, ask: WireMoney(.hkd, minor: 1_400))
    let hku = market.trader("hku-nlp")
    var bid = try await market.block(hours: 2, limit: WireMoney(.hkd, minor: 2_000))
    bid.label = String(all.prefix(80))
    let id = try #require(try await hku.placeBid(bid).id)
    // Refused commands stand in the log as well.
    bid.alternatives[0].gpus = 1_000_000
    _ = try? await hku.placeBid(bid)
    let fill = try await SampleMarket.until("the fill") { try await hku.showBid(id).fills.first }
    _ = try await market.agent("cyberport-h").reportLease(
      fill.lease, Wire.ReportLease(state: .open, access: ["login": all]))
    // A request that is no request may be written to no log either.
    for token in [all.data(using: .utf8)?.base64EncodedString(), market.traders["hku-nlp"]] {
      _ = try? await broker.client(token).showBid(personal[2])
      _ = try? await broker.client(token).showAccount(all)
    }
    return try await maker.ledgerHead().position.value
  }

  /// Draws numbers of people that are right to their check digits.
  private struct People {
    var source: Source

    mutating func digits(_ count: Int) -> String {
      (0..<count).map { _ in String(source.next() % 10) }.joined()
    }

    mutating func identityCard() -> String {
      let letter = UInt8(ascii: "a") + UInt8(source.next() % 26)
      let number = digits(6)
      var sum = 36 * 9 + (Int(letter) - 0x61 + 10) * 8
      for (weight, digit) in zip((2...7).reversed(), number.utf8) {
        sum += weight * (Int(digit) - 0x30)
      }
      let check = (11 - sum % 11) % 11
      return String(UnicodeScalar(letter)) + number + (check == 10 ? "a" : "\(check)")
    }

    mutating func residentNumber() -> String {
      let number = "1101051990" + digits(7)
      let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
      let sum = zip(weights, number.utf8).reduce(0) { $0 + $1.0 * (Int($1.1) - 0x30) }
      return number + ["1", "0", "x", "9", "8", "7", "6", "5", "4", "3", "2"][sum % 11]
    }

    mutating func phone() -> String {
      ["9", "8529", "13"].map { $0 + digits($0 == "13" ? 9 : 7) }[Int(source.next() % 3)]
    }
  }

  @Test(
    "An id that holds the number of a person is refused, at every place of every request that takes an id"
  )
  func numbersInIDs() throws {
    var people = People(source: Source(41))
    let count = cases(2_000)
    for _ in 0..<count {
      for number in [people.identityCard(), people.residentNumber(), people.phone()] {
        for id in [
          number, "lab-\(number)", "\(number).hk", number.prefix(3) + "-" + number.dropFirst(3),
        ] {
          #expect(TextForm.id.fault(of: id) != nil, "\(id)")
        }
      }
    }
    for id in ["a1234563", "a123456-3", "11010519491231002x", "chan:13800138000", "x@y.hk"] {
      #expect(TextForm.id.fault(of: id) != nil, "\(id)")
    }
    let sound = [
      "a1234564", "110105194912310021", "h800-80g", "ascend-910b", "bid-13800138000", "p-91234567",
      "trade-13800138000-3", "hku-nlp", "2026-12-31", "20261231", "tki-2026-0001", "10800138000",
    ]
    for id in sound { #expect(TextForm.id.fault(of: id) == nil, "\(id)") }
    var places = 0
    for route in Route.all {
      guard let body = route.body else { continue }
      places += try Self.check(body.schema)
    }
    #expect(places > 40)
    figure("T41", "numbers of people inside ids, each refused", count * 3 * 4)
  }

  /// Puts a number where the schema takes an id.
  /// - Returns: how many such places there are.
  private static func check(_ schema: Schema) throws -> Int {
    switch schema {
    case .text(.id):
      #expect(schema.faults(of: .string("lab-13800138000")).count == 1)
      return 1
    case .array(let element, _, _): return try check(element)
    case .record(_, _, let members):
      return try members.reduce(0) { try $0 + check($1.schema) }
    default: return 0
    }
  }
}
