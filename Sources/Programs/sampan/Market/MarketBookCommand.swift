import ArgumentParser
import BrokerAPI
import BrokerClient

/// Depth after the last clearing.
struct MarketBookCommand: BrokerErrand {
  static let configuration = CommandConfiguration(
    commandName: "book",
    abstract: "What is offered, sold and free by day, after the last clearing.",
    discussion: """
      In GPU-hours; no identities, no open bids.

      Example:
        sampan market book --pool cyberport-h:h800-a -o csv
      """)
  static let failing = "There is no book."

  @Option(name: .long, help: ArgumentHelp("Only this pool, as site:pool.", valueName: "site:pool"))
  var pool: String?
  @OptionGroup var options: GlobalOptions

  /// A day with the pool that it belongs to.
  struct Line {
    let pool: Wire.PoolBook
    let day: Wire.BookDay
  }

  func perform() async throws {
    let session = try session()
    let book = try await session.client.marketBook(pool: pool)
    switch session.format {
    case .json: session.terminal.say(try book.tree().pretty)
    case .yaml: session.terminal.write(try book.tree().yaml)
    case .name: for pool in book.pools { session.terminal.say("\(pool.site):\(pool.pool)") }
    case .csv, .table, .wide:
      let rows = book.pools.flatMap { pool in pool.days.map { Line(pool: pool, day: $0) } }
      session.terminal.write(
        Grid(columns: Self.columns).rendered(
          rows, as: session.format, bold: session.terminal.usesColour))
      if session.format != .csv {
        session.terminal.say("")
        session.terminal.say("GPU-hours after round \(book.round).")
      }
    }
  }

  private static var columns: [Column<Line>] {
    [
      Column("SITE") { .text($0.pool.site) },
      Column("POOL") { .text($0.pool.pool) },
      Column("CHIP") { .text($0.pool.chip) },
      Column("DAY (+08:00)") { .text(String($0.day.day.text.prefix(10))) },
      Column("OFFERED") { .gpuTime($0.day.offered) },
      Column("SOLD") { .gpuTime($0.day.committed) },
      Column("FREE") { .gpuTime($0.day.free) },
    ]
  }
}
