import Foundation

/// The time of the market, from the clock of the machine. A scale other than 1 lets market time run
/// faster than the wall: for the demo and for backtests only.
package struct MarketClock: Sendable {
  package let scale: Int64
  private let anchorMarket: Int64
  private let anchorWall: Int64

  /// - Parameters:
  ///   - scale: market milliseconds a millisecond of the wall.
  ///   - start: market time now, ms; nil: the time of the machine.
  package init(scale: Int64 = 1, start: Int64? = nil) {
    self.scale = scale
    anchorWall = Self.wall()
    anchorMarket = start ?? anchorWall
  }

  /// ms since 1970 UTC.
  package var market: Int64 { anchorMarket + (Self.wall() - anchorWall) * scale }

  /// When it was this time of the market, by the clock of the machine; not later than now.
  package func wall(of time: Int64) -> Int64 {
    let now = Self.wall()
    return now - max(0, market - time) / scale
  }

  /// The clock of the machine, ms since 1970 UTC.
  package static func wall() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// A clock that never steps, ms.
  package static func monotonic() -> Int64 { microseconds() / 1_000 }

  /// The same in microseconds.
  package static func microseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
  }
}
