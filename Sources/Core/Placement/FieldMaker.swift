import Units

/// Lists the choices, runs and split starts of an instance's bids.
struct FieldMaker {
  let instance: Instance
  let placements: Placements
  private let windowEnd: Int
  /// Whether placements that lose at asks are listed too.
  private let losing: Bool
  private let slots: Int
  private(set) var capacity: [Int64] = []
  private(set) var rowPools: [Int] = []
  private(set) var ask: [Int64] = []
  private(set) var askSums: [Int64] = []
  private(set) var choices: [Field.Choice] = []
  private(set) var ranges: [Range<Int>] = []
  private(set) var runs: [Field.Run] = []
  private(set) var splitRanges: [Range<Int>] = []
  private(set) var splitStarts: [Field.SplitStart] = []
  private(set) var chunks: [Field.Chunk] = []
  /// What extras could gain before each slot of the option at hand.
  private var planned: [Int64] = []

  init(_ instance: Instance, windowEnd: Int, losing: Bool) {
    self.instance = instance
    self.losing = losing
    self.windowEnd = windowEnd
    placements = Placements(widths: instance.widths)
    slots = instance.widths.count
    for (index, pool) in instance.pools.enumerated() {
      capacity += pool.capacity
      addRow(index, pool.ask)
    }
    for subsidy in instance.subsidies {
      let full = instance.pools[subsidy.pool].ask
      addRow(subsidy.pool, zip(full, subsidy.amount).map { $0 - $1 })
    }
    ranges.reserveCapacity(instance.bids.count)
    splitRanges.reserveCapacity(instance.bids.count)
  }

  private mutating func addRow(_ pool: Int, _ prices: [Int64]) {
    rowPools.append(pool)
    ask += prices
    var sum: Int64 = 0
    askSums.append(0)
    for (price, width) in zip(prices, instance.widths) {
      sum += price * width
      askSums.append(sum)
    }
  }

  /// Adds the next bid.
  mutating func add(_ bid: Int) {
    let kind = instance.bids[bid].kind
    let first = choices.count
    for (index, option) in instance.bids[bid].options.enumerated()
    where Field.sound(option, instance, losing: losing) {
      let firm =
        switch kind {
        case .block: option.gpus
        case .elastic: option.least
        case .split: option.unit
        }
      var choice = Field.Choice(
        bid: bid, option: index, pool: option.pool, row: Field.row(option, instance),
        value: option.value, worth: option.value + option.bonus, gpus: option.gpus, firm: firm,
        room: kind == .elastic ? option.gpus - option.least : 0, unit: option.unit,
        quarters: option.quarters, most: 0, firstRun: runs.count, endRun: runs.count)
      if kind != .split {
        addRuns(of: option, &choice)
        if choice.firstRun == choice.endRun { continue }
      }
      choices.append(choice)
    }
    ranges.append(first..<choices.count)
    let firstStart = splitStarts.count
    if kind == .split { addSplitStarts(first..<choices.count, instance.bids[bid].options) }
    splitRanges.append(firstStart..<splitStarts.count)
  }

  private mutating func addRuns(of option: Instance.Option, _ choice: inout Field.Choice) {
    let cells = choice.pool * slots
    let edges = choice.row * (slots + 1)
    let from = max(0, option.earliest)
    let until = min(slots, option.latestEnd)
    guard from < until else { return }
    if choice.room > 0 { plan(choice, from, until) }
    var end = from
    var scanned = from
    var lastLack = -1
    for start in from..<until {
      while end < until && placements.edges[end] - placements.edges[start] < option.quarters {
        end += 1
      }
      let length = placements.edges[end] - placements.edges[start]
      if length < option.quarters { break }
      while scanned < end {
        if capacity[cells + scanned] < choice.firm { lastLack = scanned }
        scanned += 1
      }
      guard length == option.quarters, lastLack < start else { continue }
      if losing {
        extend(&choice, start, end - start)
        continue
      }
      let price = askSums[edges + end] - askSums[edges + start]
      let budget = choice.value * choice.quarters - price
      guard budget >= 0 || choice.firm == 0 else { continue }
      var gain = (choice.worth * choice.quarters - price) * choice.firm
      if choice.room > 0 { gain += (planned[end - from] - planned[start - from]) * choice.room }
      guard gain > 0 else { continue }
      choice.most = max(choice.most, gain)
      extend(&choice, start, end - start)
    }
  }

