import Leases
import Ledger
import LedgerFixture
import Market
import Seeded
import Testing
import Units

@Suite struct BudgetTests {
  private static func budget(
    _ party: String = "hku", _ project: String? = nil, money: Int64? = nil, hours: Int64? = nil,
    carry: Int64 = 0, grace: Int64 = 0
  ) -> Budget {
    var budget = Budget()
    budget.party = party
    budget.project = project
    budget.money = money
    budget.gpuTime = hours.map { $0 * Span.hour }
    budget.carryPermille = carry
    budget.gracePermille = grace
    return budget
  }

  /// A market in which `hku` has a manager and a project.
  private static func hall() throws -> (Hall, manager: String) {
    var hall = try Hall()
    let manager = try hall.exchange.add("hku", [.manager])
    var project = Project()
    project.party = "hku"
    project.project = "llama"
    _ = try Exchange.accepted(try hall.exchange.decree(.addProject(project)))
    return (hall, manager)
  }

  private static func set(_ hall: inout Hall, _ manager: String, _ budget: Budget) throws {
    _ = try Exchange.accepted(
      try hall.exchange.send(.setBudget(budget), by: manager, as: .manager))
  }

  private static func place(_ hall: inout Hall, _ terms: BidTerms) throws -> Refusal? {
    Exchange.refusal(try hall.exchange.send(.placeBid(terms), by: hall.hku, as: .trader))
  }

  private static func month(_ hall: Hall, _ project: String? = nil) throws -> BudgetMonth {
    let rows = hall.exchange.state.budgetMonths(of: "hku")
    let row = try #require(rows.first { $0.key.project == project })
    return try #require(row.months.first)
  }

  @Test("a bid is refused when it could take the month past its limit, by money or by GPU-hours")
  func door() throws {
    var (hall, manager) = try Self.hall()
    // 8 GPUs x 4 h at HKD 20.00 at most: HKD 640.00, 32 GPU-hours.
    try Self.set(&hall, manager, Self.budget(money: 64_000 * 2 - 1, hours: 64))
    #expect(try Self.place(&hall, hall.block()) == nil)
    #expect(try Self.place(&hall, hall.block()) == .budgetMoneySpent)
    try Self.set(&hall, manager, Self.budget(money: 64_000 * 2, hours: 63))
    #expect(try Self.place(&hall, hall.block()) == .budgetHoursSpent)
    try Self.set(&hall, manager, Self.budget(money: 64_000 * 2, hours: 64))
    #expect(try Self.place(&hall, hall.block()) == nil)
    #expect(try Self.place(&hall, hall.block(1, quarters: 1, limit: 1)) == .budgetHoursSpent)
    // Another tenant has nothing to do with it.
    try hall.bid(hall.block(), by: hall.thu)
    // Without limits the budget ends.
    try Self.set(&hall, manager, Self.budget())
    #expect(try Self.place(&hall, hall.block(1, quarters: 1, limit: 1)) == nil)
  }

  /// So much of the month's money counts at the door.
  private static func isUsed(_ hall: Hall, _ manager: String, _ money: Int64) throws {
    for (spare, refusal) in [(-1, .budgetMoneySpent), (0, nil)] as [(Int64, Refusal?)] {
      var hall = hall
      try set(&hall, manager, budget(money: money + 1_500 + spare))
      #expect(try place(&hall, april(hall, hours: 1)) == refusal)
    }
  }

  @Test("what a bid holds of a budget becomes what its lease costs, then what was charged")
  func life() throws {
    var (hall, manager) = try Self.hall()
    try Self.set(&hall, manager, Self.budget(money: 1_000_000))
    let lease = try hall.leased(hall.block().at("hk"), by: hall.hku)
    var month = try Self.month(hall)
    #expect(month.open == .none && month.spent == .none)
    #expect(month.planned == Amounts(money: 32_320, gpuTime: Int128(32 * Span.hour)))
    try Self.isUsed(hall, manager, 32_320)
    hall.exchange.time = lease.end
    // Half of it is delivered.
    try hall.exchange.deliver(lease, to: lease.start + 2 * Span.hour, agent: hall.hk)
    hall.exchange.time += Rules().settleGrace + Span.hour
    try hall.exchange.lead()
    month = try Self.month(hall)
    #expect(month.planned == .none)
    #expect(month.spent == Amounts(money: 16_160, gpuTime: Int128(16 * Span.hour)))
    try Self.isUsed(hall, manager, 16_160)
    // What is given back leaves the budget, too.
    var terms = CorrectionTerms()
    terms.day = MarketCalendar.day(of: lease.start)
    terms.lease = lease.id
    terms.delivered = 0
    terms.reference = String(repeating: "0", count: 64)
    _ = try Exchange.accepted(try hall.exchange.decree(.correctCharge(terms)))
    #expect(try Self.month(hall).spent == .none)
  }

