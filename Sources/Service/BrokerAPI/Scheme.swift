// The subsidy scheme on the wire.

extension Wire {
  /// What a chip costs by list, and what was paid for it.
  package struct ListPrice: WireValue {
    package var chip: String
    package var list: WireMoney
    package var reference: WireMoney?
    package var trades: Int?

    package init(
      chip: String, list: WireMoney, reference: WireMoney? = nil, trades: Int? = nil
    ) {
      self.chip = chip
      self.list = list
      self.reference = reference
      self.trades = trades
    }

    package static let schema = Schema.object(
      "ListPrice", "What a chip costs by list, and what was paid for it.",
      [
        .required("chip", .text(.id)),
        .required("list", .text(.money(.price)), "Per GPU-hour."),
        .optional(
          "reference", .text(.money(.price)),
          "What unrelated parties paid without a fund, over 28 days."),
        .optional(
          "trades", .integer(0...1_000_000_000),
          "How many trades the reference rests on; it counts from 20."),
      ])
  }

  /// A new version of list prices in one currency.
  package struct SetListPrices: RequestBody {
    package var currency: CurrencyCode
    package var version: Int
    package var prices: [ListPrice]

    package init(
      currency: CurrencyCode, version: Int, prices: [ListPrice]
    ) {
      self.currency = currency
      self.version = version
      self.prices = prices
    }

    package static let schema = Schema.object(
      "SetListPrices", "A new version of list prices in one currency.",
      [
        .required("currency", CurrencyCode.schema),
        .required("version", .integer(1...1_000_000_000), "One above the last of the currency."),
        .required("prices", .array(ListPrice.schema, 1...256)),
      ])
  }

  /// A version of list prices.
  package struct ListPrices: WireValue {
    package var currency: CurrencyCode
    package var version: Int
    package var prices: [ListPrice]
    package var position: Position

    package init(
      currency: CurrencyCode, version: Int, prices: [ListPrice], position: Position
    ) {
      self.currency = currency
      self.version = version
      self.prices = prices
      self.position = position
    }

    package static let schema = Schema.object(
      "ListPrices", "A version of list prices.",
      [
        .required("currency", CurrencyCode.schema),
        .required("version", .integer(1...1_000_000_000)),
        .required("prices", .array(ListPrice.schema, 0...256)),
        .required("position", .text(.position)),
      ])
  }

  /// A fact: two parties belong together, or a person acts for one.
  package struct StateRelation: RequestBody {
    package var one: String
    package var other: String
    package var from: WireTime
    package var until: WireTime?
    package var source: String

    package init(
      one: String, other: String, from: WireTime, until: WireTime? = nil, source: String
    ) {
      self.one = one
      self.other = other
      self.from = from
      self.until = until
      self.source = source
    }

    package static let schema = Schema.object(
      "StateRelation", "A fact: two parties belong together, or a person acts for one.",
      [
        .required("one", .text(.id), "A party, or a principal."),
        .required("other", .text(.id), "A party, or a principal."),
        .required("from", .text(.time)),
        .optional("until", .text(.time), "Without it: until the pair is stated again."),
        .required(
          "source", .text(.words(1...500)),
          "Where it is written; only its SHA-256 enters the ledger."),
      ])
  }

  /// A fact about who belongs to whom.
  package struct Relation: WireValue {
    package var one: String
    package var other: String
    package var from: WireTime
    package var until: WireTime?
    package var source: String?
    package var position: Position

    package init(
      one: String, other: String, from: WireTime, until: WireTime? = nil, source: String? = nil,
      position: Position
    ) {
      self.one = one
      self.other = other
      self.from = from
      self.until = until
      self.source = source
      self.position = position
    }

    package static let schema = Schema.object(
      "Relation", "A fact about who belongs to whom.",
      [
        .required("one", .text(.id)),
        .required("other", .text(.id)),
        .required("from", .text(.time)),
        .optional("until", .text(.time)),
        .optional("source", .text(.words(1...500))),
        .required("position", .text(.position)),
      ])
  }

