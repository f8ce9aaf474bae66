extension Wire {
  /// What the platform did in a time.
  package struct PlatformReport: WireValue {
    package var from: WireTime
    package var until: WireTime
    package var position: Position
    package var rounds: Int64
    package var bids: Int64
    package var winners: Int64
    package var sold: GPUSeconds
    package var sites: [SiteUse]
    package var money: [Turnover]

    package init(
      from: WireTime, until: WireTime, position: Position, rounds: Int64, bids: Int64,
      winners: Int64, sold: GPUSeconds, sites: [SiteUse], money: [Turnover]
    ) {
      self.from = from
      self.until = until
      self.position = position
      self.rounds = rounds
      self.bids = bids
      self.winners = winners
      self.sold = sold
      self.sites = sites
      self.money = money
    }

    package static let schema = Schema.object(
      "PlatformReport", "What the platform did in a time.",
      [
        .required("from", .text(.time)),
        .required("until", .text(.time)),
        .required("position", .text(.position), "How far the ledger was."),
        .required("rounds", .integer(0...1_000_000_000_000), "That ended with an outcome."),
        .required("bids", .integer(0...1_000_000_000_000), "In their books, summed over rounds."),
        .required("winners", .integer(0...1_000_000_000_000)),
        .required("sold", .text(.gpuTime), "GPU time that those rounds sold."),
        .required("sites", .array(SiteUse.schema, 0...100_000)),
        .required("money", .array(Turnover.schema, 0...10_000)),
      ])
  }

  /// What a site did in a time.
  package struct SiteUse: WireValue {
    package var site: String
    package var centre: String
    package var jurisdiction: Jurisdiction
    package var leases: Int64
    package var delivered: GPUSeconds
    package var used: GPUSeconds
    package var earned: WireMoney
    package var offeredGPUs: Int64
    package var takenGPUs: Int64
    package var utilisationPermille: Int?

    package init(
      site: String, centre: String, jurisdiction: Jurisdiction, leases: Int64,
      delivered: GPUSeconds, used: GPUSeconds, earned: WireMoney, offeredGPUs: Int64,
      takenGPUs: Int64, utilisationPermille: Int? = nil
    ) {
      self.site = site
      self.centre = centre
      self.jurisdiction = jurisdiction
      self.leases = leases
      self.delivered = delivered
      self.used = used
      self.earned = earned
      self.offeredGPUs = offeredGPUs
      self.takenGPUs = takenGPUs
      self.utilisationPermille = utilisationPermille
    }

    package static let schema = Schema.object(
      "SiteUse", "What a site did in a time.",
      [
        .required("site", .text(.id)),
        .required("centre", .text(.id)),
        .required("jurisdiction", Jurisdiction.schema),
        .required("leases", .integer(0...1_000_000_000_000), "That were charged."),
        .required("delivered", .text(.gpuTime)),
        .required("used", .text(.gpuTime)),
        .required("earned", .text(.money(.any))),
        .required(
          "offeredGPUs", .integer(0...1_000_000_000_000),
          "Offered at the first slot of each round, summed over rounds."),
        .required("takenGPUs", .integer(0...1_000_000_000_000), "Of those, sold."),
        .optional("utilisationPermille", .integer(0...1_000), "Sold of what was offered."),
      ])
  }

  /// What moved in a currency in a time, by why.
  package struct Turnover: WireValue {
    package var kind: String
    package var amount: WireMoney

    package init(kind: String, amount: WireMoney) {
      self.kind = kind
      self.amount = amount
    }

    package static let schema = Schema.object(
      "Turnover", "What moved in a currency in a time, by why.",
      [.required("kind", .text(.id)), .required("amount", .text(.money(.any)))])
  }
}
