import Replica
import Synchronization

/// A bucket of requests for each principal: full at first, refilled evenly.
struct RateLimit: Sendable {
  let perMinute: Int
  private let buckets = Buckets()

  private struct Bucket {
    /// In milliseconds of refill; one request costs `60_000 / perMinute` of them.
    var fill: Int64
    var at: Int64
  }

  private final class Buckets: Sendable {
    let byName = Mutex<[String: Bucket]>([:])
  }

  init(perMinute: Int) { self.perMinute = max(1, perMinute) }

  /// Takes one request.
  /// - Returns: nil when there was one left; else the seconds until there is.
  func take(_ name: String, now: Int64 = MarketClock.monotonic()) -> Int? {
    // A bucket holds a minute of refill, counted in 1/perMinute of a millisecond.
    let cost: Int64 = 60_000
    let most = cost * Int64(perMinute)
    return buckets.byName.withLock { known in
      if known.count > 10_000 { known = known.filter { now - $0.value.at < 60_000 } }
      var bucket = known[name] ?? Bucket(fill: most, at: now)
      bucket.fill = min(most, bucket.fill + (now - bucket.at) * Int64(perMinute))
      bucket.at = now
      defer { known[name] = bucket }
      guard bucket.fill >= cost else {
        let milliseconds = (cost - bucket.fill) / Int64(perMinute)
        return Int(milliseconds / 1_000) + 1
      }
      bucket.fill -= cost
      return nil
    }
  }
}

/// Counts answers by status and open streams, for metrics.
final class RequestCounters: Sendable {
  private let byStatus = Mutex<[Int: Int]>([:])

  func count(_ status: Int) { byStatus.withLock { $0[status, default: 0] += 1 } }

  /// Ascending by status.
  var answers: [(status: Int, count: Int)] {
    byStatus.withLock { counts in counts.map { ($0.key, $0.value) } }.sorted { $0.0 < $1.0 }
  }
}

/// How many streams may be open at once.
final class StreamSlots: Sendable {
  let limit: Int
  private let taken = Mutex(0)

  init(limit: Int) { self.limit = limit }

  var open: Int { taken.withLock { $0 } }

  /// One stream; given back when nobody holds it any more, whether it was ever written or not.
  final class Slot: Sendable {
    private let slots: StreamSlots
    fileprivate init(_ slots: StreamSlots) { self.slots = slots }
    deinit { slots.taken.withLock { $0 -= 1 } }
  }

  /// Nil when all are taken.
  func take() -> Slot? {
    let free = taken.withLock { taken in
      guard taken < limit else { return false }
      taken += 1
      return true
    }
    return free ? Slot(self) : nil
  }
}
