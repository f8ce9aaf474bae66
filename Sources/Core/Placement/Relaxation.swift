import Units

/// Some pools of a round with their capacity replaced by prices: every bid answers alone. Making a
/// proof takes hundreds of thousands of evaluations, so all is flat; the numbers are bounded
/// beforehand (`ProofBuilder.fits`), so arithmetic here may wrap instead of trapping.
struct Relaxation: ~Copyable {
  let field: Field
  let slots: Int
  /// The pools, by local number.
  let pools: [Int]
  let cells: Int
  /// Whether bids have utilities: then this is one pool of a pooled leaf.
  let priced: Bool
  /// Bids that have a place here, ascending.
  let agents: Flat<Agent>
  let terms: Flat<Term>
  let stretches: Flat<Stretch>
  let chunks: Flat<Chunk>
  /// By door: its local pool.
  let doorPools: Flat<Int32>

  /// By local cell, 1/64 mHKD per GPU-hour: the prices at hand, and the best of a descent.
  let prices: Flat<Int64>
  let best: Flat<Int64>
  let capacity: Flat<Int64>
  /// 2^32 / capacity.
  let inverse: Flat<Int64>
  let widths: Flat<Int64>
  /// What is asked for, as differences from slot to slot: pool * (slots + 1) + slot.
  let use: Flat<Int64>
  let move: Flat<Int64>
  let pace: Flat<Int64>
  let last: Flat<Int64>
  /// (64 * net ask + price) * width before each edge, by local row.
  let sums: Flat<Int64>
  let askSums: Flat<Int64>
  let plus: Flat<Int64>
  let rowPools: [Int]
  let ranked: Flat<Ranked>
  let tenants: [Tenant]

  /// By how much prices have fallen over evaluations, and the prices of the last one: most bids need
  /// no second look.
  let falls: Falls
  let known: Flat<Int64>
  /// By term and by stretch: what it gained without utility, of a split in one pool a GPU; at what
  /// fall.
  let termGates: Flat<Gate>
  let stretchGates: Flat<Gate>
  /// By agent: the most of its gates.
  let agentGates: Flat<Gate>

  // What is restricted, by agent and by door.
  let states: Flat<Int8>
  let from: Flat<Int32>
  let until: Flat<Int32>
  let least: Flat<Int64>
  let most: Flat<Int64>
  let demands: Flat<Int32>
  /// Whether anything is said of the agent.
  let touched: Flat<Int8>
  /// By agent, 1/64; of a split a GPU's.
  let utilities: Flat<Int64>

  /// By agent: what it gains, and how (`code`).
  let gains: Flat<Int64>
  let answers: Flat<Int64>
  /// The answers of the latest evaluations of a descent.
  let history: Flat<Int64>
  var recorded = 0
  /// What was looked at, in the time that a column takes, some nanosecond: the measure of effort.
  var work: Int64 = 0

  static let memory = 32
  /// The value of a leaf at which no clearing stands.
  static let void = Int64.min
  /// The answer of a bid that takes nothing.
  static let none: Int64 = -1
  static let splitCode: Int64 = 1 << 56

  struct Agent: BitwiseCopyable {
    var bid: Int
    var firstTerm: Int
    var endTerm: Int
    var firstStretch: Int
    var endStretch: Int
    var firstDoor: Int
    var endDoor: Int
    /// How much hangs on it: worth times GPU-hours.
    var size: Int64
    /// The most that it can gain at no prices, 1/64; with utilities, of a split a GPU's.
    var most: Int64 = 0
    /// Where all its places lie (`Falls`).
    var region: Int32 = 0
  }

  /// A choice. A door is an agent in a pool.
  struct Term: BitwiseCopyable {
    var pool: Int
    var row: Int
    var door: Int
    var whole: Int64
    var value: Int64
    var firm: Int64
    var room: Int64
    var most: Int64
    var firstRun: Int
    var endRun: Int
    var region: Int32 = 0
  }

  /// A start of a split.
  struct Stretch: BitwiseCopyable {
    var start: Int
    var end: Int
    var gpus: Int64
    var firstChunk: Int
    var endChunk: Int
    var region: Int32 = 0
  }

  struct Chunk: BitwiseCopyable {
    var pool: Int
    var row: Int
    var door: Int
    var whole: Int64
    var most: Int64
    var unit: Int64
  }

  struct Ranked: BitwiseCopyable {
    var chunk: Int
    var rate: Int64
    var most: Int64
  }

  /// Extras of a running lease.
  struct Tenant {
    var pool: Int
    var room: Int64
    var start: Int
    /// By slot from `start`, 64 times.
    var gains: [Int64]
  }

