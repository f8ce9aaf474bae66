import Units

/// An instance made ready for many passes: options flattened, and of each the starts from which its
/// firm part fits the capacity and gains at asks. Never changes once it is made.
///
/// Numbers are bounded so that everything about one bid, in 1/64 mHKD, stays inside `Int64`; totals
/// over bids are `Int128`. An option out of these bounds is never placed.
final class Field: Sendable {
  /// mHKD per GPU-hour; above the dearest price that `Bound.price` and `Bound.rateFactor` allow.
  static let priceLimit: Int64 = 1 << 36
  /// 1/64 mHKD per GPU-hour.
  static let dualLimit: Int64 = 1 << 42
  static let gpuLimit: Int64 = 1 << 24
  static let quarterLimit: Int64 = 1 << 18
  /// What one bid may be worth, mHKD times quarter GPU-hours: some 28 million million HKD.
  static let worthLimit: Int64 = 1 << 50

  let instance: Instance
  let placements: Placements
  let slots: Int
  let pools: Int
  /// The first slot in which no extras are sold.
  let extrasEnd: Int
  /// The first slot in which planned extras do not count in the objective.
  let windowEnd: Int
  let widths: Flat<Int64>
  /// By cell: pool * slots + slot.
  let capacity: Flat<Int64>
  /// The pool of each row of asks: first each pool's own, then one row a subsidy.
  let rowPools: [Int]
  /// What a bid of the row pays at least: row * slots + slot.
  let ask: Flat<Int64>
  /// Ask times width before each edge: row * (slots + 1) + edge.
  let askSums: Flat<Int64>
  let choices: Flat<Choice>
  /// Of each choice, what every look at it needs.
  let glances: Flat<Glance>
  /// The choices of each bid; those that can nowhere be placed are left out.
  let ranges: [Range<Int>]
  let runs: Flat<Run>
  /// The split starts of each bid; empty for other kinds.
  let splitRanges: [Range<Int>]
  let splitStarts: Flat<SplitStart>
  let chunks: Flat<Chunk>
  /// The extras of running leases, as tenants that always stand.
  let tenants: [Tenant]
  /// The order of arrival: by bid, then by tenant.
  let turns: Flat<Int32>

  /// One option, flattened.
  struct Choice: Sendable, BitwiseCopyable {
    var bid: Int
    var option: Int
    var pool: Int
    /// Its row of asks.
    var row: Int
    /// What a GPU-hour may cost.
    var value: Int64
    /// What a GPU-hour of the firm part counts in the objective: the value and the bonus. Extras
    /// count their value alone: moving a lease is dear for what was promised to it.
    var worth: Int64
    var gpus: Int64
    /// GPUs of the firm part; of a split: one unit.
    var firm: Int64
    /// GPUs beyond the base; 0 unless elastic.
    var room: Int64
    var unit: Int64
    var quarters: Int64
    /// The most that any of its columns gains at asks.
    var most: Int64
    var firstRun: Int
    var endRun: Int

    var runs: Range<Int> { firstRun..<endRun }
  }

  /// What is needed of a choice to price its columns, in half a line of the cache: very large rounds have
  /// more choices than a cache holds, and look at most of them in every pass.
  struct Glance: Sendable, BitwiseCopyable {
    /// 64 * worth * quarters; below 2^61.
    let gross: Int64
    let row: Int32
    let pool: Int32
    let firstRun: Int32
    let endRun: Int32
    let firm: Int32
    let isElastic: Bool

    init(_ choice: Choice) {
      gross = 64 &* choice.worth &* choice.quarters
      row = Int32(choice.row)
      pool = Int32(choice.pool)
      firstRun = Int32(choice.firstRun)
      endRun = Int32(choice.endRun)
      firm = Int32(choice.firm)
      isElastic = choice.room > 0
    }
  }

  /// Stretches, called columns, that begin one slot after another and are all of `span` slots.
  struct Run: Sendable, BitwiseCopyable {
    var start: Int32
    var count: Int32
    var span: Int32

