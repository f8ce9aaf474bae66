import BrokerAPI
import Testing

@testable import sampan

/// Tables, documents and numbers as they are printed.
@Suite struct OutputTests {
  private let accounts = [
    Wire.Account(
      account: "hku-nlp:hkd", party: "hku-nlp", currency: .hkd,
      balance: WireMoney(.hkd, minor: 6_120_000), held: WireMoney(.hkd, minor: 0),
      free: WireMoney(.hkd, minor: 6_120_000), creditLimit: WireMoney(.hkd, minor: 0), closed: false
    ),
    Wire.Account(
      account: "b:cny", party: "b", currency: .cny, balance: WireMoney(.cny, minor: -5),
      held: WireMoney(.cny, minor: 123_456_789), free: WireMoney(.cny, minor: 100),
      creditLimit: WireMoney(.cny, minor: 0), closed: false),
  ]

  @Test("tables are aligned, numbers to the right, without trailing space")
  func table() throws {
    let text = try AccountListCommand.sheet.rendered(accounts, as: .table)
    #expect(
      text == """
        ACCOUNT      PARTY          BALANCE              HELD           FREE  CREDIT LIMIT
        hku-nlp:hkd  hku-nlp  HKD 61,200.00          HKD 0.00  HKD 61,200.00      HKD 0.00
        b:cny        b            CNY -0.05  CNY 1,234,567.89       CNY 1.00      CNY 0.00

        """)
  }

  @Test("programs get the values of the API")
  func documents() throws {
    let sheet = AccountListCommand.sheet
    #expect(try sheet.rendered(accounts, as: .name) == "hku-nlp:hkd\nb:cny\n")
    let csv = try sheet.rendered(accounts, as: .csv)
    #expect(
      csv.hasPrefix(
        "ACCOUNT,PARTY,BALANCE,HELD,FREE,CREDIT LIMIT\r\nhku-nlp:hkd,hku-nlp,HKD 61200.00,"))
    let json = try sheet.rendered(accounts, as: .json)
    let page = try Wire.Page<Wire.Account>(json: Array(json.utf8))
    #expect(page.items == accounts)
    let yaml = try sheet.rendered(accounts, as: .yaml)
    #expect(yaml.hasPrefix("items:\n  - account: \"hku-nlp:hkd\"\n    balance: HKD 61200.00\n"))
  }

  @Test("CSV quotes what would break a line or a field")
  func csv() {
    let grid = Grid<String>(columns: [Column("A") { .text($0) }, Column("B") { _ in .none }])
    #expect(
      grid.rendered(["a,b", "say \"no\"", "x\ny"], as: .csv)
        == "A,B\r\n\"a,b\",\r\n\"say \"\"no\"\"\",\r\n\"x\ny\",\r\n")
  }

  @Test("YAML quotes what a reader would take for something else")
  func yaml() {
    let tree = JSONTree.object([
      JSONTree.Member("a", .string("true")), JSONTree.Member("b", .string("18.40")),
      JSONTree.Member("c", .array([.array([.integer(1)]), .object([])])),
      JSONTree.Member("d", .string("x: y")), JSONTree.Member("e", .boolean(false)),
      JSONTree.Member("f", .string("")), JSONTree.Member("g", .string("plain text")),
    ])
    #expect(
      tree.yaml == """
        a: "true"
        b: "18.40"
        c:
          - - 1
          - {}
        d: "x: y"
        e: false
        f: ""
        g: plain text

        """)
  }

  @Test("others' text cannot steer the terminal")
  func controls() {
    #expect(Cell.text("a\u{1B}[31mb\nc\u{202E}d").shown == "a?[31mb?c?d")
    let access = Wire.LeaseAccess(lease: "l", state: .open, access: ["login": "x\u{1B}]0;y\u{7}"])
    let lines = LeaseConnectCommand.lines(lease, access)
    #expect(lines.allSatisfy { !$0.unicodeScalars.contains("\u{1B}") })
    #expect(lines[1] == "Log in      x?]0;y?")
  }

  @Test("numbers are printed for people")
  func numbers() throws {
    #expect(Display.thousands("1234567") == "1,234,567")
    #expect(Display.thousands("123") == "123")
    #expect(try Display.gpuHours(GPUSeconds(parsing: "4147200.000")) == "1,152.0")
    #expect(Display.duration(quarters: 2_016) == "3w")
    #expect(Display.duration(quarters: 6) == "1h30m")
    #expect(Display.hours(quarters: 2_017) == "504.25")
    #expect(Display.instant(present) == "2026-11-27T14:16+08:00")
    #expect(Cell.number(-1_234).shown == "-1,234")
    #expect(TextTable.width("深圳 a") == 6)
  }

  @Test("a lease shows who is to be asked first")
  func connect() throws {
    let access = Wire.LeaseAccess(
      lease: "l", state: .open,
      access: ["zone": "b", "submit": "sbatch", "login": "ssh hku@login.example.org"])
    let lines = LeaseConnectCommand.lines(lease, access)
    #expect(lines[1].hasPrefix("Log in"))
    #expect(lines[2].hasPrefix("Submit"))
    #expect(lines[3].hasPrefix("Zone"))
    #expect(lines.last?.contains("delivered 1,152.0 GPU-h") == true)
    let shut = Wire.LeaseAccess(
      lease: "l", state: .prepared, access: ["submit": "sbatch", "waiting": "nobody is known"])
    #expect(LeaseConnectCommand.lines(lease, shut)[1].hasPrefix("Waiting"))
  }

  @Test("an explanation says how far the limit is off, and whom more would have pushed out")
  func explain() {
    let place = Wire.NearestPlace(
      site: "cyberport-h", pool: "h800-a", start: present, end: present)
    var explanation = Wire.Explanation(
      bid: "bid-7", round: 18_842, closedAt: present, filled: false, reason: "below_price",
      text: "The price is above.", short: WireMoney(.hkd, minor: 235), nearest: place,
      take: Wire.TakeTerms(
        limit: WireMoney(.hkd, minor: 2_135), more: WireMoney(.hkd, minor: 255), alternative: 0,
        at: place, winners: 2, winnersTime: GPUSeconds(clamping: 460_800_000), others: 1,
        extrasTime: GPUSeconds(clamping: 3_600_000)),
      places: [
        Wire.PlaceExplanation(
          site: "nansha-s", pool: "h800-b", reason: "too_far", text: "It is further.")
      ], position: Position(clamping: 3))
    let text = BidExplainCommand.lines(explanation, label: "llama").joined(separator: "\n")
    for part in [
      "bid-7 (llama)   round 18842, closed 2026-11-27T14:16+08:00   NOT FILLED   below_price",
      "HKD 2.35 per GPU-hour: so far is your limit below the price where it came nearest",
      "cyberport-h h800-a from 2026-11-27T14:16+08:00",
      "a limit of HKD 21.35 per GPU-hour, HKD 2.55 more",
      "raised by this, this clearing would have had more welfare with you in it than without",
      "you would have pushed out 2 winners with 128.0 GPU-hours, and 1.0 GPU-hours of extras of "
        + "1 other.",
      "Not the least price, and no promise for the next round.", "nansha-s  h800-b  It is further.",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
    #expect(!text.contains("sold before you came"))
    explanation.filled = true
    explanation.short = WireMoney(.hkd, minor: -40)
    let filled = BidExplainCommand.lines(explanation, label: nil).joined(separator: "\n")
    #expect(!filled.contains("pushed out"))
    #expect(filled.contains("Short   nothing: HKD 0.40 per GPU-hour in the money"))
  }

  @Test("a quote says how often it would have been filled, and of how many rounds that is known")
  func quoteNotes() {
    var quotes = Wire.Quotes(
      items: [], round: 18_841, position: Position(clamping: 77), nextClose: present,
      record: Wire.QuoteRecord(limit: WireMoney(.hkd, minor: 1_840), filled: 71, rounds: 96),
      reliance: Wire.QuoteReliance(bids: 100, filled: 93))
    #expect(
      QuoteCommand.notes(quotes) == [
        "This shape at HKD 18.40 would have been filled in 71 of the last 96 rounds.",
        "Of 100 bids at or above TAKE in those rounds, 93 were filled.",
        "From round 18841, ledger position 77; the next round closes at 2026-11-27T14:16+08:00.",
        "Not a promise: `sampan bid place` with the same flags and --max-price.",
      ])
    quotes.record = Wire.QuoteRecord(filled: 0, rounds: 1)
    quotes.reliance = Wire.QuoteReliance(bids: 0, filled: 0)
    #expect(
      QuoteCommand.notes(quotes).first
        == "This shape with these limits would not have been filled in the last round.")
    #expect(QuoteCommand.notes(quotes).count == 3)
  }

  private var lease: Wire.Lease {
    Wire.Lease(
      lease: "lease-1", bid: "bid-7", tenant: "hku-nlp", site: "cyberport-h", pool: "h800-a",
      chip: "h800-80g", start: present, end: present, exclusive: false,
      steps: [Wire.LeaseStep(from: present, to: present, gpus: 16)], state: .open,
      price: WireMoney(.hkd, minor: 1_840), total: WireMoney(.hkd, minor: 100),
      delivered: GPUSeconds(clamping: 4_147_200_000), used: GPUSeconds(clamping: 0),
      charged: WireMoney(.hkd, minor: 50), position: Position(clamping: 8))
  }

  @Test("the rest of a lease says how that was lost, and who pays what costs more")
  func rest() {
    var replaced = Wire.Replaced(
      lease: "lease-1-0", cause: .breach, centre: "cyber", covered: WireMoney(.hkd, minor: 16_000))
    #expect(
      BidShowCommand.rest(replaced)
        == "The rest of lease-1-0, lost by a breach; what costs more is paid by cyber, up to "
        + "HKD 160.00")
    replaced.covered = nil
    #expect(BidShowCommand.rest(replaced).hasSuffix("by cyber, which has no money for it"))
    replaced.cause = .reclaimed
    #expect(
      BidShowCommand.rest(replaced)
        == "The rest of lease-1-0, which cyber took back, at no higher price")
    replaced.cause = .loss
    #expect(BidShowCommand.rest(replaced).contains("without fault"))
  }

  @Test("an entry of the log becomes one line")
  func digest() {
    let entry = Wire.LedgerEntry(
      position: Position(clamping: 5),
      entry:
        #"{"by":"p-3","cmd":{"kind":"close-round","v":1,"what":{}},"e":1,"id":"00","n":5,"#
        + #""role":"leader","t":1795760160000}"#,
      events: [
        #"{"event":"round-closed","i":0,"n":5,"what":{}}"#,
        #"{"event":"traded","i":1,"n":5,"what":{}}"#, #"{"event":"traded","i":2,"n":5,"what":{}}"#,
      ])
    let digest = EntryDigest(entry)
    #expect(digest.kind == "close-round")
    #expect(digest.who == "p-3 (leader)")
    #expect(digest.result == "round-closed, 2 x traded")
    #expect(digest.line.hasPrefix("        5  2026-11-27 14:16:00  close-round"))
  }

  @Test("the reader of entries finds gaps, other positions and other spellings")
  func entries() {
    func entry(_ position: Int64, _ text: String) -> Wire.LedgerEntry {
      Wire.LedgerEntry(position: Position(clamping: position), entry: text, events: [])
    }
    func fault(_ entries: Wire.LedgerEntry...) -> String? {
      var reader = EntryReader()
      for entry in entries { reader.take(entry) }
      return reader.fault
    }
    let first = entry(0, #"{"n":0}"#)
    #expect(fault(first, entry(1, #"{"a":1,"n":1}"#)) == nil)
    #expect(fault(first, entry(2, #"{"n":2}"#)) == "position 2 follows 0")
    #expect(fault(first, entry(1, #"{"n":2}"#)) == "entry 1 names another position")
    #expect(fault(first, entry(1, #"{"n": 1}"#)) == "entry 1 is not canonical JSON")
    #expect(fault(first, entry(1, #"{"n":1,"a":1}"#)) == "entry 1 is not canonical JSON")
  }
}

