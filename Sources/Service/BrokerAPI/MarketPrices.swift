extension Wire {
  /// Prices of the last round that ended.
  package struct MarketPrices: WireValue {
    package var round: Int64
    package var endedAt: WireTime
    package var pools: [PoolPrices]
    package var position: Position

    package init(round: Int64, endedAt: WireTime, pools: [PoolPrices], position: Position) {
      self.round = round
      self.endedAt = endedAt
      self.pools = pools
      self.position = position
    }

    package static let schema = Schema.object(
      "MarketPrices", "Prices of the last round that ended.",
      [
        .required("round", .integer(0...1_000_000_000_000)),
        .required("endedAt", .text(.time)),
        .required("pools", .array(PoolPrices.schema, 0...10_000)),
        .required("position", .text(.position)),
      ])
  }

  /// The prices of a pool as runs of equal price.
  package struct PoolPrices: WireValue {
    package var pool: String
    package var site: String
    package var chip: String
    package var runs: [PriceRun]

    package init(pool: String, site: String, chip: String, runs: [PriceRun]) {
      self.pool = pool
      self.site = site
      self.chip = chip
      self.runs = runs
    }

    package static let schema = Schema.object(
      "PoolPrices", "The prices of a pool as runs of equal price.",
      [
        .required("pool", .text(.id)),
        .required("site", .text(.id)),
        .required("chip", .text(.id)),
        .required("runs", .array(PriceRun.schema, 0...10_000)),
      ])
  }

  /// Ask and price per GPU-hour between two instants, in the site's currency.
  package struct PriceRun: WireValue {
    package var from: WireTime
    package var to: WireTime
    package var ask: WireMoney
    package var price: WireMoney

    package init(from: WireTime, to: WireTime, ask: WireMoney, price: WireMoney) {
      self.from = from
      self.to = to
      self.ask = ask
      self.price = price
    }

    package static let schema = Schema.object(
      "PriceRun", "Ask and price per GPU-hour between two instants, in the site's currency.",
      [
        .required("from", .text(.time)),
        .required("to", .text(.time)),
        .required("ask", .text(.money(.any))),
        .required("price", .text(.money(.any))),
      ])
  }

  /// What is offered, sold and free after the last clearing; no identities.
  package struct MarketBook: WireValue {
    package var round: Int64
    package var pools: [PoolBook]
    package var position: Position

    package init(round: Int64, pools: [PoolBook], position: Position) {
      self.round = round
      self.pools = pools
      self.position = position
    }

    package static let schema = Schema.object(
      "MarketBook", "What is offered, sold and free after the last clearing; no identities.",
      [
        .required("round", .integer(0...1_000_000_000_000)),
        .required("pools", .array(PoolBook.schema, 0...10_000)),
        .required("position", .text(.position)),
      ])
  }

  /// One pool by market day.
  package struct PoolBook: WireValue {
    package var pool: String
    package var site: String
    package var chip: String
    package var days: [BookDay]

    package init(pool: String, site: String, chip: String, days: [BookDay]) {
      self.pool = pool
      self.site = site
      self.chip = chip
      self.days = days
    }

    package static let schema = Schema.object(
      "PoolBook", "One pool by market day.",
      [
        .required("pool", .text(.id)),
        .required("site", .text(.id)),
        .required("chip", .text(.id)),
        .required("days", .array(BookDay.schema, 0...10_000)),
      ])
  }

  /// GPU time of one market day.
  package struct BookDay: WireValue {
    package var day: WireTime
    package var offered: GPUSeconds
    package var committed: GPUSeconds
    package var free: GPUSeconds

    package init(day: WireTime, offered: GPUSeconds, committed: GPUSeconds, free: GPUSeconds) {
      self.day = day
      self.offered = offered
      self.committed = committed
      self.free = free
    }

    package static let schema = Schema.object(
      "BookDay", "GPU time of one market day.",
      [
        .required("day", .text(.time), "When the day begins, at +08:00."),
        .required("offered", .text(.gpuTime)),
        .required("committed", .text(.gpuTime)),
        .required("free", .text(.gpuTime)),
      ])
  }

  /// Something that happened to the market as a whole.
  package struct MarketEvent: WireValue {
    package var kind: MarketEventKind
    package var at: WireTime
    package var round: Int64?
    package var site: String?

    package init(kind: MarketEventKind, at: WireTime, round: Int64? = nil, site: String? = nil) {
      self.kind = kind
      self.at = at
      self.round = round
      self.site = site
    }

    package static let schema = Schema.object(
      "MarketEvent", "Something that happened to the market as a whole.",
      [
        .required("kind", MarketEventKind.schema),
        .required("at", .text(.time)),
        .optional("round", .integer(0...1_000_000_000_000)),
        .optional("site", .text(.id)),
      ])
  }
}
