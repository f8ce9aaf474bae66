import Placement
import Testing

/// Small changes of what an outcome says. Each leaves the rest as it was, so that only the rule that
/// it breaks can refuse it.
private enum Change: CaseIterable {
  case welfare, bound, congestion, dual, iterations
  case fillGone, fillTwice, fillsSwapped, otherBid, start, option
  case partGrows, partShrinks, partGone, partMoves, partTwice
  case extraGrows, extraShrinks, extraGone, extraMoves, extraAdded
  case soldGrows, soldShrinks, soldGone, soldMoves, soldAdded, soldRowGone, soldRowAdded
  case soldToAnother

  /// False when the outcome has nothing that could be changed so.
  func make(_ clearing: inout Clearing, _ instance: Instance, _ source: inout Source) -> Bool {
    let pool = source.index(instance.pools.count)
    let slot = source.index(instance.widths.count)
    let sign: Int64 = source.chance(50) ? 1 : -1
    switch self {
    case .welfare: clearing.welfare += sign * source.number(1...9)
    case .bound: clearing.bound += sign * source.number(1...9)
    case .congestion: clearing.congestion[pool][slot] += sign
    case .dual: clearing.duals[pool][slot] += sign * [1, 64, 6_400][source.index(3)]
    case .iterations: clearing.iterations = -1
    case .soldGrows, .soldShrinks, .soldGone, .soldMoves, .soldAdded, .soldRowGone,
      .soldRowAdded, .soldToAnother:
      return sold(&clearing, instance, slot, &source)
    default:
      guard !clearing.fills.isEmpty else { return false }
      return fill(&clearing, source.index(clearing.fills.count), instance, slot, &source)
    }
    return true
  }

  private func fill(
    _ clearing: inout Clearing, _ at: Int, _ instance: Instance, _ slot: Int,
    _ source: inout Source
  ) -> Bool {
    let fill = clearing.fills[at]
    let part = source.index(fill.parts.count)
    switch self {
    case .fillGone: clearing.fills.remove(at: at)
    case .fillTwice: clearing.fills.insert(fill, at: at)
    case .fillsSwapped:
      guard at > 0 else { return false }
      clearing.fills.swapAt(at, at - 1)
    case .otherBid: clearing.fills[at].bid = source.index(instance.bids.count)
    case .start: clearing.fills[at].start = slot
    case .option:
      clearing.fills[at].parts[part].option = source.index(instance.bids[fill.bid].options.count)
    case .partGrows: clearing.fills[at].parts[part].gpus += source.number(1...3)
    case .partShrinks: clearing.fills[at].parts[part].gpus -= source.number(1...3)
    case .partGone: clearing.fills[at].parts.remove(at: part)
    case .partMoves:
      guard fill.parts.count > 1, part > 0 else { return false }
      let unit = instance.bids[fill.bid].options[fill.parts[part].option].unit
      clearing.fills[at].parts[part].gpus -= unit
      clearing.fills[at].parts[part - 1].gpus += unit
    case .partTwice: clearing.fills[at].parts.append(fill.parts[part])
    case .extraAdded:
      clearing.fills[at].extras.append(Fill.Extra(slot: slot, gpus: 1))
      clearing.fills[at].extras.sort { $0.slot < $1.slot }
    default: return Self.change(&clearing.fills[at].extras, as: self, slot, &source)
    }
    return true
  }

  private func sold(
    _ clearing: inout Clearing, _ instance: Instance, _ slot: Int, _ source: inout Source
  ) -> Bool {
    let leases = instance.running.count
    switch self {
    case .soldRowAdded:
      clearing.extras.append([])
      return true
    case .soldAdded:
      guard leases > 0 else { return false }
      if clearing.extras.isEmpty { clearing.extras = instance.running.map { _ in [] } }
      let lease = source.index(leases)
      clearing.extras[lease].append(Fill.Extra(slot: slot, gpus: 1))
      clearing.extras[lease].sort { $0.slot < $1.slot }
      return true
    default: break
    }
    guard !clearing.extras.isEmpty else { return false }
    let lease = source.index(clearing.extras.count)
    switch self {
    case .soldRowGone: clearing.extras.remove(at: lease)
    case .soldToAnother:
      let other = source.index(clearing.extras.count)
      guard clearing.extras[lease] != clearing.extras[other] else { return false }
      clearing.extras.swapAt(lease, other)
    default: return Self.change(&clearing.extras[lease], as: self, slot, &source)
    }
    return true
  }

