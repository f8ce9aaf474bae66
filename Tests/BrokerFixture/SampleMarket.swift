package import BrokerAPI
package import BrokerClient
import Foundation

/// A small market on a broker: two centres in two currencies, two tenants, money, a rate.
package struct SampleMarket: Sendable {
  package let broker: BrokerProcess
  /// By site.
  package var agents: [String: String] = [:]
  /// By party.
  package var traders: [String: String] = [:]

  package init(_ broker: BrokerProcess) async throws {
    self.broker = broker
    let maker = broker.maker
    for (party, kind, currency) in [
      ("cyberport", Wire.PartyKind.centre, Wire.CurrencyCode.hkd), ("qianhai", .centre, .cny),
      ("hku-nlp", .tenant, .hkd), ("sz-lab", .tenant, .cny),
    ] {
      try await broker.approved(
        try await maker.addParty(
          Wire.AddParty(party: party, kind: kind, currency: currency, name: party)))
    }
    for (site, centre, place, metro, currency) in [
      ("cyberport-h", "cyberport", Wire.Jurisdiction.hk, "hk", Wire.CurrencyCode.hkd),
      ("qianhai-h", "qianhai", .cn, "shenzhen", .cny),
    ] {
      try await broker.approved(
        try await maker.registerSite(
          Wire.RegisterSite(
            site: site, centre: centre, jurisdiction: place, metro: metro, currency: currency)))
      let invitation = try await maker.inviteSite(site)
      agents[site] = try await broker.client(nil).enrol(
        Wire.Enrol(invitation: invitation.invitation)
      ).token
    }
    try await broker.approved(
      try await maker.setRate(
        Wire.SetRate(
          currency: .cny, numerator: 109, denominator: 100,
          validUntil: WireTime(parsing: "2031-01-01T00:00:00+08:00"))))
    for (party, currency) in [("hku-nlp", Wire.CurrencyCode.hkd), ("sz-lab", .cny)] {
      let position = try await broker.approved(
        try await maker.addMember(party, Wire.AddMember(roles: [.trader])))
      traders[party] = try await maker.makeToken("p-\(position)").token
      try await broker.approved(
        try await maker.recordDeposit(
          "\(party):\(currency.rawValue.lowercased())",
          Wire.RecordDeposit(
            amount: WireMoney(currency, minor: 100_000_000), reference: "opening \(party)")))
    }
  }

  package func trader(_ party: String) -> BrokerClient { broker.client(traders[party]) }
  package func agent(_ site: String) -> BrokerClient { broker.client(agents[site]) }

  /// Publishes a flat schedule for a day from the market's now.
  package func offer(
    _ site: String, chip: String, gpus: Int, ask: WireMoney, generation: Int64 = 1
  ) async throws {
    let now = try await broker.maker.clock().market.milliseconds
    let hour: Int64 = 3_600_000
    let start = now / hour * hour
    _ = try await agent(site).publishOffer(
      site,
      Wire.PublishOffer(
        generation: generation, sellUntil: WireTime(clamping: start + 48 * hour),
        pools: [
          Wire.OfferedPool(
            pool: "a", chip: chip, fabric: "f", unit: 1, node: 8, reclaim: .never,
            spans: [
              Wire.OfferedSpan(
                from: WireTime(clamping: start), to: WireTime(clamping: start + 72 * hour),
                gpus: gpus, ask: ask)
            ])
        ]))
  }

  /// A block bid that may start within the next 19 hours: on a fast clock that is a minute of the wall, in which
  /// some rounds may fail on a busy machine.
  /// - Parameter slack: hours of its window beyond its own.
  package func block(
    chip: String = "h800-80g", gpus: Int = 8, hours: Int = 1, slack: Int = 20,
    limit: WireMoney
  ) async throws -> Wire.PlaceBid {
    let now = try await broker.maker.clock().market.milliseconds
    return Wire.PlaceBid(
      kind: .block,
      alternatives: [
        Wire.Alternative(chip: chip, gpus: gpus, quarters: hours * 4, limit: limit)
      ],
      earliest: WireTime(clamping: now),
      latestEnd: WireTime(clamping: now + Int64(hours + slack) * 3_600_000), reclaim: .never)
  }

  /// Asks again and again until there is an answer, for ten minutes at least.
  package static func until<T>(
    _ what: @autoclosure () -> String, every pause: Duration = .milliseconds(100),
    _ body: () async throws -> T?
  ) async throws -> T {
    // Counted, not measured: a machine that stands still for a while has not asked meanwhile.
    for _ in 0..<max(1, Int(.seconds(600) / pause)) {
      if let value = try await body() { return value }
      try await Task.sleep(for: pause)
    }
    throw BrokerProcess.Trouble("waited in vain: \(what())")
  }
}
