import Units

extension Relaxation {
  /// One is 2^16.
  static let one: Int64 = 1 << 16
  /// Evaluations without a better bound before the steps are made shorter.
  private static let patience = 4

  /// Lowers what the prices prove: steps along the mean excess demand of late evaluations, each as
  /// long as would lead to `target` if the bound fell as it does here (Polyak), times `stride`. The
  /// best prices stand in `prices` afterwards. Ends early at the target.
  ///
  /// - Parameter aim: what the steps are made for, at most the target.
  mutating func descend(
    steps: Int, target: Int64, aim: Int64? = nil, stride first: Int64, recording: Bool = false
  ) -> Int64 {
    let aim = aim ?? target
    var stride = first
    var least = Int64.max
    var idle = 0
    move.fill(0)
    last.fill(0)
    pace.fill(256)
    for step in 0..<steps {
      let value = evaluate()
      if value == Relaxation.void { return value }
      if recording { note() }
      if value < least {
        least = value
        idle = 0
        best.copy(from: prices)
        if value <= target { break }
      } else {
        idle += 1
        if idle >= Relaxation.patience {
          stride = stride * 6 / 10
          idle = 0
        }
      }
      if step + 1 < steps { go(value - aim, stride) }
    }
    prices.copy(from: best)
    return least
  }

  private mutating func note() {
    let row = history.base + (recorded % Relaxation.memory) * agents.count
    row.update(from: answers.base, count: agents.count)
    recorded += 1
  }

  /// One step. Excess demand counts in parts of the capacity, so that every cell moves alike.
  private func go(_ gap: Int64, _ stride: Int64) {
    var norm: Int64 = 0
    let slowest: Int64 = 32
    let fastest: Int64 = 2_048
    for pool in 0..<pools.count {
      var used: Int64 = 0
      let uses = use.base + pool * (slots + 1)
      let origin = pool * slots
      let capacity = capacity.base + origin
      let inverse = inverse.base + origin
      let prices = prices.base + origin
      let move = move.base + origin
      let pace = pace.base + origin
      let last = last.base + origin
      for slot in 0..<slots {
        used &+= uses[slot]
        let limit = capacity[slot]
        let excess = used &- limit
        var relative = (max(0 &- limit, min(limit, excess)) &* inverse[slot]) >> 16
        if prices[slot] == 0 {
          if excess <= 0 { relative = 0 }
          move[slot] = max(0, move[slot])
        }
        let firm = pace[slot]
        // Cells that keep asking the same go faster, those that turn go slower.
        let turned = (relative ^ last[slot]) < 0
        last[slot] = relative
        pace[slot] = turned ? max(slowest, firm >> 1) : min(fastest, firm &+ (firm >> 3))
        relative = (relative &* pace[slot]) >> 8
        move[slot] = move[slot] &- (move[slot] >> 2) &+ (relative >> 2)
        norm &+= relative &* excess &* widths[slot]
      }
    }
    guard norm > 0 else { return }
    let length = min(1 << 40, Int64(clamping: Int128(gap) &* Int128(stride) / Int128(norm)))
    let limit = Field.dualLimit
    for cell in 0..<cells {
      let price = prices[cell] &+ ((move[cell] &* length) >> 16)
      prices[cell] = max(0, min(limit, price))
    }
  }
}
