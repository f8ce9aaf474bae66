import BrokerAPI
import Hummingbird
import Ledger
import LedgerStore
import Market
import NIOCore

// Server-sent events: what happens, as it happens, with the position as id.
extension Broker {
  /// Entries that one look takes.
  private static let batch: Int64 = 200
  /// How long a stream may be silent.
  private static let heartbeat: Duration = .seconds(15)

  func marketEvents(_ call: Call) throws -> Answer {
    let from = try Self.resume(call) ?? position + 1
    return try stream(from: from) { [store] range in
      let rows = try await store.marketHappenings(from: range.lowerBound, to: range.upperBound)
      return rows.compactMap { row in
        row.wire.map { Self.event(row.position, $0.json()) }
      }.joined()
    }
  }

  func ledgerEvents(_ call: Call) throws -> Answer {
    let from =
      try Self.resume(call) ?? call.arguments.position("from")?.value ?? position + 1
    return try stream(from: from) { [self] range in
      let entries = try await entries(
        from: range.lowerBound, limit: Int(range.upperBound - range.lowerBound) + 1)
      return entries.map { Self.event($0.position.value, $0.json()) }.joined()
    }
  }

  /// The position after the event that the client saw last.
  private static func resume(_ call: Call) throws -> Int64? {
    guard let last = call.lastEvent, !last.isEmpty else { return nil }
    do {
      return try Position(parsing: last).value + 1
    } catch {
      throw Problem([Fault(.format, at: "Last-Event-ID", error.description)])
    }
  }

  private static func event(_ position: Int64, _ json: [UInt8]) -> String {
    "id: \(position)\ndata: \(String(decoding: json, as: UTF8.self))\n\n"
  }

  /// - Parameter events: of these positions, in the form of the stream.
  private func stream(
    from start: Int64, _ events: @escaping @Sendable (ClosedRange<Int64>) async throws -> String
  ) throws -> Answer {
    guard let slot = streams.take() else {
      throw Problem(.tooManyStreams, "\(streams.limit) streams are open.")
    }
    return Answer(
      status: 200,
      body: .stream { [self] writer in
        defer { withExtendedLifetime(slot) {} }
        try await writer.write(ByteBuffer(string: ": sampan\n\n"))
        var next = start
        var spoke = ContinuousClock.now
        while !feed.isStopped {
          let head = position
          if next <= head {
            let range = next...min(head, next + Self.batch - 1)
            let text = try await events(range)
            next = range.upperBound + 1
            guard !text.isEmpty else { continue }
            try await writer.write(ByteBuffer(string: text))
            spoke = .now
          } else {
            let silent = ContinuousClock.now - spoke
            if silent >= Self.heartbeat {
              try await writer.write(ByteBuffer(string: ": \n\n"))
              spoke = .now
            }
            await feed.wait(after: next - 1, atMost: Self.heartbeat)
          }
        }
        try await writer.finish(nil)
      })
  }
}

extension MarketHappening {
  /// Nil when it is none that the stream tells.
  fileprivate var wire: Wire.MarketEvent? {
    let at = instant(time)
    switch (name, command) {
    case ("offer-published", .publishOffer(let offer)):
      return Wire.MarketEvent(kind: .offerPublished, at: at, site: offer.site)
    case ("offer-withdrawn", .withdrawOffer(let offer)):
      return Wire.MarketEvent(kind: .offerWithdrawn, at: at, site: offer.site)
    case ("round-closed", .closeRound(let round)):
      return Wire.MarketEvent(kind: .roundClosed, at: at, round: round.number)
    case ("round-ended", .commitOutcome(let outcome)):
      return Wire.MarketEvent(kind: .roundEnded, at: at, round: outcome.round)
    case ("round-ended", .voidRound(let round)):
      return Wire.MarketEvent(kind: .roundVoid, at: at, round: round.number)
    case ("round-ended", .freezeMarket):
      return Wire.MarketEvent(kind: .roundVoid, at: at, round: round)
    case ("market-frozen", _): return Wire.MarketEvent(kind: .marketFrozen, at: at)
    case ("market-thawed", _): return Wire.MarketEvent(kind: .marketThawed, at: at)
    case ("rate-set", _): return Wire.MarketEvent(kind: .rateSet, at: at)
    case ("rules-set", _): return Wire.MarketEvent(kind: .rulesSet, at: at)
    default: return nil
    }
  }
}
