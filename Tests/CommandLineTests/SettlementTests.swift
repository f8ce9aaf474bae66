import BrokerAPI
import Testing

@testable import sampan

struct SettlementTests {
  private static let statement = [
    "Date,Reference,Amount,Text", #"2026-11-03,FT1,61200.00,"HKU, first ""instalment""""#,
    "2026-11-04,FT2,-12400.5,payout", "2026-11-05,FT3,7,", "",
  ].joined(separator: "\n")

  private static func line(_ reference: String, _ minor: Int64, _ month: String = "11")
    throws -> Wire.BankLine
  {
    Wire.BankLine(
      at: try WireTime(parsing: "2026-\(month)-03T00:00:00+08:00"), account: "hku:hkd",
      direction: minor < 0 ? .sent : .received, amount: WireMoney(.hkd, minor: abs(minor)),
      reference: BankStatement.digest(reference), proposal: Position(clamping: 1),
      position: Position(clamping: 2))
  }

  @Test("a statement is read by the names of its columns, quotes and line ends of any system")
  func statement() throws {
    for text in [Self.statement, Self.statement.replacing("\n", with: "\r\n")] {
      let read = try BankStatement(csv: text, file: "s.csv")
      #expect(read.lines.map(\.reference) == ["FT1", "FT2", "FT3"])
      #expect(read.lines.map(\.amount) == [6_120_000, -1_240_050, 700])
    }
    #expect(
      BankStatement.digest("abc")
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test(
    "what is wrong in a statement is said with its line",
    arguments: [
      ("Date,Amount\n", "line 1"), ("reference,amount\nA,1\nB\n", "line 3"),
      ("reference,amount\nA,1.005\n", "line 2"), ("reference,amount\nA,1e3\n", "line 2"),
      ("reference,amount\nA,\u{FF11}\n", "line 2"), ("reference,amount\n,1\n", "line 2"),
      ("reference,amount\nA,1\nA,2\n", "line 3"), ("reference,amount\n\"A,1\n", "line 2"),
      ("reference,amount\nA,9999999999999999\n", "line 2"), ("", "line 1"),
    ])
  func faults(_ text: String, _ place: String) {
    #expect {
      try BankStatement(csv: text, file: "s.csv")
    } throws: { error in
      (error as? Failure)?.why.contains("s.csv, \(place):") == true
    }
  }

  @Test("each line of either side stands once, and only equal amounts and directions match")
  func reconciled() throws {
    let statement = try BankStatement(csv: Self.statement, file: "s.csv")
    let lines = [
      try Self.line("FT1", 6_120_000), try Self.line("FT2", 1_240_050), try Self.line("FT4", 9),
      try Self.line("FT5", 9, "10"),
    ]
    func states(_ month: String?) -> [Reconciliation.State] {
      Reconciliation.of(statement, lines, .hkd, in: month).map(\.state)
    }
    #expect(states(nil) == [.matched, .differs, .onlyBank, .onlyLedger, .onlyLedger])
    #expect(states("2026-11") == [.matched, .differs, .onlyBank, .onlyLedger])
  }

  @Test("a month is a year and a month that exist")
  func months() {
    #expect(MonthText(argument: "2026-11")?.number == 202_611)
    #expect(MonthText.text(202_603) == "2026-03")
    for text in ["2026-13", "2026-00", "2026-1", "26-11", "2026/11", "202611", "", "2026-11-1"] {
      #expect(MonthText(argument: text) == nil, "\(text)")
    }
  }
}
