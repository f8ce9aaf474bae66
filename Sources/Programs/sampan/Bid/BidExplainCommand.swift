import ArgumentParser
import BrokerAPI
import BrokerClient

/// Says why a bid was filled or not.
struct BidExplainCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Why a bid was filled or not, and what would have filled it.",
    discussion: """
      Of the last round that looked at it.

      Example:
        sampan bid explain bid-1042
      """)
  static let failing = "The bid cannot be explained."

  @Argument(help: "The bid's id, as in bid-1042.")
  var bid: String
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let session = try session()
    let explanation = try await session.client.explainBid(bid)
    switch session.format {
    case .json: session.terminal.say(try explanation.tree().pretty)
    case .yaml: session.terminal.write(try explanation.tree().yaml)
    case .name: session.terminal.say(explanation.reason)
    case .csv: session.terminal.write(try Self.sheet.rendered(explanation.places, as: .csv))
    case .table, .wide:
      let label = try? await session.client.showBid(bid).label
      for line in Self.lines(explanation, label: label) { session.terminal.say(line) }
    }
  }

  static let sheet = Sheet<Wire.PlaceExplanation>(
    columns: [
      Column("SITE") { .text($0.site) },
      Column("POOL") { .text($0.pool) },
      Column("REASON") { .text($0.reason) },
      Column("FREE") { Cell($0.freeGpus) },
      Column("FROM") { Cell($0.from) },
      Column("TO") { Cell($0.to) },
      Column("PRICE") { Cell($0.price) },
      Column("TEXT") { .text($0.text) },
    ], name: { "\($0.site):\($0.pool)" })

  static func lines(_ explanation: Wire.Explanation, label: String?) -> [String] {
    let name = label.map { " (\(Display.plain($0)))" } ?? ""
    let verdict = explanation.filled ? "FILLED" : "NOT FILLED"
    var lines = [
      "\(explanation.bid)\(name)   round \(explanation.round), closed "
        + "\(Display.instant(explanation.closedAt))   \(verdict)   "
        + Display.plain(explanation.reason),
      "  \(Display.plain(explanation.text))",
    ]
    lines += short(explanation)
    if !explanation.filled, let take = explanation.take { lines += taken(take) }
    let cells = explanation.places.map { place in
      [
        "  \(Display.plain(place.site))", Display.plain(place.pool), details(place),
      ]
    }
    if !cells.isEmpty { lines.append("Passed over:") }
    lines += TextTable(titles: ["", "", ""], cells: cells, right: [false, false, false])
      .text(header: false).split(separator: "\n").map(String.init)
    return lines
  }

  private static func short(_ explanation: Wire.Explanation) -> [String] {
    guard let short = explanation.short, let nearest = explanation.nearest else { return [] }
    let place = "\(at(nearest))"
    if short.minor > 0 {
      return [
        "Short   \(Display.money(short)) per GPU-hour: so far is your limit below the price where it "
          + "came nearest,", "        \(place)",
      ]
    }
    let inside = WireMoney(short.currency, minor: -short.minor)
    return [
      "Short   nothing: \(Display.money(inside)) per GPU-hour in the money at \(place)"
    ]
  }

  private static func taken(_ take: Wire.TakeTerms) -> [String] {
    var pushed: [String] = []
    if take.winners > 0 {
      let who = take.winners == 1 ? "1 winner" : "\(take.winners) winners"
      pushed.append("\(who) with \(Display.gpuHours(take.winnersTime)) GPU-hours")
    }
    if take.extrasTime.milliseconds > 0 {
      let who =
        take.others == 0 ? "theirs" : take.others == 1 ? "1 other" : "\(take.others) others"
      pushed.append("\(Display.gpuHours(take.extrasTime)) GPU-hours of extras of \(who)")
    }
    let whom = pushed.isEmpty ? "nobody" : pushed.joined(separator: ", and ")
    return [
      "Take    a limit of \(Display.money(take.limit)) per GPU-hour, \(Display.money(take.more)) "
        + "more, at \(at(take.at)):",
      "        raised by this, this clearing would have had more welfare with you in it than without;",
      "        you would have pushed out \(whom).",
      "        Not the least price, and no promise for the next round.",
    ]
  }

  private static func at(_ place: Wire.NearestPlace) -> String {
    "\(Display.plain(place.site)) \(Display.plain(place.pool)) from "
      + "\(Display.instant(place.start)) to \(Display.instant(place.end))"
  }

  private static func details(_ place: Wire.PlaceExplanation) -> String {
    var text = Display.plain(place.text)
    if let free = place.freeGpus { text += "; \(free) GPUs free together" }
    if let from = place.from, let to = place.to {
      text += "; binding: \(Display.instant(from)) to \(Display.instant(to))"
    }
    if let price = place.price { text += "; \(Display.money(price)) per GPU-hour" }
    return text
  }
}
