import BrokerAPI

/// The highest price per GPU-hour as people write it: `18.40` in the account's currency,
/// `CNY 4.20`, `market`, `market+10%`.
enum PriceText: Equatable {
  case amount(minor: Int64, Wire.CurrencyCode?)
  /// The market's price and so many per cent more.
  case market(percent: Int64)

  init(parsing text: String) throws(TextFault) {
    let advice = TextFault(
      "\"\(Display.plain(text))\" is no price: write 18.40, CNY 4.20, market or market+10%")
    if text.hasPrefix("market") {
      var rest = text.dropFirst(6)
      guard !rest.isEmpty else {
        self = .market(percent: 0)
        return
      }
      guard rest.last == "%", rest.first == "+" || rest.first == "-" else { throw advice }
      rest = rest.dropLast()
      guard rest.dropFirst().allSatisfy({ $0.isASCII && $0.isNumber }),
        let percent = Int64(rest), (-90...1_000).contains(percent)
      else { throw advice }
      self = .market(percent: percent)
      return
    }
    var number = text[...]
    var currency: Wire.CurrencyCode?
    if let space = text.firstIndex(of: " ") {
      guard let code = Wire.CurrencyCode(rawValue: String(text[..<space])) else { throw advice }
      currency = code
      number = text[text.index(after: space)...]
    }
    self = .amount(minor: try Self.minor(number, advice), currency)
  }

  /// Cents of `18`, `18.4` or `18.40`.
  static func minor(_ text: Substring, _ advice: TextFault) throws(TextFault) -> Int64 {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty, parts[0].utf8.count <= 13,
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      let units = Int64(parts[0])
    else { throw advice }
    guard parts.count == 2 else { return units * 100 }
    guard (1...2).contains(parts[1].utf8.count), let fraction = Int64(parts[1]) else {
      throw advice
    }
    return units * 100 + (parts[1].utf8.count == 1 ? fraction * 10 : fraction)
  }

  /// Money with its currency, decimals as people write them: `HKD 61200`, `HKD 61,200.00`.
  static func money(_ text: String) throws(TextFault) -> WireMoney {
    let advice = TextFault("\"\(Display.plain(text))\" is no money: write it as HKD 61200.00")
    guard let space = text.firstIndex(of: " "),
      let currency = Wire.CurrencyCode(rawValue: String(text[..<space]))
    else { throw advice }
    let number = text[text.index(after: space)...].filter { $0 != "," }
    return WireMoney(currency, minor: try minor(number[...], advice))
  }
}
