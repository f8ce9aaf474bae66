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
      "\(explanation.bid)\(name)   round \(explanation.round)   \(verdict)   "
        + Display.plain(explanation.reason),
      "  \(Display.plain(explanation.text))",
    ]
    let cells = explanation.places.map { place in
      [
        "  \(Display.plain(place.site))", Display.plain(place.pool), details(place),
      ]
    }
    lines += TextTable(titles: ["", "", ""], cells: cells, right: [false, false, false])
      .text(header: false).split(separator: "\n").map(String.init)
    if !explanation.filled, explanation.take != nil || (explanation.short?.minor ?? 0) > 0 {
      lines.append("Would have been filled, all else equal:")
      if let take = explanation.take {
        lines.append("  price   with a limit of \(Display.money(take)) per GPU-hour")
      }
      if let short = explanation.short, short.minor > 0 {
        lines.append("          your limit is \(Display.money(short)) too low")
      }
    }
    return lines
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
