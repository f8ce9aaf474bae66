import Placement
import Testing

/// One pool of four GPUs at 1,000 and a running lease that holds three of them.
private func round(bonus: Int64 = 20, value: Int64 = 1_500, held: Int64 = 3) -> Instance {
  var instance = Instance()
  instance.widths = [4, 4]
  instance.extrasEnd = 1
  instance.windowEnd = 1
  instance.pools = [Instance.Pool(capacity: [4, 4], ask: [1_000, 1_000])]
  instance.running = [
    Instance.Running(
      seq: 1, pool: 0, value: value, room: 3, held: held, bonus: bonus, start: 0, end: 2)
  ]
  return instance
}

/// Somebody else who would like three or four GPUs in the first slot.
private func challenger(
  _ kind: Instance.Kind, _ value: Int64, bonus: Int64 = 0
) -> Instance.Bid {
  let option = Instance.Option(
    alternative: 0, pool: 0, value: value, bonus: bonus, gpus: 4,
    least: kind == .elastic ? 1 : 4, unit: 1, quarters: 4, earliest: 0, latestEnd: 1)
  return Instance.Bid(seq: 2, kind: kind, options: [option])
}

private func cleared(_ instance: Instance) -> Clearing {
  let clearing = Engine.clear(instance, iterations: 50)
  #expect(ClearingCheck.fault(instance, clearing) == nil)
  #expect(Reference(instance: instance).optimum() == clearing.welfare)
  return clearing
}

/// What running leases hold ranks higher by kappa (clearing.md, 1.5).
@Suite struct KappaTests {
  @Test("an elastic challenger within kappa takes no held GPU, above kappa it takes them")
  func elastic() {
    for (value, kept) in [(1_480, 3), (1_519, 3), (1_521, 0), (2_000, 0)] as [(Int64, Int64)] {
      var instance = round()
      instance.bids = [challenger(.elastic, value)]
      let clearing = cleared(instance)
      #expect(clearing.fills.count == 1)
      #expect(clearing.extras.first?.first?.gpus ?? 0 == kept, "challenger at \(value)")
      #expect(clearing.fills.first?.extras.first?.gpus ?? 0 == 3 - kept)
    }
  }

  @Test("a tie within the rank goes to who came first")
  func tie() {
    var instance = round()
    instance.bids = [challenger(.elastic, 1_520)]
    #expect(cleared(instance).extras == [[Fill.Extra(slot: 0, gpus: 3)]])
    instance.running[0].seq = 3
    #expect(cleared(instance).extras.isEmpty)
  }

  @Test("a block must outbid what it pushes out by kappa")
  func block() {
    // It needs three held GPUs and one that is free: it gains 4 * 500 for what three * 520 lose.
    for (value, wins) in [(1_389, false), (1_391, true)] as [(Int64, Bool)] {
      var instance = round()
      instance.bids = [challenger(.block, value)]
      #expect(cleared(instance).fills.isEmpty == !wins, "challenger at \(value)")
    }
  }

  @Test("only what is held ranks higher: GPUs beyond it go by value")
  func beyondHeld() {
    var instance = round(held: 1)
    instance.bids = [challenger(.elastic, 1_510)]
    let clearing = cleared(instance)
    #expect(clearing.extras == [[Fill.Extra(slot: 0, gpus: 1)]])
    #expect(clearing.fills.first?.extras == [Fill.Extra(slot: 0, gpus: 2)])
  }

  @Test("kappa ranks, but buys nothing: an hour above its value is not sold to anyone")
  func neverAboveValue() {
    for (value, gpus) in [(999, 0), (1_000, 3), (1_001, 3)] as [(Int64, Int64)] {
      let clearing = cleared(round(value: value))
      #expect(clearing.extras.first?.first?.gpus ?? 0 == gpus, "value \(value)")
      #expect(clearing.congestion == [[0, 0]])
    }
  }

  @Test("what it keeps by kappa alone costs no more than its value")
  func ceiling() {
    var instance = round()
    instance.bids = [challenger(.elastic, 1_519)]
    var clearing = cleared(instance)
    #expect(clearing.congestion[0][0] <= 500)
    // Duals as high as one likes: the price stays at the value of the lease.
    clearing.duals[0][0] = 64 * 519
    let prices = Pricing.congestion(
      instance, clearing.fills, extras: clearing.extras, clearing.duals)
    #expect(prices == [[500, 0]])
  }

  @Test("a moved lease is put back before a newcomer of the same value, and pays no more for it")
  func moved() {
    var instance = round()
    instance.running = []
    instance.bids = [challenger(.block, 1_510), challenger(.block, 1_500, bonus: 20)]
    instance.bids[0].seq = 1
    #expect(cleared(instance).fills.map(\.bid) == [1])
    instance.bids[0].options[0].value = 1_521
    #expect(cleared(instance).fills.map(\.bid) == [0])
    // It never pays more than its value, nor takes what costs more than that.
    instance.bids.removeFirst()
    instance.bids[0].options[0].value = 995
    #expect(cleared(instance).fills.isEmpty)
    instance.bids[0].options[0].value = 1_000
    var clearing = cleared(instance)
    #expect(clearing.fills.count == 1)
    clearing.duals = [[64 * 20, 0]]
    #expect(Pricing.congestion(instance, clearing.fills, clearing.duals) == [[0, 0]])
  }
}
