extension Wire {
  /// How many HKD one unit of a currency is worth: numerator / denominator.
  package struct SetRate: RequestBody {
    package var currency: ForeignCurrencyCode
    package var numerator: Int
    package var denominator: Int
    package var validUntil: WireTime

    package init(
      currency: ForeignCurrencyCode, numerator: Int, denominator: Int, validUntil: WireTime
    ) {
      self.currency = currency
      self.numerator = numerator
      self.denominator = denominator
      self.validUntil = validUntil
    }

    package static let schema = Schema.object(
      "SetRate", "How many HKD one unit of a currency is worth: numerator / denominator.",
      [
        .required("currency", ForeignCurrencyCode.schema),
        .required("numerator", .integer(1...1_000_000_000)),
        .required("denominator", .integer(1...1_000_000_000)),
        .required("validUntil", .text(.time)),
      ])
  }

  /// A rate of exchange in force.
  package struct ExchangeRate: WireValue {
    package var currency: ForeignCurrencyCode
    package var numerator: Int
    package var denominator: Int
    package var validUntil: WireTime

    package init(
      currency: ForeignCurrencyCode, numerator: Int, denominator: Int, validUntil: WireTime
    ) {
      self.currency = currency
      self.numerator = numerator
      self.denominator = denominator
      self.validUntil = validUntil
    }

    package static let schema = Schema.object(
      "ExchangeRate", "A rate of exchange in force.",
      [
        .required("currency", ForeignCurrencyCode.schema),
        .required("numerator", .integer(1...1_000_000_000)),
        .required("denominator", .integer(1...1_000_000_000)),
        .required("validUntil", .text(.time)),
      ])
  }
}
