import Foundation
package import Placement

/// A clearing as the benchmark's checker reads it: a line of dual prices a pool, in 1/64 mHKD, then
/// a line a winner.
package struct BenchSolution {
  package let text: String

  package init(_ instance: Instance, _ clearing: Clearing) {
    var text = ""
    let slots = instance.widths.count
    for pool in instance.pools.indices {
      let row =
        clearing.duals.indices.contains(pool)
        ? clearing.duals[pool] : [Int64](repeating: 0, count: slots)
      Self.add(row, to: &text)
    }
    for fill in clearing.fills {
      guard let line = Self.line(instance, fill) else { continue }
      Self.add(line, to: &text)
    }
    self.text = text
  }

  package func write(to file: String) throws(TraceError) {
    do { try Data(text.utf8).write(to: URL(fileURLWithPath: file)) } catch {
      throw TraceError(
        file: file, reason: "cannot be written (\(error.localizedDescription)); choose another")
    }
  }

  /// `bid start pool gpus`, elastic with a number a slot, split with several pools.
  private static func line(_ instance: Instance, _ fill: Fill) -> [Int64]? {
    let bid = instance.bids[fill.bid]
    guard let first = fill.parts.first else { return nil }
    let option = bid.options[first.option]
    var line = [Int64(fill.bid), Int64(fill.start)]
    switch bid.kind {
    case .block: line += [Int64(option.pool), first.gpus]
    case .split:
      for part in fill.parts { line += [Int64(bid.options[part.option].pool), part.gpus] }
    case .elastic:
      var hours = [Int64](repeating: first.gpus, count: Int(option.quarters))
      for extra in fill.extras { hours[extra.slot - fill.start] += extra.gpus }
      line += [Int64(option.pool)] + hours
    }
    return line
  }

  private static func add(_ numbers: [Int64], to text: inout String) {
    var first = true
    for number in numbers {
      if !first { text += " " }
      first = false
      text += String(number)
    }
    text += "\n"
  }
}
