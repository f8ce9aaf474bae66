import BrokerAPI
import BrokerClient
import Foundation
import Simulation

/// Draws bids and places them when their time has come on the market's clock.
struct Feeder {
  private static let hour: Int64 = 3_600_000
  private static let quarter: Int64 = 900_000

  let settings: FeedSettings
  let tenants: [Tenant]
  private var dice: SplitMix64
  private var next: Int64 = 0
  private var currencies: [String: Wire.CurrencyCode] = [:]
  private(set) var placed = 0
  private(set) var refused: [String: Int] = [:]

  init(settings: FeedSettings, tenants: [Tenant], seed: UInt64) {
    self.settings = settings
    self.tenants = tenants
    dice = SplitMix64(seed: seed)
  }

  mutating func begin(at market: Int64) { next = market }

  /// Places what is due; at most a hundred at once, so that a stall is not made up for in one burst.
  mutating func feed(until market: Int64) async {
    var burst = 0
    while next <= market, burst < 100 {
      burst += 1
      next += Self.hour / Int64(settings.bidsPerHour) * Int64(50 + below(101)) / 100
      await place(at: market)
    }
    next = max(next, market - Self.hour)
  }

  private mutating func place(at market: Int64) async {
    let tenant = tenants[below(tenants.count)]
    let shape = draw()
    do {
      let currency = try await currency(of: tenant)
      let bid = try request(shape, tenant, currency, market)
      _ = try await tenant.client.placeBid(bid)
      placed += 1
    } catch let error as BrokerClientError {
      refused[error.code, default: 0] += 1
    } catch {
      refused["\(error)", default: 0] += 1
    }
  }

  private mutating func request(
    _ shape: FeedSettings.Shape, _ tenant: Tenant, _ currency: Wire.CurrencyCode, _ market: Int64
  ) throws -> Wire.PlaceBid {
    let gpus = shape.gpus[below(shape.gpus.count)]
    let hours = shape.hours[below(shape.hours.count)]
    let worth = Int64(below(1_001))
    let alternatives = shape.chips.compactMap { chip, percent -> Wire.Alternative? in
      guard let range = settings.limits[chip]?[currency] else { return nil }
      let drawn = range.lowerBound + (range.upperBound - range.lowerBound) * worth / 1_000
      return Wire.Alternative(
        chip: chip, gpus: gpus, least: shape.least.map { min($0, gpus) }, quarters: hours * 4,
        limit: WireMoney(currency, minor: drawn * Int64(percent) / 100))
    }
    let earliest = (market + Self.quarter) / Self.quarter * Self.quarter
    let latest = earliest + Int64(hours + shape.slackHours + 1) * Self.hour
    return Wire.PlaceBid(
      kind: shape.kind, alternatives: alternatives, earliest: WireTime(clamping: earliest),
      latestEnd: WireTime(clamping: latest), reclaim: shape.reclaim,
      near: Wire.Nearness(metro: tenant.metro, maxMs: shape.maxRoundTrip),
      where: shape.sites.isEmpty ? nil : Wire.Whereabouts(sites: shape.sites),
      dataClass: shape.dataClass, label: shape.name)
  }

  private mutating func currency(of tenant: Tenant) async throws -> Wire.CurrencyCode {
    if let known = currencies[tenant.party] { return known }
    for try await account in tenant.client.listAccounts() where account.party == tenant.party {
      currencies[tenant.party] = account.currency
      return account.currency
    }
    throw Failure(description: "\(tenant.party) has no account")
  }

  private mutating func draw() -> FeedSettings.Shape {
    var left = below(settings.shapes.reduce(0) { $0 + $1.share })
    for shape in settings.shapes {
      left -= shape.share
      if left < 0 { return shape }
    }
    return settings.shapes[0]
  }

  private mutating func below(_ count: Int) -> Int { Int(dice.next() % UInt64(max(1, count))) }
}
