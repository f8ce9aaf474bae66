extension Wire.PublishOffer {
  package func contradictions() -> [Fault] {
    var found: [Fault] = []
    var currency: Wire.CurrencyCode?
    for (index, pool) in pools.enumerated() {
      let place = "/pools/\(index)"
      if pools[..<index].contains(where: { $0.pool == pool.pool }) {
        found.append(
          Fault(.contradiction, at: "\(place)/pool", "pool \(pool.pool) is there twice; join them"))
      }
      let node = pool.node ?? 8
      if !node.isMultiple(of: pool.unit) {
        found.append(
          Fault(
            .contradiction, at: "\(place)/unit",
            "unit \(pool.unit) does not divide the \(node) GPUs of a node"))
      }
      found += pool.contradictions(at: place)
      for (number, span) in pool.spans.enumerated() {
        if let currency, span.ask.currency != currency {
          found.append(
            Fault(
              .contradiction, at: "\(place)/spans/\(number)/ask",
              "all asks of a site are in its one currency, here \(currency.rawValue)"))
        }
        currency = currency ?? span.ask.currency
      }
    }
    return Array(found.prefix(Schema.mostFaults))
  }
}

extension Wire.OfferedPool {
  fileprivate func contradictions(at place: String) -> [Fault] {
    var found: [Fault] = []
    if let shortest = lease?.shortest, let longest = lease?.longest, shortest > longest {
      found.append(
        Fault(
          .contradiction, at: "\(place)/lease/longest",
          "no lease is at least \(shortest) and at most \(longest) quarter hours long"))
    }
    for (number, span) in spans.enumerated() {
      let here = "\(place)/spans/\(number)"
      if span.to <= span.from {
        found.append(
          Fault(.contradiction, at: "\(here)/to", "to \(span.to) must be after from \(span.from)"))
      }
      if !span.gpus.isMultiple(of: unit) {
        found.append(
          Fault(
            .contradiction, at: "\(here)/gpus",
            "\(span.gpus) GPUs are no multiple of the pool's unit \(unit)"))
      }
      if number > 0, span.from < spans[number - 1].to {
        found.append(
          Fault(
            .contradiction, at: "\(here)/from",
            "spans must ascend and not overlap; this begins before the one ahead ends"))
      }
    }
    return found
  }
}

extension Wire.CertifySite {
  package func contradictions() -> [Fault] {
    guard let filed else {
      return filing == nil
        ? [] : [Fault(.contradiction, at: "/filed", "a filing has a day; say when it was filed")]
    }
    var found: [Fault] = []
    if filing == nil {
      found.append(Fault(.contradiction, at: "/filing", "what was filed has a number; name it"))
    }
    if filed >= until {
      found.append(Fault(.contradiction, at: "/filed", "it must be filed before \(until), its end"))
    }
    return found
  }
}

extension Wire.AddMember {
  package func contradictions() -> [Fault] {
    guard roles.contains(.agent), site == nil else { return [] }
    return [Fault(.contradiction, at: "/site", "an agent acts for one site; name it")]
  }
}

extension Wire.ReportLatencies {
  package func contradictions() -> [Fault] {
    items.indices.filter { index in items[..<index].contains { $0.metro == items[index].metro } }
      .map { Fault(.contradiction, at: "/items/\($0)/metro", "the metro is there twice; send one") }
  }
}

extension Wire.ReportReadings {
  package func contradictions() -> [Fault] {
    let quarter: Int64 = 900_000
    var found: [Fault] = []
    for (index, reading) in readings.enumerated() {
      let place = "/readings/\(index)/to"
      let (from, to) = (reading.from.milliseconds, reading.to.milliseconds)
      if to <= from {
        found.append(
          Fault(.contradiction, at: place, "to \(reading.to) must be after from \(reading.from)"))
      } else if from / quarter != (to - 1) / quarter {
        found.append(
          Fault(.contradiction, at: place, "a reading lies inside one quarter hour; split it"))
      }
    }
    return Array(found.prefix(Schema.mostFaults))
  }
}

extension Wire.Rules {
  package func contradictions() -> [Fault] {
    var found: [Fault] = []
    for index in budgets.indices.dropFirst() where budgets[index].bids <= budgets[index - 1].bids {
      found.append(
        Fault(.contradiction, at: "/budgets/\(index)/bids", "budgets ascend by bids; sort them"))
    }
    if grid.weeks > 0, grid.days == 0 {
      found.append(
        Fault(.contradiction, at: "/grid/weeks", "weeks need days before them; set days or 0 weeks")
      )
    }
    if grid.days > 0, grid.hourlyDays == 0 {
      found.append(
        Fault(.contradiction, at: "/grid/days", "days need hours before them; set hourlyDays"))
    }
    return found
  }
}
