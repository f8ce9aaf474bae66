import BrokerAPI

/// What the market says and a shape needs to become a bid.
struct MarketFacts {
  /// The market's clock.
  var now: WireTime
  /// The currency of the account that pays.
  var currency: Wire.CurrencyCode
  var chips: [String] = []
  var offers: [Wire.Offer] = []
  /// The three below are needed for prices like `market+10%` alone.
  var prices: Wire.MarketPrices?
  var sites: [Wire.Site] = []
  var rates: [Wire.ExchangeRate] = []
  var feePermille = 0

  /// The chip that is meant: its whole name, or the beginning of one name alone.
  func chip(_ text: String) throws(TextFault) -> String {
    if chips.isEmpty || chips.contains(text) { return text }
    let candidates = chips.filter { $0.hasPrefix(text) }
    if candidates.count == 1, let only = candidates.first { return only }
    let known = chips.sorted().joined(separator: ", ")
    guard candidates.isEmpty else {
      throw TextFault(
        "\"\(Display.plain(text))\" may be \(candidates.sorted().joined(separator: " or "))")
    }
    throw TextFault("there is no chip \"\(Display.plain(text))\"; there are \(known)")
  }

  /// GPUs of one node with this chip; 8 when nobody offers it.
  func nodeSize(_ chip: String) throws(TextFault) -> Int {
    let sizes = Set(offers.flatMap(\.pools).filter { $0.chip == chip }.map { $0.node ?? 8 })
    guard sizes.count <= 1 else {
      let list = sizes.sorted().map(String.init).joined(separator: " and ")
      throw TextFault(
        "nodes with \(chip) have \(list) GPUs; write --gpus and --together instead of --nodes")
    }
    return sizes.first ?? 8
  }

  /// The lowest price of a chip among the pools where the shape may go, as a limit: mean over the
  /// window, fee included, in the account's currency, rounded up. Minor units.
  func price(
    of chip: String, _ shape: Shape, from start: WireTime, to end: WireTime
  ) throws(TextFault) -> Int64 {
    guard let prices else {
      throw TextFault("there is no market price yet; write a number, as in 18.40")
    }
    var lowest: Int64?
    for pool in prices.pools where pool.chip == chip && allows(pool.site, shape) {
      guard let mean = Self.mean(pool.runs, from: start, to: end),
        let amount = converted(mean)
      else { continue }
      let allIn = (Int128(amount) * Int128(1_000 + feePermille) + 999) / 1_000
      lowest = min(lowest ?? .max, Int64(clamping: allIn))
    }
    guard let lowest else {
      throw TextFault(
        "there is no market price for \(chip) where you look; write a number, as in 18.40")
    }
    return lowest
  }

  private func allows(_ site: String, _ shape: Shape) -> Bool {
    guard shape.sites.isEmpty || shape.sites.contains(site), !shape.notSites.contains(site) else {
      return false
    }
    guard !shape.jurisdictions.isEmpty else { return true }
    return sites.contains { $0.site == site && shape.jurisdictions.contains($0.jurisdiction) }
  }

  /// By time, over what the runs and the window share; over all runs when they share nothing.
  private static func mean(
    _ runs: [Wire.PriceRun], from start: WireTime, to end: WireTime
  ) -> WireMoney? {
    func mean(_ from: Int64, _ to: Int64) -> WireMoney? {
      var (sum, time): (Int128, Int128) = (0, 0)
      for run in runs {
        let shared = min(run.to.milliseconds, to) - max(run.from.milliseconds, from)
        guard shared > 0 else { continue }
        sum += Int128(shared) * Int128(run.price.minor)
        time += Int128(shared)
      }
      guard time > 0, let currency = runs.first?.price.currency else { return nil }
      return WireMoney(currency, minor: Int64(clamping: (sum + time - 1) / time))
    }
    return mean(start.milliseconds, end.milliseconds) ?? mean(.min / 4, .max / 4)
  }

  /// Into the account's currency by way of HKD, rounded up; nil without a rate.
  private func converted(_ money: WireMoney) -> Int64? {
    guard money.currency != currency else { return money.minor }
    guard let from = rate(money.currency), let to = rate(currency) else { return nil }
    let numerator = Int128(money.minor) * from.numerator * to.denominator
    let denominator = from.denominator * to.numerator
    return Int64(clamping: (numerator + denominator - 1) / denominator)
  }

  /// HKD for one unit.
  private func rate(_ currency: Wire.CurrencyCode) -> (numerator: Int128, denominator: Int128)? {
    guard currency != .hkd else { return (1, 1) }
    return rates.first { $0.currency.rawValue == currency.rawValue }
      .map { (Int128($0.numerator), Int128($0.denominator)) }
  }
}
