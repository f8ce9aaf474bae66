import BrokerAPI

extension Display {
  /// `16 x h800-80g`, `4..16 x h800-80g`.
  static func gpus(_ count: Int, least: Int?, _ chip: String) -> String {
    let number = least.map { $0 == count ? "\(count)" : "\($0)..\(count)" } ?? "\(count)"
    return "\(number) x \(plain(chip))"
  }

  /// What a bid of this kind is, for somebody who reads the word for the first time.
  static func kind(_ kind: Wire.BidKind) -> String {
    switch kind {
    case .block: "Block, all or nothing"
    case .elastic: "Elastic, a firm base and extras by the hour"
    case .split: "Split, over several pools together"
    }
  }

  /// Window, terms and places in words.
  static func terms(
    earliest: WireTime, latestEnd: WireTime, quarters: Int, reclaim: ReclaimTerm,
    near: Wire.Nearness?, where place: Wire.Whereabouts?, exclusive: Bool, dataClass: String?,
    project: String? = nil, ifDisplaced: Wire.Displacement? = nil
  ) -> String {
    var parts = [reclaim == .never ? "firm" : "may be taken back with \(reclaim) notice"]
    let latestStart = WireTime(
      clamping: max(earliest.milliseconds, latestEnd.milliseconds - Int64(quarters) * 900_000))
    parts.append(
      latestStart == earliest
        ? "start \(instant(earliest))"
        : "start \(instant(earliest)) to \(instant(latestStart))")
    if exclusive { parts.append("whole nodes") }
    if let near {
      parts.append(near.maxMs.map { "within \($0) ms of \(near.metro)" } ?? "near \(near.metro)")
    }
    if let place {
      if let list = place.jurisdictions {
        parts.append("in " + list.map(\.rawValue).joined(separator: " or "))
      }
      if let list = place.sites { parts.append("at " + list.joined(separator: " or ")) }
      if let list = place.notSites { parts.append("not at " + list.joined(separator: " or ")) }
    }
    if let dataClass { parts.append("certified for \(dataClass)") }
    if let project { parts.append("for project \(project)") }
    if let words = ifDisplaced?.words { parts.append(words) }
    return parts.map(plain).joined(separator: ", ")
  }
}

extension Wire.Displacement {
  /// What becomes of a lease that loses its place, where that is not what it is for any bid.
  var words: String? {
    var parts: [String] = []
    if let quarters = maxGapQuarters, quarters > 0 {
      parts.append("up to \(Display.hours(quarters: quarters)) h later")
    }
    if shrinkable == true { parts.append("with fewer GPUs") }
    switch move {
    case .allowed?: parts.append("at another site")
    case .never?: parts.append("only at its site")
    case nil: break
    }
    return parts.isEmpty ? nil : "if its place is lost: " + parts.joined(separator: ", ")
  }
}

extension Wire.PlaceBid {
  /// What the person agrees to, before money is named.
  var summary: [String] {
    let terms = Display.terms(
      earliest: earliest, latestEnd: latestEnd, quarters: alternatives.map(\.quarters).max() ?? 0,
      reclaim: reclaim, near: near, where: `where`, exclusive: exclusive ?? false,
      dataClass: dataClass, project: project, ifDisplaced: ifDisplaced)
    let shapes = alternatives.map { item in
      "\(Display.gpus(item.gpus, least: item.least, item.chip)), "
        + "\(Display.hours(quarters: item.quarters)) h, "
        + "up to \(Display.money(item.limit)) per GPU-hour"
    }
    if shapes.count == 1, let shape = shapes.first {
      return ["\(Display.kind(kind)): \(shape)", "  \(terms)"]
    }
    return ["\(Display.kind(kind)), one of these:"] + shapes.map { "  \($0)" } + ["  \(terms)"]
  }
}
