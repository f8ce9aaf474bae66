/// What bids and quotes say of time and place, for one check of both.
private struct Demand {
  struct Shape {
    var chip: String
    var gpus: Int
    var least: Int?
    var quarters: Int
    var limit: WireMoney?
  }

  var kind: Wire.BidKind
  var shapes: [Shape]
  var earliest: WireTime
  var latestEnd: WireTime
  var together: Int?
  var near: Wire.Nearness?
  var `where`: Wire.Whereabouts?

  func contradictions() -> [Fault] {
    var found: [Fault] = []
    func add(_ pointer: String, _ detail: String) {
      found.append(Fault(.contradiction, at: pointer, detail))
    }
    let window = latestEnd.milliseconds - earliest.milliseconds
    if window <= 0 {
      add("/latestEnd", "latestEnd \(latestEnd) must be after earliest \(earliest)")
    }
    for (index, shape) in shapes.enumerated() {
      let place = "/alternatives/\(index)"
      if window > 0, Int64(shape.quarters) * 900_000 > window {
        add(
          "\(place)/quarters",
          "\(shape.quarters) quarter hours do not fit between earliest and latestEnd; "
            + "at most \(window / 900_000) do")
      }
      for fault in leastFaults(of: shape) { add("\(place)/\(fault.member)", fault.detail) }
      if let together, !shape.gpus.isMultiple(of: together) {
        add("\(place)/gpus", "\(shape.gpus) GPUs are no multiple of together \(together)")
      }
      if shapes[..<index].contains(where: { $0 == shape }) {
        add(place, "the same as an earlier alternative; leave it out")
      }
    }
    let currencies = Set(
      (shapes.map(\.limit) + [near?.pricePerMs]).compactMap { $0?.currency })
    if currencies.count > 1 {
      add("/alternatives", "all prices of a bid are in one currency, that of your account")
    }
    if let `where`, let only = `where`.sites, let not = `where`.notSites,
      let both = only.first(where: { not.contains($0) })
    {
      add("/where/notSites", "\(both) is both wanted and not wanted; name it once")
    }
    return found
  }

  private func leastFaults(of shape: Shape) -> [(member: String, detail: String)] {
    switch (kind, shape.least) {
    case (.elastic, nil):
      return [("least", "an elastic bid needs least, the GPUs that it must have")]
    case (.elastic, .some(let least)):
      if least > shape.gpus { return [("least", "least \(least) is more than gpus \(shape.gpus)")] }
      if let together, !least.isMultiple(of: together) {
        return [("least", "\(least) GPUs are no multiple of together \(together)")]
      }
      return []
    case (.block, .some), (.split, .some):
      return [("least", "only an elastic bid has least; leave it out, or write kind elastic")]
    case (.block, nil), (.split, nil): return []
    }
  }
}

extension Demand.Shape: Equatable {}

extension Wire.PlaceBid {
  package func contradictions() -> [Fault] {
    Demand(
      kind: kind,
      shapes: alternatives.map {
        Demand.Shape(
          chip: $0.chip, gpus: $0.gpus, least: $0.least, quarters: $0.quarters, limit: $0.limit)
      },
      earliest: earliest, latestEnd: latestEnd, together: together, near: near, where: `where`
    ).contradictions()
  }
}

extension Wire.RequestQuote {
  package func contradictions() -> [Fault] {
    Demand(
      kind: kind,
      shapes: alternatives.map {
        Demand.Shape(
          chip: $0.chip, gpus: $0.gpus, least: $0.least, quarters: $0.quarters, limit: $0.limit)
      },
      earliest: earliest, latestEnd: latestEnd, together: together, near: near, where: `where`
    ).contradictions()
  }
}