  @Test("a bid that ends unfilled frees the budget; one that is marked to end does not yet")
  func freed() throws {
    var (hall, manager) = try Self.hall()
    try Self.set(&hall, manager, Self.budget(hours: 32))
    let number = try hall.bid(hall.block(limit: 900), by: hall.hku)
    try hall.exchange.close()
    try hall.exchange.send(.cancelBid(Numbered(number)), by: hall.hku, as: .trader)
    #expect(try Self.place(&hall, hall.block()) == .budgetHoursSpent)
    try hall.exchange.lead()
    #expect(try Self.place(&hall, hall.block()) == nil)
  }

  @Test("a bid of a project counts against the project and the tenant, others against the tenant")
  func projects() throws {
    var (hall, manager) = try Self.hall()
    try Self.set(&hall, manager, Self.budget(hours: 96))
    try Self.set(&hall, manager, Self.budget("hku", "llama", hours: 40))
    var own = hall.block()
    own.project = "llama"
    #expect(try Self.place(&hall, own) == nil)
    #expect(try Self.place(&hall, own) == .budgetHoursSpent)
    #expect(try Self.place(&hall, hall.block()) == nil)
    #expect(try Self.place(&hall, hall.block()) == nil)
    #expect(try Self.place(&hall, hall.block()) == .budgetHoursSpent)
    own.project = "mixtral"
    #expect(try Self.place(&hall, own) == .unknownProject)
    #expect(try Self.month(hall, "llama").open.gpuTime == Int128(32 * Span.hour))
    #expect(try Self.month(hall).open.gpuTime == Int128(96 * Span.hour))
  }

  /// A Hall whose first month has been lived through: so many GPU-hours were charged in March.
  private static func march(
    hours: Int64, _ budget: Budget
  ) throws -> (Hall, manager: String) {
    var (hall, manager) = try Self.hall()
    try Self.set(&hall, manager, budget)
    if hours > 0 {
      let lease = try hall.leased(
        hall.block(4, quarters: hours, limit: 1_500).at("hk"), by: hall.hku)
      hall.exchange.time = lease.end
      try hall.exchange.deliver(lease, agent: hall.hk)
      try hall.exchange.lead()
    }
    // 2026-04-02 at +08:00.
    try later(&hall, Exchange.monday + 31 * Span.day)
    return (hall, manager)
  }

  /// Goes on to a time; an entry tells the ledger.
  private static func later(_ hall: inout Hall, _ time: Int64) throws {
    hall.exchange.time = time
    try hall.exchange.send(.cancelBid(Numbered(0)), by: hall.hku, as: .trader)
  }

  private static func april(_ hall: Hall, hours: Int64) -> BidTerms {
    var terms = hall.block(4, quarters: hours, limit: 1_500)
    terms.earliest = hall.exchange.time + Span.hour
    terms.latestEnd = terms.earliest + 2 * Span.day
    return terms
  }

  @Test("what is left of a month is carried as far as the budget says, and no further")
  func carried() throws {
    for (carry, most) in [(Int64(0), Int64(40)), (250, 50), (1_000, 60)] {
      let (march, _) = try Self.march(hours: 20, Self.budget(hours: 40, carry: carry))
      var over = march
      #expect(try Self.place(&over, Self.april(over, hours: most + 1)) == .budgetHoursSpent)
      var hall = march
      #expect(try Self.place(&hall, Self.april(hall, hours: most)) == nil)
    }
  }

  @Test("grace lets a month pass its limit, and the next one pays for it")
  func grace() throws {
    let budget = Self.budget(hours: 40, grace: 250)
    let (none, _) = try Self.march(hours: 0, budget)
    var early = none
    #expect(try Self.place(&early, Self.april(early, hours: 51)) == .budgetHoursSpent)
    #expect(try Self.place(&early, Self.april(early, hours: 50)) == nil)
    // 48 of 40 in March: 8 are missing in April, whose own grace is there again.
    var (hall, _) = try Self.march(hours: 48, budget)
    #expect(try Self.month(hall).carried.gpuTime == -Int128(8 * Span.hour))
    #expect(try Self.place(&hall, Self.april(hall, hours: 43)) == .budgetHoursSpent)
    #expect(try Self.place(&hall, Self.april(hall, hours: 42)) == nil)
  }

