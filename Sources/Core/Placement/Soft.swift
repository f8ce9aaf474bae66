import Units

/// The extras of a clearing: soft, because they are not decided but follow. What is left of a cell
/// after the firm parts goes to those who want extras there, by margin, then by arrival; so an
/// insertion is charged exactly what it displaces.
///
/// Of each cell a list of those who want extras is kept in that order. Numbers of tenants: first
/// the bids, then `Field.tenants`.
struct Soft: ~Copyable {
  /// By cell: the first node, -1 for none.
  private let head: Flat<Int32>
  /// By cell: GPUs wanted by all.
  private let wanted: Flat<Int64>
  private var nodes: Flat<Node>
  private var vacant: Int32 = -1
  private var used = 0

  struct Node: BitwiseCopyable {
    /// Worth less net ask, above 0.
    var margin: Int64
    var room: Int64
    var turn: Int32
    var tenant: Int32
    var next: Int32
  }

  init(cells: Int) {
    head = Flat(repeating: -1, count: cells)
    wanted = Flat(repeating: 0, count: cells)
    nodes = Flat(repeating: Soft.blank, count: 256)
  }

  private static var blank: Node {
    Node(margin: 0, room: 0, turn: 0, tenant: 0, next: -1)
  }

  /// Whether nobody wants extras in the cell.
  @inline(__always) func isEmpty(_ cell: Int) -> Bool { head[cell] < 0 }

  /// GPUs that all together would take in the cell.
  @inline(__always) func wants(_ cell: Int) -> Int64 { wanted[cell] }

  mutating func insert(_ cell: Int, tenant: Int, turn: Int32, margin: Int64, room: Int64) {
    var last: Int32 = -1
    var at = head[cell]
    while at >= 0 {
      let node = nodes[Int(at)]
      if node.margin < margin || (node.margin == margin && node.turn > turn) { break }
      last = at
      at = node.next
    }
    let fresh = take()
    nodes[fresh] = Node(
      margin: margin, room: room, turn: turn, tenant: Int32(truncatingIfNeeded: tenant), next: at)
    if last >= 0 { nodes.base[Int(last)].next = Int32(fresh) } else { head[cell] = Int32(fresh) }
    wanted[cell] &+= room
  }

  mutating func remove(_ cell: Int, tenant: Int) {
    var last: Int32 = -1
    var at = head[cell]
    while at >= 0 {
      let node = nodes[Int(at)]
      if Int(node.tenant) == tenant {
        if last >= 0 { nodes.base[Int(last)].next = node.next } else { head[cell] = node.next }
        wanted[cell] &-= node.room
        nodes.base[Int(at)].next = vacant
        vacant = at
        return
      }
      last = at
      at = node.next
    }
  }

  private mutating func take() -> Int {
    if vacant >= 0 {
      let index = Int(vacant)
      vacant = nodes[index].next
      return index
    }
    if used == nodes.count {
      let larger = Flat(repeating: Soft.blank, count: 2 * nodes.count)
      larger.base.update(from: nodes.base, count: used)
      nodes = larger
    }
    used += 1
    return used - 1
  }

  /// What the extras are worth, above a toll, when so many GPUs are left for them; per quarter
  /// hour, in 1/64 mHKD.
  func worth(_ cell: Int, free: Int64, toll: Int64) -> Int64 {
    displaced(cell, from: 0, to: free, toll: toll)
  }

  /// What the extras lose, above a toll, when `to` GPUs for them become `from`; in 1/64 mHKD per
  /// quarter hour.
  func displaced(_ cell: Int, from: Int64, to: Int64, toll: Int64) -> Int64 {
    var at = head[cell]
    var total: Int64 = 0
    var position: Int64 = 0
    while at >= 0, position < to {
      let node = nodes[Int(at)]
      let end = position &+ node.room
      if end > from {
        let gain = 64 &* node.margin &- toll
        if gain <= 0 { break }
        total &+= (min(end, to) &- max(position, from)) &* gain
      }
      position = end
      at = node.next
    }
    return total
  }

  /// What the extras are worth when another joins them, who wants `room` at `margin`.
  func worth(
    _ cell: Int, free: Int64, toll: Int64, margin: Int64, room: Int64, turn: Int32
  ) -> Int64 {
    var at = head[cell]
    var total: Int64 = 0
    var left = free
    var own = room
    while at >= 0, left > 0 {
      let node = nodes[Int(at)]
      if own > 0, node.margin < margin || (node.margin == margin && node.turn > turn) {
        let taken = min(own, left)
        total &+= taken &* max(0, 64 &* margin &- toll)
        left &-= taken
        own = 0
        continue
      }
      let gain = 64 &* node.margin &- toll
      if gain <= 0 { break }
      let taken = min(node.room, left)
      total &+= taken &* gain
      left &-= taken
      at = node.next
    }
    if own > 0, left > 0 { total &+= min(own, left) &* max(0, 64 &* margin &- toll) }
    return total
  }

  /// Who gets extras in the cell, in order.
  func sold(_ cell: Int, free: Int64) -> [(tenant: Int, gpus: Int64)] {
    var sold: [(tenant: Int, gpus: Int64)] = []
    var at = head[cell]
    var left = free
    while at >= 0, left > 0 {
      let node = nodes[Int(at)]
      let taken = min(node.room, left)
      left -= taken
      sold.append((Int(node.tenant), taken))
      at = node.next
    }
    return sold
  }
}
