import BrokerAPI

extension Shape {
  /// Whether it names a price relative to the market's.
  var asksMarketPrice: Bool {
    alternatives.contains { alternative in
      if case .market = alternative.price { true } else { false }
    }
  }

  /// The shape with clock, chips, nodes and prices put in. Limits stay open where no price is said.
  func resolved(_ facts: MarketFacts) throws(TextFault) -> Wire.RequestQuote {
    let longest = alternatives.map(\.quarters).max() ?? 1
    let (earliest, latestEnd) = try times(facts.now, longest: longest)
    var resolved: [Wire.QuoteAlternative] = []
    var together = together
    for alternative in alternatives {
      let chip = try facts.chip(alternative.chip)
      var item = Wire.QuoteAlternative(chip: chip, gpus: 0, quarters: alternative.quarters)
      switch alternative.size {
      case .gpus(let count): (item.gpus, item.least) = (count, isElastic ? count : nil)
      case .range(let least, let most): (item.gpus, item.least) = (most, least)
      case .nodes(let count):
        let size = try facts.nodeSize(chip)
        item.gpus = count * size
        item.least = isElastic ? item.gpus : nil
        // Nodes are wanted whole: what shares a node must not be less.
        if self.together == nil {
          guard together == nil || together == size else {
            throw TextFault(
              "nodes of the alternatives differ in size; write --gpus and --together instead")
          }
          together = size
        }
      }
      if let price = alternative.price {
        item.limit = try limit(price, chip, facts, from: earliest, to: latestEnd)
      }
      resolved.append(item)
    }
    return Wire.RequestQuote(
      kind: kind, alternatives: resolved, earliest: earliest, latestEnd: latestEnd,
      together: together, exclusive: exclusive ? true : nil, reclaim: reclaim,
      near: try nearness(facts), where: whereabouts, dataClass: dataClass, project: project,
      label: label)
  }

  var kind: Wire.BidKind { isSplit ? .split : isElastic ? .elastic : .block }

  private var isElastic: Bool {
    alternatives.contains { alternative in
      if case .range = alternative.size { true } else { false }
    }
  }

  private func times(_ now: WireTime, longest: Int) throws(TextFault) -> (WireTime, WireTime) {
    switch window {
    case .between(let from, let to): return (try from.resolved(now), try to.resolved(now))
    case .start(let start):
      let earliest = try start.from.resolved(now)
      var latestStart = earliest.milliseconds + Self.slackHours * 3_600_000
      if let until = start.until {
        latestStart = try until.resolved(now).milliseconds
        guard latestStart >= earliest.milliseconds else {
          throw TextFault("the range of starts ends before it begins: turn it round")
        }
      }
      guard let end = WireTime(milliseconds: latestStart + Int64(longest) * 900_000) else {
        throw TextFault(.range, "the lease would end after the year 2199")
      }
      return (earliest, end)
    }
  }

  private func limit(
    _ price: PriceText, _ chip: String, _ facts: MarketFacts, from start: WireTime, to end: WireTime
  ) throws(TextFault) -> WireMoney {
    switch price {
    case .amount(let minor, let currency):
      return try money(minor, currency, facts)
    case .market(let percent):
      let base = Int128(try facts.price(of: chip, self, from: start, to: end))
      let minor = (base * Int128(100 + percent) + 99) / 100
      return WireMoney(facts.currency, minor: max(1, Int64(clamping: minor)))
    }
  }

  private func money(
    _ minor: Int64, _ currency: Wire.CurrencyCode?, _ facts: MarketFacts
  ) throws(TextFault) -> WireMoney {
    guard currency == nil || currency == facts.currency else {
      throw TextFault(
        "prices are in \(facts.currency.rawValue), the currency of your account; write the number "
          + "alone or with \(facts.currency.rawValue)")
    }
    return WireMoney(facts.currency, minor: minor)
  }

  private func nearness(_ facts: MarketFacts) throws(TextFault) -> Wire.Nearness? {
    guard let near else {
      guard mostRoundTripMs == nil, roundTripPrice == nil else {
        throw TextFault("a round-trip time is counted from a place: add --near, as in --near hk")
      }
      return nil
    }
    var price: WireMoney?
    if let roundTripPrice {
      guard case .amount(let minor, let currency) = roundTripPrice else {
        throw TextFault("the price of a millisecond is a number, as in 0.05")
      }
      price = try money(minor, currency, facts)
    }
    return Wire.Nearness(metro: near, pricePerMs: price, maxMs: mostRoundTripMs)
  }

  private var whereabouts: Wire.Whereabouts? {
    guard !jurisdictions.isEmpty || !sites.isEmpty || !notSites.isEmpty else { return nil }
    func unlessEmpty<Element>(_ list: [Element]) -> [Element]? { list.isEmpty ? nil : list }
    return Wire.Whereabouts(
      jurisdictions: unlessEmpty(jurisdictions), sites: unlessEmpty(sites),
      notSites: unlessEmpty(notSites))
  }
}

extension Wire.RequestQuote {
  /// The bid that it is when every alternative has a limit.
  func bid() throws(Failure) -> Wire.PlaceBid {
    var priced: [Wire.Alternative] = []
    for alternative in alternatives {
      guard let limit = alternative.limit else {
        throw Failure.usage(
          "no highest price is given for \(alternative.chip)",
          next: "Add --max-price, as in --max-price 18.40 or --max-price market+10%.")
      }
      priced.append(
        Wire.Alternative(
          chip: alternative.chip, gpus: alternative.gpus, least: alternative.least,
          quarters: alternative.quarters, limit: limit))
    }
    return Wire.PlaceBid(
      kind: kind, alternatives: priced, earliest: earliest, latestEnd: latestEnd,
      together: together, exclusive: exclusive, reclaim: reclaim, near: near, where: `where`,
      dataClass: dataClass, project: project, label: label)
  }
}

extension Wire.PlaceBid {
  /// The most that it can cost, and what is held when it is placed: the dearest alternative,
  /// rounded up. Of the extras of elastic shapes only the next `windowHours` are held.
  func costs(windowHours: Int) -> (most: WireMoney, held: WireMoney)? {
    guard let currency = alternatives.first?.limit.currency else { return nil }
    var (most, held): (Int64, Int64) = (0, 0)
    for item in alternatives {
      let base = Int128(item.least ?? item.gpus)
      let extras = Int128(item.gpus) - base
      let limit = Int128(item.limit.minor)
      let near = Int128(min(item.quarters, windowHours * 4))
      let all = Int128(item.gpus) * Int128(item.quarters) * limit
      let firm = (base * Int128(item.quarters) + extras * near) * limit
      most = max(most, Int64(clamping: (all + 3) / 4))
      held = max(held, Int64(clamping: (firm + 3) / 4))
    }
    return (WireMoney(currency, minor: most), WireMoney(currency, minor: held))
  }
}
