import BrokerAPI

extension Display {
  /// What a centre lets one tenant have: `, 1h to 26w, at most 160 to a tenant`; empty for anything.
  static func limits(_ limits: Wire.LeaseLimits?) -> String {
    guard let limits else { return "" }
    var text =
      switch (limits.shortest.map(duration), limits.longest.map(duration)) {
      case (let shortest?, let longest?): ", \(shortest) to \(longest)"
      case (let shortest?, nil): ", from \(shortest)"
      case (nil, let longest?): ", up to \(longest)"
      case (nil, nil): ""
      }
    if let most = limits.mostGpus { text += ", at most \(most) to a tenant" }
    return text
  }
}