  init(_ field: Field, pools: [Int], priced: Bool) {
    self.field = field
    self.pools = pools
    self.priced = priced
    slots = field.slots
    cells = pools.count * field.slots
    var list = AgentList(field, pools)
    for bid in field.ranges.indices { list.add(bid) }
    let falls = Falls(pools: pools.count, slots: field.slots)
    list.locate(falls, priced: priced)
    self.falls = falls
    agents = Flat(list.agents)
    terms = Flat(list.terms)
    stretches = Flat(list.stretches)
    chunks = Flat(list.chunks)
    doorPools = Flat(list.doorPools)
    rowPools = list.rowPools
    askSums = Flat(list.askSums)
    sums = Flat(repeating: 0, count: list.askSums.count)
    let capacity = pools.flatMap { pool in
      (0..<field.slots).map { field.capacity[pool * field.slots + $0] }
    }
    self.capacity = Flat(capacity)
    inverse = Flat(capacity.map { (1 << 32) / max(1, $0) })
    widths = Flat(field.widths.array)
    prices = Flat(repeating: 0, count: cells)
    best = Flat(repeating: 0, count: cells)
    use = Flat(repeating: 0, count: pools.count * (slots + 1))
    move = Flat(repeating: 0, count: cells)
    pace = Flat(repeating: 256, count: cells)
    last = Flat(repeating: 0, count: cells)
    plus = Flat(repeating: 0, count: slots + 1)
    let widest = list.stretches.reduce(0) { max($0, $1.endChunk - $1.firstChunk) }
    ranked = Flat(repeating: Ranked(chunk: 0, rate: 0, most: 0), count: widest)
    known = Flat(repeating: 0, count: cells)
    termGates = Flat(
      list.terms.enumerated().map { index, term in
        Gate(seen: term.most, weight: list.weights[index])
      })
    stretchGates = Flat(
      list.stretches.map { stretch in
        let chunks = list.chunks[stretch.firstChunk..<stretch.endChunk]
        let quarters = list.quarters[chunks.startIndex]
        let most = chunks.reduce(Int64(0)) { max($0, $1.whole) }
        return priced
          ? Gate(seen: most, weight: quarters)
          : Gate(seen: most * stretch.gpus, weight: quarters * stretch.gpus)
      })
    agentGates = Flat(repeating: Gate(seen: .max, weight: 0), count: agents.count)
    tenants = field.tenants.compactMap { tenant in
      guard let pool = pools.firstIndex(of: tenant.pool) else { return nil }
      return Tenant(
        pool: pool, room: tenant.room, start: tenant.start,
        gains: (tenant.start..<tenant.end).map { 64 * field.gain(tenant, $0) })
    }
    states = Flat(repeating: 0, count: agents.count)
    from = Flat(repeating: 0, count: agents.count)
    until = Flat(repeating: Int32(slots), count: agents.count)
    touched = Flat(repeating: 0, count: agents.count)
    demands = Flat(repeating: 0, count: agents.count)
    least = Flat(repeating: 0, count: list.doorPools.count)
    most = Flat(repeating: .max, count: list.doorPools.count)
    utilities = Flat(repeating: 0, count: agents.count)
    gains = Flat(repeating: 0, count: agents.count)
    answers = Flat(repeating: Relaxation.none, count: agents.count)
    history = Flat(repeating: Relaxation.none, count: agents.count * Relaxation.memory)
  }

  // MARK: Restrictions

  /// Takes all restrictions off.
  func free() {
    states.fill(0)
    from.fill(0)
    until.fill(Int32(slots))
    demands.fill(0)
    touched.fill(0)
    least.fill(0)
    most.fill(.max)
  }

