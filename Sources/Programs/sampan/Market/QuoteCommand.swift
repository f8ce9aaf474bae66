import ArgumentParser
import BrokerAPI
import BrokerClient

/// What a shape costs, where and when.
struct QuoteCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "quote",
    abstract: "What a shape costs, where, when. Places nothing.",
    discussion: """
      PRICE is what the last round's prices would make of it, fee included, where capacity is left. \
      TAKE is the limit from which the last round would have had it by pushing out others. Both are \
      rounded up to 1 %, and promise nothing: you never pay more than your limit. HELD is what a bid \
      just above PRICE (else at TAKE) holds. Limits may be left out.

      Example:
        sampan quote --nodes 2 --chip h800-80g --for 3w \\
          --start 2026-12-01..2026-12-10 --near hk
      Under an award (--award) PRICE, TOTAL and HELD are your own money; the award pays beside it.
      """)
  static let failing = "There is no quote."

  @OptionGroup(title: "Shape") var shape: ShapeOptions
  @Option(
    name: .long, help: ArgumentHelp("The award that would pay a share.", valueName: "id"))
  var award: String?
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let shape = try shape.shape()
    let session = try session()
    let isPriced = shape.roundTripPrice != nil || shape.alternatives.contains { $0.price != nil }
    let currency = isPriced ? try await session.spendingAccount().currency : nil
    var request = try shape.resolved(await session.facts(for: shape, currency: currency))
    request.award = award
    _ = try Wire.RequestQuote.read(request.json())
    let quotes = try await session.client.requestQuote(request)
    switch session.format {
    case .json: session.terminal.say(try quotes.tree().pretty)
    case .yaml: session.terminal.write(try quotes.tree().yaml)
    case .csv, .name:
      session.terminal.write(
        try Self.sheet(isSubsidised: award != nil).rendered(quotes.items, as: session.format))
    case .table, .wide: try present(quotes, request, session)
    }
  }

  private func present(
    _ quotes: Wire.Quotes, _ request: Wire.RequestQuote, _ session: Session
  ) throws {
    for item in request.alternatives {
      let hours = Display.hours(quarters: item.gpus * item.quarters)
      session.terminal.say(
        "\(Display.gpus(item.gpus, least: item.least, item.chip)) for "
          + "\(Display.hours(quarters: item.quarters)) h = \(hours) GPU-hours")
    }
    session.terminal.say("")
    if quotes.items.isEmpty {
      session.terminal.say("No pool can take it in that window, at any price of the last round.")
    } else {
      session.terminal.write(
        try Self.sheet(isSubsidised: award != nil).rendered(
          quotes.items, as: session.format, bold: session.terminal.usesColour))
    }
    session.terminal.say("")
    for line in Self.notes(quotes) { session.terminal.say(line) }
  }

  /// What is known beside the places.
  static func notes(_ quotes: Wire.Quotes) -> [String] {
    var lines: [String] = []
    if let record = quotes.record {
      let at = record.limit.map { " at \(Display.money($0))" } ?? " with these limits"
      let rounds =
        record.rounds == 1
        ? "the last round" : "\(record.filled) of the last \(record.rounds) rounds"
      lines.append(
        record.rounds == 1
          ? "This shape\(at) would \(record.filled == 1 ? "" : "not ")have been filled in \(rounds)."
          : "This shape\(at) would have been filled in \(rounds).")
    }
    if quotes.reliance.bids > 0 {
      let (bids, filled) = (quotes.reliance.bids, quotes.reliance.filled)
      lines.append(
        "Of \(bids) \(bids == 1 ? "bid" : "bids") at or above TAKE in those rounds, \(filled) "
          + "\(filled == 1 ? "was" : "were") filled.")
    }
    if let held = quotes.fundHold {
      lines.append("For such a bid the award would set aside \(Display.money(held)).")
    }
    lines.append(
      "From round \(quotes.round), ledger position \(quotes.position.text); "
        + "the next round closes at \(Display.instant(quotes.nextClose)).")
    lines.append("Not a promise: `sampan bid place` with the same flags and --max-price.")
    return lines
  }

  static func sheet(isSubsidised: Bool) -> Sheet<Wire.Quote> {
    Sheet(
      columns: [
        Column("SITE") { .text($0.site) },
        Column("POOL") { .text($0.pool) },
        Column("SHAPE") { .text(Display.gpus($0.gpus, least: nil, $0.chip)) },
        Column("START (+08:00)") { .time($0.start) },
        Column("END") { .time($0.end) },
        Column("RTT MS") { Cell($0.roundTripMs) },
        Column("PRICE/GPU-H") { Cell($0.price) },
        Column("TOTAL") { Cell($0.total) },
        Column("FEE IN IT", wide: true) { Cell($0.fee) },
        Column("AWARD PAYS", wide: !isSubsidised) { Cell($0.fund) },
        Column("TAKE/GPU-H") { Cell($0.take) },
        Column("HELD") { .money($0.hold) },
      ], name: { "\($0.site):\($0.pool)" })
  }
}