  /// A fact: another scheme pays for a contract already.
  package struct RegisterContract: RequestBody {
    package var contract: String
    package var scheme: String
    package var since: WireTime
    package var source: String

    package init(
      contract: String, scheme: String, since: WireTime, source: String
    ) {
      self.contract = contract
      self.scheme = scheme
      self.since = since
      self.source = source
    }

    package static let schema = Schema.object(
      "RegisterContract", "A fact: another scheme pays for a contract already.",
      [
        .required(
          "contract", .text(.words(1...140)),
          "Its registered number; only its SHA-256 enters the ledger."),
        .required("scheme", .text(.id), "The scheme that pays."),
        .required("since", .text(.time)),
        .required(
          "source", .text(.words(1...500)),
          "Where it is written; only its SHA-256 enters the ledger."),
      ])
  }

  /// A call of a fund: what an award of it may be at most.
  package struct OpenCall: RequestBody {
    package var amount: WireMoney
    package var gpuHours: Int64
    package var permille: Int
    package var chips: [String]
    package var sites: [String]
    package var from: WireTime
    package var until: WireTime
    package var closesAt: WireTime
    package var listPrices: Int
    package var scores: Int

    package init(
      amount: WireMoney, gpuHours: Int64, permille: Int, chips: [String], sites: [String],
      from: WireTime, until: WireTime, closesAt: WireTime, listPrices: Int, scores: Int
    ) {
      self.amount = amount
      self.gpuHours = gpuHours
      self.permille = permille
      self.chips = chips
      self.sites = sites
      self.from = from
      self.until = until
      self.closesAt = closesAt
      self.listPrices = listPrices
      self.scores = scores
    }

    package static let schema = Schema.object(
      "OpenCall", "A call of a fund: what an award of it may be at most.",
      [
        .required("amount", .text(.money(.amount)), "Of one award."),
        .required("gpuHours", .integer(1...10_000_000_000), "Of one award."),
        .required("permille", .integer(1...900), "Share of the ask; above 700 by exception alone."),
        .required("chips", .array(.text(.id), 1...8, distinct: true)),
        .required("sites", .array(.text(.id), 1...32, distinct: true)),
        .required("from", .text(.time), "When awards begin."),
        .required("until", .text(.time), "When awards have ended."),
        .required("closesAt", .text(.time), "Applications come before this."),
        .required(
          "listPrices", .integer(1...1_000_000_000),
          "Version of the list prices in the currency of the fund."),
        .required(
          "scores", .integer(1...16),
          "How many reviewers score an application before it is decided."),
      ])
  }

  /// A call for applications.
  package struct Call: WireValue {
    package var call: String
    package var fund: String
    package var state: CallState
    package var amount: WireMoney
    package var gpuHours: Int64
    package var permille: Int
    package var chips: [String]
    package var sites: [String]
    package var from: WireTime
    package var until: WireTime
    package var closesAt: WireTime
    package var listPrices: Int
    package var scores: Int

    package init(
      call: String, fund: String, state: CallState, amount: WireMoney, gpuHours: Int64,
      permille: Int, chips: [String], sites: [String], from: WireTime, until: WireTime,
      closesAt: WireTime, listPrices: Int, scores: Int
    ) {
      self.call = call
      self.fund = fund
      self.state = state
      self.amount = amount
      self.gpuHours = gpuHours
      self.permille = permille
      self.chips = chips
      self.sites = sites
      self.from = from
      self.until = until
      self.closesAt = closesAt
      self.listPrices = listPrices
      self.scores = scores
    }

    package static let schema = Schema.object(
      "Call", "A call for applications.",
      [
        .required("call", .text(.id)),
        .required("fund", .text(.id)),
        .required("state", CallState.schema),
        .required("amount", .text(.money(.any))),
        .required("gpuHours", .integer(1...10_000_000_000)),
        .required("permille", .integer(1...900)),
        .required("chips", .array(.text(.id), 0...8)),
        .required("sites", .array(.text(.id), 0...32)),
        .required("from", .text(.time)),
        .required("until", .text(.time)),
        .required("closesAt", .text(.time)),
        .required("listPrices", .integer(1...1_000_000_000)),
        .required("scores", .integer(1...16)),
      ])
  }
}