  @Test("months that are long over are folded into what they carry; nothing else changes")
  func folded() throws {
    var (hall, _) = try Self.march(hours: 30, Self.budget(hours: 40, carry: 500))
    let kept = try Self.month(hall).carried
    #expect(kept.gpuTime == Int128(10 * Span.hour))
    // Ten quiet months: all that can be carried is.
    try Self.later(&hall, hall.exchange.time + 300 * Span.day)
    #expect(try Self.month(hall).carried.gpuTime == Int128(20 * Span.hour))
    let lease = try hall.leased(Self.april(hall, hours: 60), by: hall.hku)
    hall.exchange.time = lease.end
    try hall.exchange.deliver(lease, agent: lease.site == "hk" ? hall.hk : hall.sz)
    try hall.exchange.lead()
    let spending = hall.exchange.state.spending.values.first { $0.project == nil }
    #expect(spending?.months.count == 1)
    #expect(try Self.month(hall).spent.gpuTime == Int128(60 * Span.hour))
    #expect(try Self.month(hall).carried.gpuTime == Int128(20 * Span.hour))
  }

  @Test("what is folded together is carried on, month by month")
  func foldedDebt() {
    var budget = Self.budget(money: 4_000, hours: 40, grace: 1_000)
    budget.carryPermille = 1_000
    let standing = StandingBudget(budget, since: 202_611)
    var spending = Spending()
    spending.since = 202_611
    // 80 of 40 in November; in the months that follow all that is allowed.
    for (month, hours) in [(202_611, 80), (202_612, 40), (202_701, 40)] as [(Int64, Int64)] {
      spending.add(
        Amounts(money: Int128(hours * 100), gpuTime: Int128(hours * Span.hour)), in: month)
    }
    func carried() -> Amounts { spending.carried(into: 202_702, standing) { _ in .none } }
    let debt = Amounts(money: -4_000, gpuTime: -Int128(40 * Span.hour))
    #expect(carried() == debt)
    spending.roll(to: 202_702, standing) { _ in .none }
    #expect(spending.since == 202_612 && spending.months.map(\.month) == [202_612, 202_701])
    #expect(carried() == debt)
    // A late correction of a month that is closed counts in the first that is open.
    spending.add(Amounts(money: -1_000), in: 202_611)
    #expect(carried().money == -3_000)
  }

  @Test("of a lease over two days the charged one is no longer planned; of a lost one, the rest")
  func charged() throws {
    var (hall, _) = try Self.hall()
    let lease = try hall.leased(
      .block(
        8, quarters: 96, limit: 2_000, from: Hall.start + Span.hour,
        until: Hall.start + 2 * Span.day
      )
      .at("hk"), by: hall.hku)
    let whole = Int128(8 * 24 * Span.hour)
    #expect(try Self.month(hall).planned.gpuTime == whole)
    hall.exchange.time = MarketCalendar.start(ofDay: MarketCalendar.day(of: lease.start) + 1)
    try hall.exchange.deliver(lease, to: hall.exchange.time, agent: hall.hk)
    hall.exchange.time += Span.hour
    try hall.exchange.lead()
    let month = try Self.month(hall)
    let day = Int128(8 * (hall.exchange.time - Span.hour - lease.start))
    #expect(month.spent.gpuTime == day && month.planned.gpuTime == whole - day)
    var terms = ReclaimTerms()
    terms.site = "hk"
    terms.pool = "a"
    terms.gpus = 16
    terms.from = hall.exchange.time + 2 * Span.hour
    terms.to = lease.end
    _ = try Exchange.accepted(
      try hall.exchange.send(.reclaimCapacity(terms), by: hall.hk, as: .agent))
    #expect(try Self.month(hall).planned.gpuTime == Int128(8 * 3 * Span.hour))
  }

