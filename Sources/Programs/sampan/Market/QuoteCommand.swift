import ArgumentParser
import BrokerAPI
import BrokerClient

/// What a shape costs, where and when.
struct QuoteCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "quote",
    abstract: "What a shape costs, where, when. Places nothing.",
    discussion: """
      Prices are those of the last round that ended: a quote promises nothing. Limits may be left \
      out.

      Example:
        sampan quote --nodes 2 --chip h800-80g --for 3w \\
          --start 2026-12-01..2026-12-10 --near hk
      """)
  static let failing = "There is no quote."

  @OptionGroup(title: "Shape") var shape: ShapeOptions
  @OptionGroup var options: GlobalOptions

  func perform() async throws {
    let shape = try shape.shape()
    let session = try session()
    let isPriced = shape.roundTripPrice != nil || shape.alternatives.contains { $0.price != nil }
    let currency = isPriced ? try await session.spendingAccount().currency : nil
    let request = try shape.resolved(await session.facts(for: shape, currency: currency))
    _ = try Wire.RequestQuote.read(request.json())
    let quotes = try await session.client.requestQuote(request)
    switch session.format {
    case .json: session.terminal.say(try quotes.tree().pretty)
    case .yaml: session.terminal.write(try quotes.tree().yaml)
    case .csv, .name:
      session.terminal.write(try Self.sheet.rendered(quotes.items, as: session.format))
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
        try Self.sheet.rendered(
          quotes.items, as: session.format, bold: session.terminal.usesColour))
    }
    session.terminal.say("")
    session.terminal.say(
      "From round \(quotes.round); the next closes at \(Display.instant(quotes.nextClose)).")
    session.terminal.say("Not a promise: `sampan bid place` with the same flags and --max-price.")
  }

  static let sheet = Sheet<Wire.Quote>(
    columns: [
      Column("SITE") { .text($0.site) },
      Column("POOL") { .text($0.pool) },
      Column("SHAPE") { .text(Display.gpus($0.gpus, least: nil, $0.chip)) },
      Column("START (+08:00)") { .time($0.start) },
      Column("END") { .time($0.end) },
      Column("RTT MS") { Cell($0.roundTripMs) },
      Column("PRICE/GPU-H") { .money($0.price) },
      Column("TOTAL") { .money($0.total) },
      Column("FEE IN IT", wide: true) { .money($0.fee) },
      Column("HELD") { .money($0.hold) },
    ], name: { "\($0.site):\($0.pool)" })
}
