/// Money as it travels: `HKD 153216.00`. Currency, one space, exactly two decimals, no separators.
/// Prices per GPU-hour have the same form.
package struct WireMoney: WireText {
  package var currency: Wire.CurrencyCode
  /// Cents, fen, avos.
  package var minor: Int64

  package init(_ currency: Wire.CurrencyCode, minor: Int64) {
    self.currency = currency
    self.minor = minor
  }

  package var text: String {
    let (units, cents) = minor.magnitude.quotientAndRemainder(dividingBy: 100)
    return "\(currency.rawValue) \(minor < 0 ? "-" : "")\(units).\(padded(cents, 2))"
  }

  package init(parsing text: String) throws(TextFault) {
    let bytes = Array(text.utf8)
    guard let space = bytes.firstIndex(of: 0x20), space == 3 else {
      throw Self.fault(text, "write the currency, one space and the number with two decimals")
    }
    let code = String(decoding: bytes[..<space], as: UTF8.self)
    guard let currency = Wire.CurrencyCode(rawValue: code) else {
      throw Self.fault(text, Self.advice(code))
    }
    var number = bytes[(space + 1)...]
    let isNegative = number.first == 0x2D
    if isNegative { number = number.dropFirst() }
    guard let point = number.firstIndex(of: 0x2E), number.endIndex - point == 3 else {
      throw Self.fault(text, "write exactly two decimals")
    }
    let whole = number[..<point]
    guard whole.count <= 1 || whole.first != 0x30 else {
      throw Self.fault(text, "leave out zeros in front")
    }
    guard whole.first.map({ (0x30...0x39).contains($0) }) == true,
      let cents = digitsValue(number[(point + 1)...])
    else { throw Self.fault(text, "write plain digits 0 to 9, no separators") }
    guard whole.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw Self.fault(text, "write plain digits 0 to 9, no separators")
    }
    guard let units = digitsValue(whole, atMost: Int64.max / 100 - 1) else {
      throw TextFault(.range, "\(quoted(text)) is more than any account can hold")
    }
    let value = units * 100 + cents
    guard !isNegative || value > 0 else { throw Self.fault(text, "write 0.00 without a sign") }
    self.init(currency, minor: isNegative ? -value : value)
  }

  private static func fault(_ text: String, _ advice: String) -> TextFault {
    TextFault(.format, "\(quoted(text)) is not money: \(advice), as in \"HKD 18.40\"")
  }

  private static func advice(_ code: String) -> String {
    switch code.uppercased() {
    case "RMB", "CNH", "YUA": "the mainland's currency is written CNY"
    case "HKD", "CNY", "MOP": "write \(code.uppercased()) in capital letters"
    default: "the currencies are HKD, CNY and MOP"
    }
  }
}

/// Which money a request may name in one place. The bounds are those of the ledger, so that what
/// passes here is never refused there for its size.
package struct MoneyRange: Sendable {
  package var minor: ClosedRange<Int64>
  package var about: String

  /// Anything; in answers only.
  package static let any = MoneyRange(
    minor: Int64.min...Int64.max, about: "Money: currency, one space, two decimals.")
  package static let amount = MoneyRange(
    minor: 1...1_000_000_000_000_000, about: "An amount of at least 0.01.")
  package static let amountOrNothing = MoneyRange(
    minor: 0...1_000_000_000_000_000, about: "An amount, 0.00 included.")
  package static let price = MoneyRange(
    minor: 0...10_000_000, about: "A price per GPU-hour, 0.00 to 100000.00.")
  package static let limit = MoneyRange(
    minor: 1...10_000_000, about: "A price per GPU-hour, 0.01 to 100000.00.")
  package static let latencyPrice = MoneyRange(
    minor: 0...100_000, about: "A price per GPU-hour and millisecond, 0.00 to 1000.00.")

  /// Nil when the money is in the range.
  func fault(of money: WireMoney) -> TextFault? {
    guard !minor.contains(money.minor) else { return nil }
    let least = WireMoney(money.currency, minor: minor.lowerBound)
    let most = WireMoney(money.currency, minor: minor.upperBound)
    return TextFault(.range, "\"\(money)\" is out of range: write \(least) to \(most)")
  }
}