  @Test("a bid over the end of a month needs room in each month for what fits into it")
  func overTheEnd() throws {
    var (hall, manager) = try Self.hall()
    // 2026-03-31 12:00 at +08:00: twelve hours are left of March.
    hall.exchange.time = Exchange.monday + 29 * Span.day + 12 * Span.hour
    var terms = hall.block(4, quarters: 4 * 20, limit: 1_000)
    terms.earliest = hall.exchange.time
    terms.latestEnd = hall.exchange.time + 24 * Span.hour
    try Self.set(&hall, manager, Self.budget(hours: 47))
    #expect(try Self.place(&hall, terms) == .budgetHoursSpent)
    try Self.set(&hall, manager, Self.budget(hours: 48))
    // Twenty hours do not fit into either half: twelve of each are set aside.
    #expect(try Self.place(&hall, terms) == nil)
    let months = hall.exchange.state.budgetMonths(of: "hku")[0].months
    #expect(months.map(\.open.gpuTime) == [Int128(48 * Span.hour), Int128(48 * Span.hour)])
    #expect(MarketCalendar.start(ofMonth: months[1].month) == Exchange.monday + 30 * Span.day)
  }

  @Test("a manager sets the budgets of its own tenant alone, and a trader none")
  func whose() throws {
    var (hall, manager) = try Self.hall()
    let foreign = try hall.exchange.send(
      .setBudget(Self.budget("thu", hours: 1)), by: manager, as: .manager)
    #expect(Exchange.refusal(foreign) == .notYours)
    let trader = try hall.exchange.send(
      .setBudget(Self.budget(hours: 1)), by: hall.hku, as: .trader)
    #expect(Exchange.refusal(trader) == .roleNotAllowed)
    let unknown = try hall.exchange.send(
      .setBudget(Self.budget("hku", "mixtral", hours: 1)), by: manager, as: .manager)
    #expect(Exchange.refusal(unknown) == .unknownProject)
  }

  @Test("whatever happens, plans and spending are what bids, leases and charges say")
  func sums() throws {
    let count = cases(4_000)
    var seed: UInt64 = 11
    var done = 0
    while done < count {
      var fair = try Fair(seed: seed)
      let steps = min(count - done, 20_000)
      var ledger: [BudgetKey: Amounts] = [:]
      for step in 1...steps {
        try fair.step { events, state in
          for event in events {
            switch event {
            case .charged(let charge):
              let amounts = Amounts(
                money: Int128(charge.tenant + charge.fee),
                gpuTime: Int128(charge.delivered + charge.forgone))
              for key in Self.keys(charge.lease, state) {
                ledger[key, default: .none] = ledger[key, default: .none] + amounts
              }
            case .corrected(let correction):
              let amounts = Amounts(
                money: Int128(correction.tenant + correction.fee),
                gpuTime: Int128(correction.delivered))
              for key in Self.keys(correction.lease, state) {
                ledger[key, default: .none] = ledger[key, default: .none] - amounts
              }
            default: break
            }
          }
        }
        guard step.isMultiple(of: 500) || step == steps else { continue }
        let state = fair.exchange.state
        // A state that comes back from its bytes has its plans from bids and leases alone.
        let again = try FieldCodec.decode(LedgerState.self, from: FieldCodec.encode(state))
        for party in state.parties.keys {
          let (left, right) = (state.budgetMonths(of: party), again.budgetMonths(of: party))
          #expect(left.map(\.months) == right.map(\.months), "seed \(seed), step \(step)")
          #expect(left.allSatisfy { $0.months.allSatisfy { $0.open.money >= 0 } })
          #expect(left.allSatisfy { $0.months.allSatisfy { $0.planned.money >= 0 } })
        }
      }
      for (key, amounts) in ledger {
        let spending = fair.exchange.state.spending[key]
        let months = spending?.months ?? []
        // The fair lasts less than the months that stay open.
        #expect(months.reduce(0) { $0 + Int128($1.money) } == amounts.money, "seed \(seed)")
        #expect(months.reduce(0) { $0 + Int128($1.gpuTime) } == amounts.gpuTime, "seed \(seed)")
      }
      #expect(!ledger.isEmpty, "seed \(seed)")
      done += steps
      seed += 1
    }
  }

  private static func keys(_ lease: String, _ state: LedgerState) -> [BudgetKey] {
    guard let key = LeaseKey(lease), let past = state.charged[key] else { return [] }
    let whole = BudgetKey(party: past.party, project: nil)
    return past.project.map { [whole, BudgetKey(party: past.party, project: $0)] } ?? [whole]
  }
}
