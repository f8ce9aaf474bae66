import BrokerAPI
import Testing

struct WireTextTests {
  @Test("every day from 1970 to 2199 has the name that counting day by day gives it")
  func calendar() throws {
    var (year, month, day) = (1970, 1, 1)
    var number: Int64 = 0
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    while year < 2200 {
      let text = "\(year)-\(two(month))-\(two(day))T08:00:00+08:00"
      let time = try WireTime(parsing: text)
      #expect(time.milliseconds == number * 86_400_000)
      #expect(time.text == text)
      number += 1
      day += 1
      let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
      let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      if day > lengths[month - 1] { (day, month) = (1, month + 1) }
      if month > 12 { (month, year) = (1, year + 1) }
    }
    #expect(number == 84_006)
  }

  @Test(
    "one instant in any offset is one time",
    arguments: [
      "2026-12-01T00:00:00+08:00", "2026-11-30T16:00:00Z", "2026-11-30T16:00:00+00:00",
      "2026-11-30T12:30:00-03:30", "2026-12-01T06:00:00+14:00", "2026-11-30T16:00:00.0Z",
      "2026-11-30T16:00:00.000Z",
    ])
  func offsets(_ text: String) throws {
    let time = try WireTime(parsing: text)
    #expect(time.milliseconds == 1_796_054_400_000)
    #expect(time.text == "2026-12-01T00:00:00+08:00")
  }

  @Test("milliseconds are written only when there are any, and with three digits")
  func milliseconds() throws {
    #expect(try WireTime(parsing: "2026-12-01T00:00:00.5Z").text == "2026-12-01T08:00:00.500+08:00")
    #expect(
      try WireTime(parsing: "2026-12-01T00:00:00.25Z").text == "2026-12-01T08:00:00.250+08:00")
    #expect(WireTime(milliseconds: 1)?.text == "1970-01-01T08:00:00.001+08:00")
  }

  @Test("the ends of the range can be written and read, and nothing beyond them exists")
  func range() throws {
    for end in [WireTime.range.lowerBound, WireTime.range.upperBound] {
      let time = try #require(WireTime(milliseconds: end))
      #expect(try WireTime(parsing: time.text) == time)
    }
    #expect(WireTime(clamping: .max).text == "2199-12-31T23:59:59.999+08:00")
    #expect(WireTime(clamping: .min).milliseconds == 0)
    #expect(WireTime(milliseconds: -1) == nil)
    #expect(WireTime(milliseconds: WireTime.range.upperBound + 1) == nil)
  }

  @Test(
    "money has one spelling",
    arguments: [
      ("HKD 153216.00", 15_321_600), ("CNY 0.05", 5), ("MOP 0.00", 0), ("HKD -12.34", -1_234),
      ("HKD 92233720368547756.99", 9_223_372_036_854_775_699),
    ] as [(String, Int64)])
  func money(_ text: String, _ minor: Int64) throws {
    let money = try WireMoney(parsing: text)
    #expect(money.minor == minor)
    #expect(money.text == text)
  }

  @Test("any amount of 64 bits can be written")
  func extremes() {
    #expect(WireMoney(.hkd, minor: .max).text == "HKD 92233720368547758.07")
    #expect(WireMoney(.hkd, minor: .min).text == "HKD -92233720368547758.08")
  }

  @Test(
    "who writes another name of the currency is told the right one",
    arguments: [("RMB 1.00", "CNY"), ("CNH 1.00", "CNY"), ("hkd 1.00", "HKD"), ("USD 1.00", "MOP")])
  func advice(_ text: String, _ right: String) throws {
    let fault = try #require(throws: TextFault.self) { try WireMoney(parsing: text) }
    #expect(fault.description.contains(right))
  }

  @Test("GPU time and positions go there and back, their bounds included")
  func quantities() throws {
    for text in ["0.000", "0.001", "7200.000", "100000000000000.000"] {
      #expect(try GPUSeconds(parsing: text).text == text)
    }
    #expect(try GPUSeconds(parsing: "7200.250").milliseconds == 7_200_250)
    for text in ["0", "1042", "1000000000000"] { #expect(try Position(parsing: text).text == text) }
    for text in ["-1", "01", "1000000000001", "", "1.0", "9223372036854775808"] {
      #expect(throws: TextFault.self) { try Position(parsing: text) }
    }
  }

  @Test("reclaim is never or a notice, and the refusal of 0 names both spellings")
  func reclaim() throws {
    #expect(try ReclaimTerm(parsing: "never") == .never)
    #expect(try ReclaimTerm(parsing: "30m") == .notice(minutes: 30))
    #expect(try ReclaimTerm(parsing: "120m").text == "2h")
    #expect(try ReclaimTerm(parsing: "168h") == .notice(minutes: 10_080))
    let fault = try #require(throws: TextFault.self) { try ReclaimTerm(parsing: "0m") }
    #expect(fault.description.contains("\"never\""))
    #expect(fault.description.contains("\"30m\""))
  }

  @Test("new command ids are well formed and differ")
  func commandIDs() {
    let ids = (0..<1_000).map { _ in CommandID.random() }
    #expect(Set(ids).count == 1_000)
    #expect(ids.allSatisfy { CommandID($0.text) == $0 })
    #expect(CommandID("0123456789ABCDEF0123456789ABCDEF") == nil)
  }
}