  private static func change(
    _ extras: inout [Fill.Extra], as change: Change, _ slot: Int, _ source: inout Source
  ) -> Bool {
    guard !extras.isEmpty else { return false }
    let extra = source.index(extras.count)
    switch change {
    case .extraGrows, .soldGrows: extras[extra].gpus += source.number(1...3)
    case .extraShrinks, .soldShrinks: extras[extra].gpus -= source.number(1...3)
    case .extraGone, .soldGone: extras.remove(at: extra)
    case .extraMoves, .soldMoves:
      guard extras[extra].slot != slot else { return false }
      extras[extra].slot = slot
    default: return false
    }
    return true
  }
}

@Suite struct MutationTests {
  @Test("nothing but a valid clearing passes, however it was changed")
  func everyField() {
    var made: [Change: Int] = [:]
    var alike = 0
    for seed in seeds(120) {
      var instance = round(seed, seed % 3 == 0 ? .small : .tiny)
      instance.spare = seed % 5 == 4
      let clearing = Engine.clear(instance, iterations: 10)
      var source = Source(seed)
      for change in Change.allCases {
        for _ in 0..<3 {
          var changed = clearing
          guard change.make(&changed, instance, &source), changed != clearing else { continue }
          made[change, default: 0] += 1
          guard ClearingCheck.fault(instance, changed) == nil else { continue }
          // Other duals that prove the same bound and make the same prices are as good.
          alike += 1
          changed.duals = clearing.duals
          #expect(sameTrades(changed, clearing, instance), "\(change) seed \(seed)")
        }
      }
    }
    for change in Change.allCases { #expect(made[change, default: 0] > 0, "\(change) never made") }
    let all = made.values.reduce(0, +)
    print(
      "of \(all) changed outcomes, of \(Change.allCases.count) sorts, \(all - alike) were refused;",
      "\(alike) have other duals that prove the same, or move a base of no GPUs")
  }

  /// Equal but for where a base of no GPUs stands whose extras are the same: nothing is traded by it.
  private func sameTrades(_ one: Clearing, _ other: Clearing, _ instance: Instance) -> Bool {
    func plain(_ clearing: Clearing) -> Clearing {
      var plain = clearing
      for fill in plain.fills.indices where plain.fills[fill].parts.allSatisfy({ $0.gpus == 0 }) {
        plain.fills[fill].start = 0
      }
      plain.fills.removeAll { $0.extras.isEmpty && $0.parts.allSatisfy { $0.gpus == 0 } }
      return plain
    }
    return plain(one) == plain(other)
  }

  @Test("a lease that is told twice of the same slot, or of slots in another order, is refused")
  func order() throws {
    var found = 0
    for seed in seeds(150) {
      let instance = round(seed, .tiny)
      let clearing = Engine.clear(instance, iterations: 10)
      guard let lease = clearing.extras.firstIndex(where: { $0.count > 1 }) else { continue }
      found += 1
      var changed = clearing
      changed.extras[lease].reverse()
      #expect(ClearingCheck.fault(instance, changed) == .extrasOrder, "seed \(seed)")
      changed = clearing
      let first = changed.extras[lease][0]
      guard first.gpus > 1 else { continue }
      changed.extras[lease][0].gpus = 1
      changed.extras[lease].insert(Fill.Extra(slot: first.slot, gpus: first.gpus - 1), at: 0)
      #expect(ClearingCheck.fault(instance, changed) == .extrasOrder, "seed \(seed)")
    }
    #expect(found > 0)
  }
}