  /// One more column: of the last run, or the first of a new one.
  private mutating func extend(_ choice: inout Field.Choice, _ start: Int, _ span: Int) {
    if choice.endRun > choice.firstRun, let last = runs.last, last.length == span,
      last.starts.upperBound == start
    {
      runs[runs.count - 1].count += 1
    } else {
      runs.append(Field.Run(start: Int32(start), count: 1, span: Int32(span)))
      choice.endRun = runs.count
    }
  }

  private mutating func plan(_ choice: Field.Choice, _ from: Int, _ until: Int) {
    planned.removeAll(keepingCapacity: true)
    var sum: Int64 = 0
    planned.append(0)
    for slot in from..<until {
      if slot < windowEnd {
        let gain = choice.value - ask[choice.row * slots + slot]
        if gain > 0 { sum += gain * instance.widths[slot] }
      }
      planned.append(sum)
    }
  }

  /// Choices of one alternative with the same size, unit and length are filled together.
  private mutating func addSplitStarts(_ range: Range<Int>, _ options: [Instance.Option]) {
    var done: [Int] = []
    for leader in range where !done.contains(leader) {
      let lead = choices[leader]
      let group = range.filter { other in
        let choice = choices[other]
        return options[choice.option].alternative == options[lead.option].alternative
          && choice.gpus == lead.gpus && choice.unit == lead.unit
          && choice.quarters == lead.quarters
      }
      done += group
      guard lead.gpus % lead.unit == 0 else { continue }
      let from = group.map { max(0, options[choices[$0].option].earliest) }.min() ?? 0
      let until = group.map { min(slots, options[choices[$0].option].latestEnd) }.max() ?? 0
      for start in from..<max(from, until) { addSplitStart(group, lead, start, options) }
    }
  }

  private mutating func addSplitStart(
    _ group: [Int], _ lead: Field.Choice, _ start: Int, _ options: [Instance.Option]
  ) {
    var end = 0
    let first = chunks.count
    var held: Int64 = 0
    for member in group {
      let choice = choices[member]
      guard let last = placements.end(of: options[choice.option], from: start) else { continue }
      end = last
      var least = choice.gpus
      for cell in (choice.pool * slots + start)..<(choice.pool * slots + end) {
        least = min(least, capacity[cell])
      }
      let most = least / choice.unit * choice.unit
      guard most > 0 else { continue }
      let edges = choice.row * (slots + 1)
      let margin =
        choice.worth * choice.quarters - (askSums[edges + end] - askSums[edges + start])
      chunks.append(Field.Chunk(choice: member, most: most, margin: margin))
      held += most
    }
    var left = lead.gpus
    var surplus: Int128 = 0
    if held >= left {
      chunks[first...].sort {
        $0.margin > $1.margin || ($0.margin == $1.margin && $0.choice < $1.choice)
      }
      for chunk in chunks[first...] where left > 0 {
        let taken = min(left, chunk.most)
        left -= taken
        surplus &+= Int128(taken) &* Int128(chunk.margin)
      }
    }
    if held >= lead.gpus {
      splitStarts.append(
        Field.SplitStart(
          start: start, end: end, gpus: lead.gpus, firstChunk: first, endChunk: chunks.count,
          surplus: Int64(clamping: surplus)))
    } else {
      chunks.removeLast(chunks.count - first)
    }
  }
}