@Suite struct EvidenceLineTests {
  @Test("Evidence that ends is named, what ends first before the rest, and what is valid is not")
  func lines() {
    func site(_ name: String, _ certified: [Wire.Certificate]) -> Wire.Site {
      Wire.Site(
        site: name, centre: "c", jurisdiction: .hk, metro: "hk", currency: .hkd,
        certified: certified, pools: [])
    }
    func certificate(_ name: String, _ hours: Int64, _ state: Wire.EvidenceState)
      -> Wire.Certificate
    {
      Wire.Certificate(
        dataClass: name, until: WireTime(clamping: 1_796_054_400_000 + hours * 3_600_000),
        state: state)
    }
    let lines = Session.evidenceLines([
      site("b", [certificate("medical", 2, .endsIn30Days), certificate("open", 9, .valid)]),
      site("a", [certificate("medical", 1, .ended), certificate("open", 3, .endsIn90Days)]),
    ])
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("Evidence of a for medical until "))
    #expect(lines[0].hasSuffix("; it has ended: no bid that needs it is taken until it is renewed"))
    #expect(lines[1].hasPrefix("Evidence of b for medical until "))
    #expect(lines[1].contains("within 30 days"))
    #expect(lines[2].contains("within 90 days"))
    #expect(Session.evidenceLines([site("b", [certificate("open", 9, .valid)])]) == [])
  }
}