    /// The first slots of its columns.
    @inline(__always) var starts: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
    /// Length of its columns in slots.
    @inline(__always) var length: Int { Int(span) }
    /// The slot before which its last column ends.
    @inline(__always) var end: Int { Int(start) + Int(count) + Int(span) - 1 }
  }

  /// A start of one alternative of a split bid, with what each pool could hold.
  struct SplitStart: Sendable, BitwiseCopyable {
    var start: Int
    var end: Int
    var gpus: Int64
    var firstChunk: Int
    var endChunk: Int
    /// Surplus at asks of the best filling.
    var surplus: Int64

    /// Best margin first, then by choice.
    var chunks: Range<Int> { firstChunk..<endChunk }
  }

  struct Chunk: Sendable, BitwiseCopyable {
    var choice: Int
    /// The most GPUs there, a multiple of the unit.
    var most: Int64
    /// Margin at asks of one GPU over the stretch.
    var margin: Int64
  }

  /// A part of a running lease's extras.
  struct Tenant: Sendable {
    /// Index in `Instance.running`.
    var lease: Int
    var pool: Int
    var row: Int
    var value: Int64
    /// The value, and the bonus of what is held.
    var worth: Int64
    var room: Int64
    var start: Int
    var end: Int
  }

  /// Nil when pools and grid do not fit together or are out of bounds.
  /// - Parameter losing: whether placements that lose at asks are listed too, for explanations.
  init?(_ instance: Instance, losing: Bool = false) {
    guard Field.sound(instance) else { return nil }
    self.instance = instance
    slots = instance.widths.count
    pools = instance.pools.count
    extrasEnd = min(max(0, instance.extrasEnd), slots)
    windowEnd = min(max(0, instance.windowEnd, instance.extrasEnd), slots)
    var maker = FieldMaker(instance, windowEnd: windowEnd, losing: losing)
    for bid in instance.bids.indices { maker.add(bid) }
    placements = maker.placements
    rowPools = maker.rowPools
    ranges = maker.ranges
    splitRanges = maker.splitRanges
    widths = Flat(instance.widths)
    capacity = Flat(maker.capacity)
    ask = Flat(maker.ask)
    askSums = Flat(maker.askSums)
    choices = Flat(maker.choices)
    glances = Flat(maker.choices.map(Glance.init))
    runs = Flat(maker.runs)
    splitStarts = Flat(maker.splitStarts)
    chunks = Flat(maker.chunks)
    tenants = Field.tenants(instance, extrasEnd: extrasEnd, windowEnd: windowEnd)
    turns = Flat(Field.turns(instance, tenants))
  }

  // MARK: Columns

  /// What one GPU of the choice gains at asks over a stretch, mHKD times quarter hours.
  @inline(__always)
  func margin(_ choice: Choice, _ start: Int, _ end: Int) -> Int64 {
    let edges = choice.row * (slots + 1)
    return choice.worth &* choice.quarters &- (askSums[edges + end] &- askSums[edges + start])
  }

  /// The same in money, without the bonus.
  func budget(_ choice: Choice, _ start: Int, _ end: Int) -> Int64 {
    let edges = choice.row * (slots + 1)
    return choice.value &* choice.quarters &- (askSums[edges + end] &- askSums[edges + start])
  }

  /// What an extra of the tenant counts in the slot. Its bonus never makes it take an hour that
  /// costs more than its value: 0 there.
  func gain(_ tenant: Tenant, _ slot: Int) -> Int64 {
    let ask = ask[tenant.row * slots + slot]
    return tenant.value < ask ? 0 : tenant.worth - ask
  }

  /// Calls for every column of the choice, ascending.
  func eachColumn(_ choice: Choice, _ body: (_ start: Int, _ end: Int) -> Void) {
    for index in choice.runs {
      let run = runs[index]
      for start in run.starts { body(start, start + run.length) }
    }
  }

  // MARK: Bounds

