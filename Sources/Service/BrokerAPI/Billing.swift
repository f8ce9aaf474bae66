extension Wire {
  /// One line of an invoice, tax included in what was paid.
  package struct BilledLine: WireValue {
    package var position: Position
    package var at: WireTime
    package var kind: String
    package var seller: String
    package var buyer: String
    package var gross: WireMoney
    package var tax: WireMoney
    package var net: WireMoney
    package var taxPermille: Int
    package var lease: String
    package var site: String
    package var chip: String
    package var from: WireTime?
    package var until: WireTime?
    package var delivered: GPUSeconds?
    package var used: GPUSeconds?
    package var forgone: GPUSeconds?
    package var corrects: Position?
    package var charged: WireTime?
    package var less: GPUSeconds?
    package var dispute: String?

    package init(
      position: Position, at: WireTime, kind: String, seller: String, buyer: String,
      gross: WireMoney, tax: WireMoney, net: WireMoney, taxPermille: Int, lease: String,
      site: String, chip: String, from: WireTime? = nil, until: WireTime? = nil,
      delivered: GPUSeconds? = nil, used: GPUSeconds? = nil, forgone: GPUSeconds? = nil,
      corrects: Position? = nil, charged: WireTime? = nil, less: GPUSeconds? = nil,
      dispute: String? = nil
    ) {
      self.position = position
      self.at = at
      self.kind = kind
      self.seller = seller
      self.buyer = buyer
      self.gross = gross
      self.tax = tax
      self.net = net
      self.taxPermille = taxPermille
      self.lease = lease
      self.site = site
      self.chip = chip
      self.from = from
      self.until = until
      self.delivered = delivered
      self.used = used
      self.forgone = forgone
      self.corrects = corrects
      self.charged = charged
      self.less = less
      self.dispute = dispute
    }

    package static let schema = Schema.object(
      "BilledLine", "One line of an invoice, tax included in what was paid.",
      [
        .required("position", .text(.position), "The entry that booked it."),
        .required("at", .text(.time), "When it was booked: this decides the month."),
        .required(
          "kind", .text(.id),
          "usage, fee, subsidy; correction, correction-fee, correction-subsidy of an earlier one; "
            + "or why else money moved: damages."),
        .required("seller", .text(.id), "The centre; of a fee the platform."),
        .required("buyer", .text(.id)),
        .required("gross", .text(.money(.any)), "What the buyer paid; below 0: got back."),
        .required("tax", .text(.money(.any)), "Of that tax, by the seller's rule, rounded to 0."),
        .required("net", .text(.money(.any))),
        .required("taxPermille", .integer(0...1_000)),
        .required("lease", .text(.id)),
        .required("site", .text(.id)),
        .required("chip", .text(.id)),
        .optional("from", .text(.time), "The market day of a usage."),
        .optional("until", .text(.time)),
        .optional("delivered", .text(.gpuTime), "Usable by the tenant: what is charged."),
        .optional("used", .text(.gpuTime), "Counted by the cluster; changes no bill."),
        .optional("forgone", .text(.gpuTime), "Given back unused and charged all the same."),
        .optional("corrects", .text(.position), "Of a correction: the entry that charged."),
        .optional("charged", .text(.time), "When that was; the rule of then decides the tax."),
        .optional("less", .text(.gpuTime), "So much less was delivered than charged."),
        .optional("dispute", .text(.id), "That the correction decided."),
      ])
  }

  /// What one seller bills one buyer for one month.
  package struct Invoice: WireValue {
    package var month: String
    package var seller: String
    package var buyer: String
    package var from: WireTime
    package var until: WireTime
    package var lines: Int
    package var gross: WireMoney
    package var tax: WireMoney
    package var net: WireMoney
    package var final: Bool
    package var sellerName: String?
    package var buyerName: String?
    package var registration: String?
    package var number: String?
    package var fapiao: String?

    package init(
      month: String, seller: String, buyer: String, from: WireTime, until: WireTime, lines: Int,
      gross: WireMoney, tax: WireMoney, net: WireMoney, final: Bool, sellerName: String? = nil,
      buyerName: String? = nil, registration: String? = nil, number: String? = nil,
      fapiao: String? = nil
    ) {
      self.month = month
      self.seller = seller
      self.buyer = buyer
      self.from = from
      self.until = until
      self.lines = lines
      self.gross = gross
      self.tax = tax
      self.net = net
      self.final = final
      self.sellerName = sellerName
      self.buyerName = buyerName
      self.registration = registration
      self.number = number
      self.fapiao = fapiao
    }

    package static let schema = Schema.object(
      "Invoice", "What one seller bills one buyer for one month.",
      [
        .required("month", .text(.id), "As 2026-11, cut at +08:00."),
        .required("seller", .text(.id)),
        .required("buyer", .text(.id)),
        .required("from", .text(.time)),
        .required("until", .text(.time)),
        .required("lines", .integer(0...1_000_000_000)),
        .required("gross", .text(.money(.any))),
        .required("tax", .text(.money(.any)), "The sum of the lines' tax."),
        .required("net", .text(.money(.any))),
        .required("final", .boolean, "The month is over: nothing will change."),
        .optional("sellerName", .text(.words(1...200))),
        .optional("buyerName", .text(.words(1...200))),
        .optional(
          "registration", .text(.words(1...64)), "The seller's number at its tax office then."),
        .optional("number", .text(.words(1...64)), "The seller's own number of the invoice."),
        .optional("fapiao", .text(.words(1...64)), "The number of the fapiao that was issued."),
      ])
  }

  /// The seller's own number of an invoice and the fapiao that belongs to it.
  package struct AnnotateInvoice: RequestBody {
    package var number: String?
    package var fapiao: String?

    package init(number: String? = nil, fapiao: String? = nil) {
      self.number = number
      self.fapiao = fapiao
    }

    package static let schema = Schema.object(
      "AnnotateInvoice", "The seller's own number of an invoice and the fapiao that belongs to it.",
      [
        .optional("number", .text(.words(1...64))),
        .optional("fapiao", .text(.words(1...64))),
      ])
  }

  /// How much of what a seller is paid is tax, from a month on.
  package struct SetTax: RequestBody {
    package var from: String
    package var permille: Int
    package var registration: String?

    package init(from: String, permille: Int, registration: String? = nil) {
      self.from = from
      self.permille = permille
      self.registration = registration
    }

    package static let schema = Schema.object(
      "SetTax", "How much of what a seller is paid is tax, from a month on.",
      [
        .required(
          "from", .text(.id), "The first month, as 2026-11; none that is over by the market."),
        .required("permille", .integer(0...1_000), "Of the net price; 60 is 6 %."),
        .optional("registration", .text(.words(1...64)), "The seller's number at its tax office."),
      ])
  }

  /// The tax rules of a seller.
  package struct TaxRules: WireValue {
    package var party: String
    package var rules: [TaxRule]

    package init(party: String, rules: [TaxRule]) {
      self.party = party
      self.rules = rules
    }

    package static let schema = Schema.object(
      "TaxRules", "The tax rules of a seller.",
      [
        .required("party", .text(.id)),
        .required("rules", .array(TaxRule.schema, 0...1_000)),
      ])
  }

  /// A rate from a month on.
  package struct TaxRule: WireValue {
    package var from: String
    package var permille: Int
    package var registration: String?

    package init(from: String, permille: Int, registration: String? = nil) {
      self.from = from
      self.permille = permille
      self.registration = registration
    }

    package static let schema = Schema.object(
      "TaxRule", "A rate from a month on.",
      [
        .required("from", .text(.id)),
        .required("permille", .integer(0...1_000)),
        .optional("registration", .text(.words(1...64)), "The seller's number at its tax office."),
      ])
  }
}
