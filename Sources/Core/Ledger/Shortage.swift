import Leases
import Market
import Units

/// Whom it hits when a pool has less than it has sold (clearing.md, 10.1): what is unsold, then extras
/// by worth from the bottom, then whole leases, latest trade first; at last, earliest first, those
/// that need not go are put back. The centre cannot choose.
struct Shortage: Sendable {
  /// A lease with what of it may be hit.
  struct Holder: Sendable {
    var key: LeaseKey
    var lease: Lease
    /// What its extras are worth to its tenant, in the unit of the clearing.
    var worth: Int64
  }

  /// Edges of the stretches in which nothing changes.
  let edges: [Int64]
  /// What the pool may offer at most afterwards, by stretch.
  private(set) var caps: [Int64] = []
  /// Extras that are cut: by holder, GPUs that are left in each stretch.
  private(set) var left: [[Int64]] = []
  /// Holders that lose their place, and from when on.
  private(set) var lost: [(holder: Int, from: Int64)] = []
  private let holders: [Holder]
  /// What lacks in each stretch; below 0: what is spare.
  private var lack: [Int64] = []

  /// - Parameters:
  ///   - holders: the leases of the pool that end after `from`, in order of their trades.
  ///   - offered: of the pool at a moment, caps included.
  init(
    of gpus: Int64, from: Int64, to: Int64, holders: [Holder], changes: [Int64],
    offered: (Int64) -> Int64
  ) {
    self.holders = holders
    self.edges = Self.edges(of: holders.map(\.lease), from: from, to: to, changes)
    for from in self.edges.dropLast() {
      let sold = holders.reduce(0) { $0 + ($1.lease.end > from ? $1.lease.gpus(at: from) : 0) }
      let cap = max(0, max(offered(from), sold) - gpus)
      caps.append(cap)
      lack.append(sold - cap)
    }
    left = holders.map { holder in
      self.edges.dropLast().map { holder.lease.end > $0 ? holder.lease.extraGPUs(at: $0) : 0 }
    }
    cutExtras()
    takeLeases()
    putBack()
  }

  /// Where between two times anything changes in what a pool has sold, or else.
  static func edges(of leases: [Lease], from: Int64, to: Int64, _ changes: [Int64]) -> [Int64] {
    var edges = [from, to] + changes
    for lease in leases {
      for run in lease.runs + lease.extras { edges += [run.from, run.to] }
      edges.append(lease.end)
    }
    edges = edges.filter { from <= $0 && $0 <= to }.sorted()
    return edges.enumerated().filter { $0 == 0 || edges[$0 - 1] < $1 }.map(\.1)
  }

  private mutating func cutExtras() {
    let ranked = holders.indices.sorted {
      (holders[$0].worth, holders[$1].lease.bid) < (holders[$1].worth, holders[$0].lease.bid)
    }
    for stretch in lack.indices {
      for holder in ranked where lack[stretch] > 0 {
        let taken = min(lack[stretch], left[holder][stretch])
        left[holder][stretch] -= taken
        lack[stretch] -= taken
      }
    }
  }

  private func firm(_ holder: Int, _ stretch: Int) -> Int64 {
    let lease = holders[holder].lease
    return lease.end > edges[stretch] ? lease.firmGPUs(at: edges[stretch]) : 0
  }

  private mutating func takeLeases() {
    for holder in holders.indices.reversed() {
      guard
        let first = lack.indices.first(where: { lack[$0] > 0 && firm(holder, $0) > 0 })
      else { continue }
      lost.append((holder, edges[first]))
      for stretch in first..<lack.count {
        lack[stretch] -= firm(holder, stretch) + left[holder][stretch]
      }
    }
  }

  private mutating func putBack() {
    for index in lost.indices.reversed() {
      let (holder, from) = lost[index]
      let stretches = lack.indices.filter { edges[$0] >= from }
      guard
        stretches.allSatisfy({ lack[$0] + firm(holder, $0) + left[holder][$0] <= 0 })
      else { continue }
      for stretch in stretches { lack[stretch] += firm(holder, stretch) + left[holder][stretch] }
      lost.remove(at: index)
    }
    lost.reverse()
  }

  /// The caps as stretches, equal neighbours joined.
  var capSpans: [CapacityCap.Span] {
    var spans: [CapacityCap.Span] = []
    for (index, cap) in caps.enumerated() {
      if let last = spans.last, last.gpus == cap {
        spans[spans.count - 1].to = edges[index + 1]
      } else {
        spans.append(CapacityCap.Span(from: edges[index], to: edges[index + 1], gpus: cap))
      }
    }
    return spans
  }

  /// The extras of a holder from the first edge on, after the cut; nil when nothing is cut.
  func extrasLeft(_ holder: Int) -> [PriceRun]? {
    let lease = holders[holder].lease
    var runs: [PriceRun] = []
    var cut = false
    for (stretch, gpus) in left[holder].enumerated() {
      guard let run = lease.extra(before: edges[stretch] + 1) else { continue }
      if gpus < run.gpus { cut = true }
      if gpus > 0 {
        PriceRun.append(
          PriceRun(from: edges[stretch], to: edges[stretch + 1], gpus: gpus, price: run.price),
          to: &runs)
      }
    }
    guard cut, let end = edges.last else { return nil }
    for run in lease.extras where run.to > end {
      PriceRun.append(
        PriceRun(from: max(run.from, end), to: run.to, gpus: run.gpus, price: run.price), to: &runs)
    }
    return runs
  }
}

extension Lease {
  func firmGPUs(at time: Int64) -> Int64 { gpus(at: time) - extraGPUs(at: time) }
  func extraGPUs(at time: Int64) -> Int64 { extra(before: time + 1)?.gpus ?? 0 }
}
