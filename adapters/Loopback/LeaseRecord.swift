import AdapterKit

/// Everything a loopback site knows of one lease: what was ordered, the process that stands for it,
/// and when it was delivered with how many GPUs. The whole of it is one file.
struct LeaseRecord: Codable {
  /// Delivered without a break with this many GPUs.
  struct Stretch: Codable {
    var from: Int64
    var to: Int64
    var gpus: Int64
  }

  var order: AllocationOrder
  var created: Int64
  /// Nil while the gate is closed, and for a lease beyond the most processes.
  var process: ChildProcess?
  /// Until when delivery is certain; nil while the gate is closed.
  var openSince: Int64?
  var stretches: [Stretch] = []
  /// When it was removed; its stretches stay known for a while.
  var removed: Int64?

  /// Delivery went on until now: the last stretch grows, or a new one begins at `openSince`.
  mutating func extend(to now: Int64) {
    guard let since = openSince else { return }
    let from = max(since, order.start)
    let to = min(now, order.end)
    guard to > from else { return }
    if let last = stretches.last, last.to == from, last.gpus == order.gpus {
      stretches[stretches.count - 1].to = to
    } else {
      stretches.append(Stretch(from: from, to: to, gpus: order.gpus))
    }
    openSince = to
  }

  /// What was delivered and used in the interval. Used is a share of delivered between 80 and 100 %
  /// that the lease's name decides, so that two runs agree.
  func usage(_ interval: Interval) -> Usage {
    var delivered: Int64 = 0
    var used: Int64 = 0
    for stretch in stretches {
      let whole = Interval(from: stretch.from, to: stretch.to)
      guard let part = whole.overlap(interval) else { continue }
      delivered += part.length * stretch.gpus
      used += part.length * stretch.gpus * share / 1_000
    }
    return Usage(
      lease: order.lease, from: interval.from, to: interval.to, delivered: delivered, used: used)
  }

  private var share: Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in order.lease.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return 800 + Int64((hash >> 17) % 201)
  }

  /// Forgets stretches that nobody may ask for any more.
  mutating func forget(before time: Int64) {
    stretches.removeAll { $0.to < time }
  }
}

extension LeaseRecord {
  /// Takes back what was counted after this time, because a new size holds from it on.
  mutating func cut(at time: Int64) {
    while let last = stretches.last, last.to > time {
      stretches.removeLast()
      if last.from < time {
        stretches.append(Stretch(from: last.from, to: time, gpus: last.gpus))
      }
    }
  }
}
