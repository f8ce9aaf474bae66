/// The slots from `start` up to, not including, `end`.
package struct Stretch: Sendable, Equatable {
  package var start: Int
  package var end: Int

  package init(start: Int, end: Int) {
    self.start = start
    self.end = end
  }
}

/// Which stretches of the grid an option may take: those inside its window whose slots add up to
/// exactly its length. Slots may differ in width, so that from some slots no stretch begins.
package struct Placements: Sendable {
  /// Quarter hours before each slot edge: `edges[t]` is where slot t begins.
  package let edges: [Int64]

  package init(widths: [Int64]) {
    var edges: [Int64] = [0]
    edges.reserveCapacity(widths.count + 1)
    var total: Int64 = 0
    for width in widths {
      let (sum, over) = total.addingReportingOverflow(max(0, width))
      total = over ? .max : sum
      edges.append(total)
    }
    self.edges = edges
  }

  /// Number of slots of the grid.
  package var slots: Int { edges.count - 1 }

  /// All allowed stretches of the option, ascending.
  package func stretches(of option: Instance.Option) -> [Stretch] {
    guard option.quarters > 0 else { return [] }
    let from = max(0, option.earliest)
    let until = min(slots, option.latestEnd)
    guard from < until else { return [] }
    var found: [Stretch] = []
    var end = from
    for start in from..<until {
      while end < until && edges[end] - edges[start] < option.quarters { end += 1 }
      let length = edges[end] - edges[start]
      if length == option.quarters { found.append(Stretch(start: start, end: end)) }
      if length < option.quarters { break }
    }
    return found
  }

  /// The end of the option's stretch from that slot; nil when it may not start there.
  package func end(of option: Instance.Option, from start: Int) -> Int? {
    guard option.quarters > 0, start >= 0, start < slots, start >= option.earliest else {
      return nil
    }
    var low = start + 1
    var high = min(slots, option.latestEnd)
    guard low <= high else { return nil }
    while low < high {
      let middle = (low + high) / 2
      if edges[middle] - edges[start] < option.quarters { low = middle + 1 } else { high = middle }
    }
    return edges[low] - edges[start] == option.quarters ? low : nil
  }
}