  private static func sound(_ instance: Instance) -> Bool {
    var total: Int64 = 0
    for width in instance.widths {
      guard width >= 1, width <= quarterLimit else { return false }
      total += width
      guard total <= quarterLimit else { return false }
    }
    let slots = instance.widths.count
    let pools = instance.pools.allSatisfy { pool in
      pool.capacity.count == slots && pool.ask.count == slots
        && pool.capacity.allSatisfy { (0...gpuLimit).contains($0) }
        && pool.ask.allSatisfy { (0...priceLimit).contains($0) }
    }
    guard pools else { return false }
    let subsidies = instance.subsidies.allSatisfy { subsidy in
      instance.pools.indices.contains(subsidy.pool) && subsidy.amount.count == slots
        && zip(subsidy.amount, instance.pools[subsidy.pool].ask).allSatisfy { 0 <= $0 && $0 <= $1 }
    }
    return subsidies && instance.running.allSatisfy { sound($0, instance) }
  }

  private static func sound(_ lease: Instance.Running, _ instance: Instance) -> Bool {
    guard instance.pools.indices.contains(lease.pool), (0...priceLimit / 2).contains(lease.value),
      (0...priceLimit / 2).contains(lease.bonus), (0...gpuLimit).contains(lease.room),
      (0...lease.room).contains(lease.held), lease.start >= 0, lease.start <= lease.end,
      lease.end <= instance.widths.count
    else { return false }
    guard let subsidy = lease.subsidy else { return true }
    return instance.subsidies.indices.contains(subsidy)
      && instance.subsidies[subsidy].pool == lease.pool
  }

  /// Whether the option may be placed at all; one worth less than nothing never is.
  static func sound(
    _ option: Instance.Option, _ instance: Instance, losing: Bool = false
  ) -> Bool {
    let least = losing ? -priceLimit : 0
    guard instance.pools.indices.contains(option.pool),
      (least...priceLimit).contains(option.value),
      (0...priceLimit).contains(option.bonus), (1...gpuLimit).contains(option.gpus),
      (0...option.gpus).contains(option.least), (1...gpuLimit).contains(option.unit),
      (1...quarterLimit).contains(option.quarters)
    else { return false }
    let (whole, over) = (option.value + option.bonus).multipliedReportingOverflow(
      by: option.gpus * option.quarters)
    guard !over, whole.magnitude <= UInt64(worthLimit) else { return false }
    guard let subsidy = option.subsidy else { return true }
    return instance.subsidies.indices.contains(subsidy)
      && instance.subsidies[subsidy].pool == option.pool
  }

  /// The row of asks that an option sees.
  static func row(_ option: Instance.Option, _ instance: Instance) -> Int {
    row(option.pool, option.subsidy, pools: instance.pools.count)
  }

  /// The row of asks of a pool, or of what a fund leaves of them: these stand after all pools.
  static func row(_ pool: Int, _ subsidy: Int?, pools: Int) -> Int {
    subsidy.map { pools + $0 } ?? pool
  }

  // MARK: Running leases

  private static func tenants(
    _ instance: Instance, extrasEnd: Int, windowEnd: Int
  ) -> [Tenant] {
    var tenants: [Tenant] = []
    for (index, lease) in instance.running.enumerated() {
      let row = row(lease.pool, lease.subsidy, pools: instance.pools.count)
      func add(_ bonus: Int64, _ room: Int64, _ start: Int, _ end: Int) {
        guard room > 0, start < end else { return }
        tenants.append(
          Tenant(
            lease: index, pool: lease.pool, row: row, value: lease.value,
            worth: lease.value + bonus, room: room, start: start, end: end))
      }
      let sold = max(lease.start, min(lease.end, extrasEnd))
      add(lease.bonus, lease.held, lease.start, sold)
      add(0, lease.room - lease.held, lease.start, sold)
      add(0, lease.room, sold, min(lease.end, windowEnd))
    }
    return tenants
  }

  private static func turns(_ instance: Instance, _ tenants: [Tenant]) -> [Int32] {
    let count = instance.bids.count
    let keys = instance.bids.map(\.seq) + tenants.map { instance.running[$0.lease].seq }
    var turns = [Int32](repeating: 0, count: keys.count)
    guard !tenants.isEmpty else { return (0..<Int32(count)).map { $0 } }
    let order = keys.indices.sorted { keys[$0] < keys[$1] || (keys[$0] == keys[$1] && $0 < $1) }
    for (turn, index) in order.enumerated() { turns[index] = Int32(turn) }
    return turns
  }
}
