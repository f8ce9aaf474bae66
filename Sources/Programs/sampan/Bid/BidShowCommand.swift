import ArgumentParser
import BrokerAPI
import BrokerClient

/// Shows one bid.
struct BidShowCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "One bid with its life so far.",
    discussion: """
      With --watch it stays until the bid is filled, cancelled or expired.

      Example:
        sampan bid show bid-1042 --watch
      """)
  static let failing = "The bid cannot be shown."

  @Argument(help: "The bid's id, as in bid-1042.")
  var bid: String
  @Flag(name: .shortAndLong, help: "Stay until its outcome is known.")
  var watch = false
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let bid = self.bid
    if watch {
      try await session.watch(
        BidListCommand.sheet, until: { $0.allSatisfy(\.isOver) },
        { [try await session.client.showBid(bid)] })
      guard session.format == .table || session.format == .wide else { return }
      session.terminal.say("")
    }
    try session.show(try await session.client.showBid(bid), BidListCommand.sheet, Self.lines)
  }

  /// What lease it is the rest of, and who pays for it.
  static func rest(_ replaced: Wire.Replaced) -> String {
    let lease = "The rest of \(replaced.lease)"
    switch replaced.cause {
    case .reclaimed: return "\(lease), which \(replaced.centre) took back, at no higher price"
    case .loss: return "\(lease), lost without fault, at no higher price"
    case .evidence:
      return "\(lease), whose site may not hold its data any more, at no higher price"
    case .breach:
      let covered =
        replaced.covered.map { "up to \(Display.money($0))" } ?? "which has no money for it"
      return "\(lease), lost by a breach; what costs more is paid by \(replaced.centre), \(covered)"
    }
  }

  static func lines(_ bid: Wire.Bid) -> [String] {
    let label = bid.label.map { " (\(Display.plain($0)))" } ?? ""
    var lines = ["\(bid.bid)\(label)   \(bid.state.rawValue)   \(Display.kind(bid.kind))"]
    if let replaced = bid.replaced { lines.append("  " + Self.rest(replaced)) }
    for item in bid.alternatives {
      let least = bid.kind == .elastic ? item.least : nil
      lines.append(
        "  \(Display.gpus(item.gpus, least: least, item.chip)), "
          + "\(Display.hours(quarters: item.quarters)) h, "
          + "up to \(Display.money(item.limit)) per GPU-hour")
    }
    lines.append(
      "  "
        + Display.terms(
          earliest: bid.earliest, latestEnd: bid.latestEnd,
          quarters: bid.alternatives.map(\.quarters).max() ?? 0, reclaim: bid.reclaim,
          near: bid.near, where: bid.where, exclusive: bid.exclusive, dataClass: bid.dataClass,
          project: bid.project, ifDisplaced: bid.ifDisplaced))
    lines.append(
      "Held now  \(Display.money(bid.hold))   placed \(Display.instant(bid.placedAt)) "
        + "at position \(bid.position)"
        + (bid.proof.map { "   " + Display.proof($0) } ?? ""))
    for fill in bid.fills {
      lines.append(
        "Filled    round \(fill.round): \(Display.gpus(fill.gpus, least: nil, fill.chip)) at "
          + "\(fill.site) \(fill.pool), \(Display.instant(fill.start)) to "
          + "\(Display.instant(fill.end))")
      lines.append(
        "          \(Display.money(fill.price)) per GPU-hour, "
          + "\(Display.money(fill.total)) with fee \(Display.money(fill.fee))"
          + (fill.fund.map { ", the award \(Display.money($0))" } ?? "") + "   lease \(fill.lease)"
      )
    }
    switch bid.state {
    case .standing:
      if let round = bid.round { lines.append("Next round that looks at it: \(round)") }
      lines.append("Why not yet: sampan bid explain \(bid.bid)")
    case .filled:
      if let lease = bid.fills.first?.lease { lines.append("Next: sampan lease connect \(lease)") }
    case .cancelled, .expired: lines.append("Why: sampan bid explain \(bid.bid)")
    }
    return lines
  }
}
