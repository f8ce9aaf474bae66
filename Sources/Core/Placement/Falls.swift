/// How far prices have fallen, added up over all changes, by pool and region of the grid: with what
/// something was worth when it was last looked at, that bounds what it can be worth by now (`Gate`).
///
/// Regions overlap by half, in sizes that double, so that every window lies in one not much longer
/// than itself: a fall on Monday says nothing of a bid that runs on Friday.
struct Falls: ~Copyable {
  /// Regions of a pool.
  private let count: Int
  private let parts: Int
  /// The first region of each size.
  private let origins: [Int]
  /// By pool and region, and by region over all pools.
  private let sums: Flat<Int64>
  private let anywhere: Flat<Int64>
  /// Of the change at hand, by region: the most that a price of the pool at hand, of any pool, fell.
  private let here: Flat<Int64>
  private let deepest: Flat<Int64>

  /// The smallest region is twice so many slots long: 2^2.
  private static let shift = 2

  init(pools: Int, slots: Int) {
    parts = max(1, (slots + (1 << Falls.shift) - 1) >> Falls.shift)
    var origins: [Int] = []
    var count = 0
    var half = 1
    repeat {
      origins.append(count)
      count += (parts + half - 1) / half
      half *= 2
    } while half < 2 * parts
    self.origins = origins
    self.count = count
    sums = Flat(repeating: 0, count: pools * count)
    anywhere = Flat(repeating: 0, count: count)
    here = Flat(repeating: 0, count: count)
    deepest = Flat(repeating: 0, count: count)
  }

  /// The smallest region that holds the slots `start..<end`.
  func region(_ start: Int, _ end: Int) -> Int32 {
    let first = min(parts - 1, max(0, start) >> Falls.shift)
    let last = min(parts - 1, max(start, end - 1) >> Falls.shift)
    var size = 0
    while last >> size > first >> size + 1 { size += 1 }
    return Int32(truncatingIfNeeded: origins[size] + first >> size)
  }

  @inline(__always) func inPool(_ pool: Int, _ region: Int32) -> Int64 {
    sums[pool &* count &+ Int(region)]
  }

  @inline(__always) func inAny(_ region: Int32) -> Int64 { anywhere[Int(region)] }

  // MARK: A change of prices

  /// A price of the pool at hand fell by so much; nothing happens when it rose.
  @inline(__always) func note(_ slot: Int, _ fall: Int64) {
    let part = slot >> Falls.shift
    if fall > here[part] { here[part] = fall }
  }

  /// All prices of the pool at hand are noted.
  func close(_ pool: Int) {
    // Parts become regions of the first size, two parts each; then each size from the one before.
    for part in 0..<(parts - 1) where here[part + 1] > here[part] { here[part] = here[part + 1] }
    for size in 1..<max(1, origins.count) {
      let smaller = origins[size - 1]
      let end = size < origins.count - 1 ? origins[size + 1] : count
      for region in origins[size]..<end {
        let first = smaller + 2 * (region - origins[size])
        let second = first + 2
        here[region] = second < origins[size] ? max(here[first], here[second]) : here[first]
      }
    }
    let sums = sums.base + pool * count
    for region in 0..<count {
      let fall = here[region]
      sums[region] &+= fall
      if fall > deepest[region] { deepest[region] = fall }
      here[region] = 0
    }
  }

  /// All pools are closed.
  func end() {
    for region in 0..<count {
      anywhere[region] &+= deepest[region]
      deepest[region] = 0
    }
  }
}
