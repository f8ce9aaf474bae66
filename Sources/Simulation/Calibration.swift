package import Placement

/// How far the figure `take` of an explanation can be relied on: refused bids are cleared afresh with
/// their limits raised by it, and by half of it (clearing.md, 7). It suffices nearly always and is
/// not the least; this says how nearly.
package struct Calibration: Sendable {
  /// One refused bid of one round.
  package struct Sample: Sendable, Equatable {
    package var round: Int64
    /// Position of the bid.
    package var bid: Int64
    /// mHKD per GPU-hour.
    package var raise: Int64
    /// Whether the round, cleared afresh, filled it with the limit raised so.
    package var filled: Bool
    package var filledAtHalf: Bool
  }

  package private(set) var samples: [Sample] = []
  /// Of the rounds looked at.
  package private(set) var rounds = 0
  package private(set) var refused = 0
  /// Refused bids whose raise is 0 or less: none, when the engine's last pass was complete.
  package private(set) var notSettled = 0

  private let draw: Int
  private var source: SplitMix64
  private var drawn: [Drawn] = []
  private var seen = 0

  private struct Drawn: Sendable {
    var instance: Instance
    var bid: Int
    var raise: Int64
    var iterations: Int64
  }

  /// - Parameters:
  ///   - draw: how many refused bids are cleared afresh.
  ///   - seed: of drawing them.
  package init(draw: Int, seed: UInt64) {
    self.draw = draw
    source = SplitMix64(seed: seed)
  }

  /// Looks at one round; which of its refused bids stay drawn is open until the last round.
  package mutating func add(_ instance: Instance, _ clearing: Clearing, iterations: Int64) {
    guard let explanations = Explanations(instance, clearing) else { return }
    rounds += 1
    var won = [Bool](repeating: false, count: instance.bids.count)
    for fill in clearing.fills { won[fill.bid] = true }
    for bid in instance.bids.indices where !won[bid] {
      guard let raise = explanations.raise(bid) else { continue }
      refused += 1
      guard raise > 0 else {
        notSettled += 1
        continue
      }
      seen += 1
      let item = Drawn(instance: instance, bid: bid, raise: raise, iterations: iterations)
      if drawn.count < draw {
        drawn.append(item)
      } else {
        let place = Int(source.draw(0...Int64(seen - 1)))
        if place < draw { drawn[place] = item }
      }
    }
  }

  /// Clears the rounds of the drawn bids again.
  /// - Parameter progress: told after each.
  package mutating func run(_ progress: (Sample) -> Void = { _ in }) {
    for item in drawn {
      let sample = Sample(
        round: item.instance.round, bid: item.instance.bids[item.bid].seq, raise: item.raise,
        filled: Self.fills(item, by: item.raise),
        filledAtHalf: Self.fills(item, by: item.raise / 2))
      samples.append(sample)
      progress(sample)
    }
  }

  private static func fills(_ item: Drawn, by raise: Int64) -> Bool {
    var instance = item.instance
    for option in instance.bids[item.bid].options.indices {
      instance.bids[item.bid].options[option].value += raise
    }
    return Engine.clear(instance, iterations: item.iterations).fills.contains {
      $0.bid == item.bid
    }
  }

  package var filled: Int { samples.count { $0.filled } }
  package var filledAtHalf: Int { samples.count { $0.filledAtHalf } }
}
