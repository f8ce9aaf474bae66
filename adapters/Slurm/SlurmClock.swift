/// The market's clock beside the wall's. Slurm lives on the wall; leases live on the market, which
/// in a demonstration runs faster. Whatever goes to Slurm is converted, whatever comes back too.
package struct SlurmClock: Sendable {
  /// Market time now, ms since 1970 UTC.
  package var now: @Sendable () -> Int64
  /// The wall's ms at a moment of the market.
  package var wall: @Sendable (Int64) -> Int64
  /// The market's ms at a moment of the wall.
  package var market: @Sendable (Int64) -> Int64

  package init(
    now: @escaping @Sendable () -> Int64, wall: @escaping @Sendable (Int64) -> Int64,
    market: @escaping @Sendable (Int64) -> Int64
  ) {
    self.now = now
    self.wall = wall
    self.market = market
  }

  /// The market is the wall.
  package static func identity(now: @escaping @Sendable () -> Int64) -> SlurmClock {
    SlurmClock(now: now, wall: { $0 }, market: { $0 })
  }

  /// The wall now, in seconds since 1970 UTC.
  package var wallSeconds: Int64 { seconds(at: now()) }

  /// The wall's second in which a moment of the market lies.
  package func seconds(at market: Int64) -> Int64 {
    let ms = wall(market)
    return ms >= 0 ? ms / 1_000 : 0
  }

  /// The market's moment at a second of the wall; seconds that no calendar has stay at the edge.
  package func market(atSecond second: Int64) -> Int64 {
    market(min(max(second, 0), 253_402_300_799) * 1_000)
  }
}
