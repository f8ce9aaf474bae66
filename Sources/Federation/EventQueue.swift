/// What is to happen, by time, and at one time in the order in which it was put in.
struct EventQueue<What> {
  private struct Item {
    var time: Int64
    var number: Int
    var what: What

    func isBefore(_ other: Item) -> Bool { (time, number) < (other.time, other.number) }
  }

  private var heap: [Item] = []
  private var count = 0

  mutating func put(_ what: What, at time: Int64) {
    count += 1
    heap.append(Item(time: time, number: count, what: what))
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func next() -> (time: Int64, what: What)? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return (first.time, first.what) }
    heap[0] = last
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child].isBefore(heap[least]) {
        least = child
      }
      if least == parent { break }
      heap.swapAt(parent, least)
      parent = least
    }
    return (first.time, first.what)
  }
}
