import Synchronization

/// The market's time out of the wall's: both are known at one moment, and the market runs `scale`
/// times as fast. In production the scale is 1.
package struct MarketClock: Sendable, Hashable, Codable {
  package var anchorMarketMs: Int64
  package var anchorWallMs: Int64
  package var scale: Int64

  package init(anchorMarketMs: Int64, anchorWallMs: Int64, scale: Int64) {
    self.anchorMarketMs = anchorMarketMs
    self.anchorWallMs = anchorWallMs
    self.scale = max(1, scale)
  }

  /// The market and the wall agree.
  package static let wall = MarketClock(anchorMarketMs: 0, anchorWallMs: 0, scale: 1)

  /// Market time at a wall time, ms since 1970 UTC.
  package func market(at wall: Int64) -> Int64 {
    let passed = Int128(wall) - Int128(anchorWallMs)
    return Int64(clamping: Int128(anchorMarketMs) + passed * Int128(scale))
  }

  /// Wall time at a market time, ms since 1970 UTC.
  package func wall(at market: Int64) -> Int64 {
    let passed = Int128(market) - Int128(anchorMarketMs)
    let scale = Int128(scale)
    let down = passed >= 0 ? passed / scale : -((-passed + scale - 1) / scale)
    return Int64(clamping: Int128(anchorWallMs) + down)
  }

  /// How many ms of the wall so many ms of the market take, rounded up.
  package func wallLength(of market: Int64) -> Int64 {
    market <= 0 ? 0 : (market - 1) / scale + 1
  }
}

/// The market clock that an agent and its adapter share. The broker's word moves it; its time never
/// falls, so a corrected anchor holds it still until the market has caught up.
package final class SharedClock: Sendable {
  private struct State {
    var clock: MarketClock?
    var last: Int64 = 0
  }

  private let state = Mutex(State())
  /// Milliseconds since 1970 UTC on this machine.
  package let wall: @Sendable () -> Int64

  package init(wall: @escaping @Sendable () -> Int64) { self.wall = wall }

  /// Nil until the broker, or the spool, has told.
  package var clock: MarketClock? { state.withLock { $0.clock } }

  /// Market time; wall time as long as nobody has told.
  package var now: Int64 {
    let wall = wall()
    return state.withLock { state in
      guard let clock = state.clock else { return wall }
      state.last = max(state.last, clock.market(at: wall))
      return state.last
    }
  }

  package func set(_ clock: MarketClock) { state.withLock { $0.clock = clock } }
}
