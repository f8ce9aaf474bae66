import BrokerAPI

extension Display {
  /// What a centre lets one tenant have: `, 1h to 26w, at most 160 to a tenant`; empty for anything.
  static func limits(_ limits: Wire.LeaseLimits) -> String {
    var text = ""
    switch (limits.shortest, limits.longest) {
    case (let shortest?, let longest?): text += ", \(length(shortest)) to \(length(longest))"
    case (let shortest?, nil): text += ", from \(length(shortest))"
    case (nil, let longest?): text += ", up to \(length(longest))"
    case (nil, nil): break
    }
    if let most = limits.mostGpus { text += ", at most \(most) to a tenant" }
    return text
  }

  /// Quarter hours as the largest unit that they are a whole number of.
  private static func length(_ quarters: Int) -> String {
    for (unit, size) in [("w", 672), ("d", 96), ("h", 4)] where quarters.isMultiple(of: size) {
      return "\(quarters / size)\(unit)"
    }
    return "\(quarters * 15)m"
  }
}