  /// The agent of a bid that has a place here.
  func agent(_ bid: Int) -> Int {
    var low = 0
    var high = agents.count - 1
    while low < high {
      let middle = (low + high) / 2
      if agents[middle].bid < bid { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Holds the bid to an answer. Pools are the field's.
  func restrict(_ question: Proof.Question, _ yes: Bool) {
    let index = agent(question.bid)
    touched[index] = 1
    switch question {
    case .runs:
      states[index] = yes ? 1 : 2
    case .starts(_, let slot):
      if yes {
        until[index] = min(until[index], Int32(slot))
      } else {
        from[index] = max(from[index], Int32(slot + 1))
      }
    case .uses(_, let pool, let above):
      if yes { states[index] = 1 }
      restrict(index, pool, above, yes)
    }
  }

  private func restrict(_ index: Int, _ pool: Int, _ above: Int64, _ yes: Bool) {
    let agent = agents[index]
    let split = agent.firstStretch < agent.endStretch
    for door in agent.firstDoor..<agent.endDoor {
      if pools[Int(doorPools[door])] == pool {
        if !yes {
          most[door] = min(most[door], above)
        } else {
          if least[door] == 0 { demands[index] += 1 }
          least[door] = max(least[door], above + 1)
        }
      } else if yes, !split {
        most[door] = 0
      }
    }
    // In one pool, "no" to its only door is "does not run".
    if priced, !yes, above == 0, !split { states[index] = 2 }
  }
}

/// Lists the agents of some pools.
private struct AgentList {
  let field: Field
  private(set) var agents: [Relaxation.Agent] = []
  private(set) var terms: [Relaxation.Term] = []
  private(set) var stretches: [Relaxation.Stretch] = []
  private(set) var chunks: [Relaxation.Chunk] = []
  private(set) var rowPools: [Int] = []
  private(set) var askSums: [Int64] = []
  /// By term: GPUs times quarter hours; by chunk: quarter hours.
  private(set) var weights: [Int64] = []
  private(set) var quarters: [Int64] = []
  private(set) var doorPools: [Int32] = []
  private var localPool: [Int]
  private var localRow: [Int]
  /// By local pool: the door of the bid at hand.
  private var open: [Int]

  init(_ field: Field, _ pools: [Int]) {
    self.field = field
    localPool = [Int](repeating: -1, count: field.pools)
    for (index, pool) in pools.enumerated() { localPool[pool] = index }
    open = [Int](repeating: -1, count: pools.count)
    localRow = [Int](repeating: -1, count: field.rowPools.count)
    for (row, pool) in field.rowPools.enumerated() where localPool[pool] >= 0 {
      localRow[row] = rowPools.count
      rowPools.append(localPool[pool])
      for edge in 0...field.slots {
        askSums.append(64 &* field.askSums[row * (field.slots + 1) + edge])
      }
    }
  }

  mutating func add(_ bid: Int) {
    var agent = Relaxation.Agent(
      bid: bid, firstTerm: terms.count, endTerm: 0, firstStretch: stretches.count, endStretch: 0,
      firstDoor: doorPools.count, endDoor: 0, size: 0)
    for pool in open.indices { open[pool] = -1 }
    for index in field.ranges[bid] {
      let choice = field.choices[index]
      guard localPool[choice.pool] >= 0, choice.firstRun < choice.endRun else { continue }
      agent.size = max(agent.size, choice.worth &* choice.quarters &* choice.gpus)
      weights.append(choice.gpus &* choice.quarters)
      terms.append(
        Relaxation.Term(
          pool: localPool[choice.pool], row: localRow[choice.row], door: door(choice.pool),
          whole: 64 &* choice.worth &* choice.quarters, value: 64 &* choice.value,
          firm: choice.firm, room: choice.room, most: 64 &* choice.most,
          firstRun: choice.firstRun, endRun: choice.endRun))
    }
    for index in field.splitRanges[bid] { add(field.splitStarts[index], &agent) }
    agent.endTerm = terms.count
    agent.endStretch = stretches.count
    agent.endDoor = doorPools.count
    if agent.endTerm > agent.firstTerm || agent.endStretch > agent.firstStretch {
      agents.append(agent)
    }
  }

  private mutating func add(_ start: Field.SplitStart, _ agent: inout Relaxation.Agent) {
    let first = chunks.count
    for item in start.chunks {
      let chunk = field.chunks[item]
      let choice = field.choices[chunk.choice]
      guard localPool[choice.pool] >= 0 else { continue }
      agent.size = max(agent.size, choice.worth &* choice.quarters &* start.gpus)
      quarters.append(choice.quarters)
      chunks.append(
        Relaxation.Chunk(
          pool: localPool[choice.pool], row: localRow[choice.row], door: door(choice.pool),
          whole: 64 &* choice.worth &* choice.quarters, most: chunk.most, unit: choice.unit))
    }
    guard chunks.count > first else { return }
    stretches.append(
      Relaxation.Stretch(
        start: start.start, end: start.end, gpus: start.gpus, firstChunk: first,
        endChunk: chunks.count))
  }

  /// Where everything lies, and the most that each agent can gain.
  mutating func locate(_ falls: borrowing Falls, priced: Bool) {
    for index in agents.indices {
      var first = field.slots
      var end = 0
      var most: Int64 = 0
      for number in agents[index].firstTerm..<agents[index].endTerm {
        let from = Int(field.runs[terms[number].firstRun].start)
        let until = field.runs[terms[number].endRun - 1].end
        terms[number].region = falls.region(from, until)
        most = max(most, terms[number].most)
        first = min(first, from)
        end = max(end, until)
      }
      for number in agents[index].firstStretch..<agents[index].endStretch {
        let stretch = stretches[number]
        stretches[number].region = falls.region(stretch.start, stretch.end)
        for chunk in chunks[stretch.firstChunk..<stretch.endChunk] {
          most = max(most, priced ? chunk.whole : chunk.whole &* stretch.gpus)
        }
        first = min(first, stretch.start)
        end = max(end, stretch.end)
      }
      agents[index].most = most
      agents[index].region = falls.region(first, end)
    }
  }

  private mutating func door(_ pool: Int) -> Int {
    let local = localPool[pool]
    if open[local] < 0 {
      open[local] = doorPools.count
      doorPools.append(Int32(truncatingIfNeeded: local))
    }
    return open[local]
  }
}
