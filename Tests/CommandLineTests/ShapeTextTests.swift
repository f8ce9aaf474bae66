import BrokerAPI
import Testing

@testable import sampan

/// What people type, and what is made of it.
@Suite struct ShapeTextTests {
  @Test(
    "lengths of time are read",
    arguments: [
      ("15m", 15), ("8h", 480), ("2d", 2_880), ("3w", 30_240), ("1d12h", 2_160), ("1h30m", 90),
    ])
  func spans(_ text: String, _ minutes: Int) throws {
    #expect(try SpanText(parsing: text).minutes == Int64(minutes))
  }

  @Test(
    "what is no length of time is refused",
    arguments: [
      "", "0h", "8", "h", "8x", "-8h", "1.5h", "8h 30m", "99999999999999999999h", "３h", "+2h",
    ])
  func noSpans(_ text: String) {
    #expect(throws: TextFault.self) { try SpanText(parsing: text) }
  }

  @Test("a lease is counted in quarter hours")
  func quarters() throws {
    #expect(try SpanText(parsing: "3w").quarters() == 2_016)
    #expect(try SpanText(parsing: "15m").quarters() == 1)
    for text in ["7m", "100m", "105w"] {
      #expect(throws: TextFault.self) { try SpanText(parsing: text).quarters() }
    }
  }

  @Test(
    "times without an offset are the market's",
    arguments: [
      ("2026-12-01", "2026-12-01T00:00:00+08:00"),
      ("2026-12-01T20:00", "2026-12-01T20:00:00+08:00"),
      ("2026-12-01 20:00", "2026-12-01T20:00:00+08:00"),
      ("2026-12-01T20:00:05", "2026-12-01T20:00:05+08:00"),
      ("2026-12-01T20:00+08:00", "2026-12-01T20:00:00+08:00"),
      ("2026-12-01T12:00Z", "2026-12-01T20:00:00+08:00"),
      ("2026-12-01T12:00:00.250Z", "2026-12-01T20:00:00.250+08:00"),
      ("now", "2026-11-27T14:16:00+08:00"),
      ("+2h", "2026-11-27T16:16:00+08:00"),
    ])
  func times(_ text: String, _ expected: String) throws {
    #expect(try MarketTime(parsing: text).resolved(present).text == expected)
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "", "tomorrow", "2026-13-01", "2026-12-01T25:00", "2026-12", "01.12.2026", "+",
      "2026-12-01T20", "+2h..", "2300-01-01",
    ])
  func noTimes(_ text: String) {
    #expect(throws: TextFault.self) { try MarketTime(parsing: text).resolved(present) }
  }

  @Test("a range of starts needs both ends")
  func ranges() throws {
    let range = try StartText(parsing: "2026-12-01..+2w")
    #expect(try range.from == MarketTime(parsing: "2026-12-01"))
    #expect(try range.until == MarketTime(parsing: "+2w"))
    #expect(throws: TextFault.self) { try StartText(parsing: "2026-12-01..") }
    #expect(throws: TextFault.self) { try StartText(parsing: "..2026-12-01") }
  }

  @Test("prices are read exactly")
  func prices() throws {
    #expect(try PriceText(parsing: "18.40") == .amount(minor: 1_840, nil))
    #expect(try PriceText(parsing: "18.4") == .amount(minor: 1_840, nil))
    #expect(try PriceText(parsing: "18") == .amount(minor: 1_800, nil))
    #expect(try PriceText(parsing: "CNY 4.20") == .amount(minor: 420, .cny))
    #expect(try PriceText(parsing: "market") == .market(percent: 0))
    #expect(try PriceText(parsing: "market+10%") == .market(percent: 10))
    #expect(try PriceText(parsing: "market-5%") == .market(percent: -5))
  }

  @Test(
    "what is no price is refused",
    arguments: [
      "", "x", "1.234", "1,5", "-1", ".5", "1e3", "USD 4.20", "HKD", "HKD  4.20", "market+",
      "market+10",
      "market10%", "market+1.5%", "market-91%", "market+9999999999999999999%", "９",
      "99999999999999999999",
    ])
  func noPrices(_ text: String) {
    #expect(throws: TextFault.self) { try PriceText(parsing: text) }
  }

  @Test("money may be typed with commas")
  func money() throws {
    #expect(try PriceText.money("HKD 61,200.00") == WireMoney(.hkd, minor: 6_120_000))
    #expect(throws: TextFault.self) { try PriceText.money("61200") }
  }

  @Test("GPUs are a number or a range with a base")
  func sizes() throws {
    #expect(try Shape.Size(parsingGPUs: "16") == .gpus(16))
    #expect(try Shape.Size(parsingGPUs: "4..16") == .range(4, 16))
    #expect(try Shape.Size(parsingNodes: "2") == .nodes(2))
    for text in ["0..16", "16..4", "x", "4..", "-1", "4..16..32"] {
      #expect(throws: TextFault.self) { try Shape.Size(parsingGPUs: text) }
    }
    #expect(throws: TextFault.self) { try Shape.Size(parsingNodes: "0") }
  }

  @Test("rates become fractions in lowest terms")
  func rates() throws {
    #expect(try RateSetCommand.fraction("1.0925") == (437, 400))
    #expect(try RateSetCommand.fraction("437/400") == (437, 400))
    #expect(try RateSetCommand.fraction("2") == (2, 1))
    for text in ["", "0", "1/0", "-1", "1.", ".5", "1.0000001", "1/2/3"] {
      #expect(throws: TextFault.self) { try RateSetCommand.fraction(text) }
    }
  }
}

/// The market's present in these tests.
let present = WireTime(clamping: 1_795_760_160_000)
