import Units

extension Recipe {
  /// The day of the supply trace that is laid on the first day of the window.
  func supplyStart(_ supply: SupplyTrace) throws -> Int64 {
    guard let first = supply.first, let last = supply.end else {
      throw OptionError("the supply trace has no rows")
    }
    if let text = options.supplyFrom {
      guard text.count == 10, let day = CivilTime.parse(text) else {
        throw OptionError("--supply-from '\(text)' is no day; write it like 2020-05-04")
      }
      guard day >= MarketCalendar.start(ofDay: MarketCalendar.day(of: first)), day < last else {
        throw OptionError(
          "--supply-from \(text): the supply trace has rows from \(CivilTime.text(first)) to "
            + CivilTime.text(last))
      }
      return day
    }
    let firstDay = MarketCalendar.midnight(notBefore: first)
    let wanted = CivilTime.weekday(start)
    let matching = firstDay + (wanted - CivilTime.weekday(firstDay) + 7) % 7 * Span.day
    return matching + (end - start) <= last ? matching : firstDay
  }

  /// One site a centre of the supply trace.
  func makeSites(_ supply: SupplyTrace, _ notes: inout Workload.Notes) throws -> [Workload.Site] {
    let from = try supplyStart(supply)
    notes.supplyFrom = from
    let quarters = Int((end - start) / Span.quarter)
    let stood = options.sellsInStandstill ? [] : supply.standstills()
    let names = Recipe.ids(supply.centres.map(\.name))
    var sites: [Workload.Site] = []
    for (index, centre) in supply.centres.enumerated() {
      var total = [Int32](repeating: -1, count: quarters)
      var idle = [Int32](repeating: Int32.max, count: quarters)
      for sample in centre.samples {
        let out = stood.contains(sample.time)
        // A row of ten minutes touches one quarter hour or two.
        let begin = sample.time - from
        let low = max(0, floorDivided(begin, Span.quarter))
        let high = min(
          Int64(quarters), floorDivided(begin + SupplyTrace.step + Span.quarter - 1, Span.quarter))
        guard low < high else { continue }
        for quarter in Int(low)..<Int(high) {
          total[quarter] = max(total[quarter], out ? 0 : Int32(clamping: sample.total))
          idle[quarter] = min(idle[quarter], out ? 0 : Int32(clamping: sample.idle))
        }
      }
      for quarter in 0..<quarters where total[quarter] <= 0 {
        notes.quartersWithoutRow += 1
        total[quarter] = 0
        idle[quarter] = 0
      }
      sites.append(
        Workload.Site(
          name: names[index], metro: index % options.metros.count, ask: ask(index, names.count),
          offered: offers(idle), total: total, idle: idle))
    }
    return sites
  }

  private func offers(_ idle: [Int32]) -> [Int32] {
    idle.indices.map { quarter in
      var least = Int64(idle[quarter])
      for later in quarter..<min(idle.count, quarter + options.holdQuarters + 1) {
        least = min(least, Int64(idle[later]))
      }
      return Int32(clamping: least * options.supplyPermille / 1_000 / options.unit * options.unit)
    }
  }

  /// Asks spread evenly over the sites; which site is dear is drawn.
  private func ask(_ site: Int, _ count: Int) -> Int64 {
    var order = Array(0..<count)
    var random = SplitMix64(seed: options.seed, stream: 3, index: 0)
    order.shuffle(using: &random)
    let low = hkd(options.askCents.lowerBound)
    let high = hkd(options.askCents.upperBound)
    return low + (high - low) * Int64(order[site]) / Int64(max(1, count - 1))
  }

  func makeRoundTrips(_ sites: [Workload.Site]) -> [[Int64]] {
    options.metros.indices.map { metro in
      sites.map { site in
        if site.metro == metro { return options.roundTrips.inside }
        // The first metro is in Hong Kong, the others are on the mainland.
        return (site.metro == 0) != (metro == 0)
          ? options.roundTrips.across : options.roundTrips.mainland
      }
    }
  }

  /// Tenants in order of their GPU-hours, with a home each.
  func makeTenants(
    _ jobs: [TraceJob], _ sites: [Workload.Site]
  ) -> [(trace: String, tenant: Workload.Tenant)] {
    var hours: [String: Int64] = [:]
    for job in jobs { hours[job.tenant, default: 0] += job.gpus * job.seconds }
    let order = hours.keys.sorted { (hours[$1] ?? 0, $0) < (hours[$0] ?? 0, $1) }
    let names = Recipe.ids(order)
    let bySize = sites.indices.sorted { left, right in
      let sizes = (sites[left].total.max() ?? 0, sites[right].total.max() ?? 0)
      return sizes.0 != sizes.1 ? sizes.0 > sizes.1 : left < right
    }
    return order.enumerated().map { index, name in
      let home: Int
      switch options.homes {
      case .size: home = bySize[index % bySize.count]
      case .hash: home = Int(Recipe.hash(name) % UInt64(sites.count))
      }
      return (name, Workload.Tenant(name: names[index], home: home))
    }
  }

  /// Names of a trace as ids of the ledger: lower case, `[a-z0-9][a-z0-9._:-]{0,63}`, each once.
  package static func ids(_ names: [String]) -> [String] {
    var taken: Set<String> = []
    return names.map { name in
      var id = String(
        name.lowercased().unicodeScalars.map { scalar in
          let plain = ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar)
          return plain ? Character(scalar) : "-"
        }.prefix(48))
      if let first = id.first, first == "-" { id = "x" + id }
      if id.isEmpty { id = "x" }
      let stem = id
      var number = 2
      while !taken.insert(id).inserted {
        id = "\(stem)-\(number)"
        number += 1
      }
      return id
    }
  }

  /// FNV-1a: the same on every machine, unlike `hashValue`.
  static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }

  private func floorDivided(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((b - 1 - a) / b) }
}
