import Placement
import Testing

private func option(quarters: Int64, earliest: Int, latestEnd: Int) -> Instance.Option {
  Instance.Option(
    alternative: 0, pool: 0, value: 1, gpus: 1, least: 1, unit: 1, quarters: quarters,
    earliest: earliest, latestEnd: latestEnd)
}

@Suite struct PlacementsTests {
  @Test("a stretch begins and ends on slot edges, so from some slots none begins")
  func unequalWidths() {
    let placements = Placements(widths: [1, 1, 2, 4, 4])
    let found = placements.stretches(of: option(quarters: 4, earliest: 0, latestEnd: 5))
    #expect(
      found == [
        Stretch(start: 0, end: 3), Stretch(start: 3, end: 4), Stretch(start: 4, end: 5),
      ])
  }

  @Test("no stretch leaves the window")
  func window() {
    let placements = Placements(widths: [4, 4, 4, 4])
    let found = placements.stretches(of: option(quarters: 8, earliest: 1, latestEnd: 3))
    #expect(found == [Stretch(start: 1, end: 3)])
    #expect(placements.stretches(of: option(quarters: 8, earliest: 2, latestEnd: 3)).isEmpty)
  }

  @Test("windows and lengths out of bounds have no stretch and do no harm")
  func hostile() {
    let placements = Placements(widths: [4, 4])
    for quarters in [Int64.min, -1, 0, 3, .max] {
      let wild = option(quarters: quarters, earliest: .min, latestEnd: .max)
      #expect(placements.stretches(of: wild).isEmpty)
      for start in [Int.min, -1, 0, 1, 2, .max] {
        #expect(placements.end(of: wild, from: start) == nil)
      }
    }
    #expect(
      Placements(widths: []).stretches(of: option(quarters: 4, earliest: 0, latestEnd: 9)).isEmpty)
  }

  @Test("the list and the single question agree with the definition")
  func agree() {
    for seed in seeds(60) {
      let instance = round(seed, .small)
      let placements = Placements(widths: instance.widths)
      for bid in instance.bids {
        for option in bid.options {
          let plain = Reference(instance: instance).stretches(option)
          #expect(
            placements.stretches(of: option)
              == plain.map { Stretch(start: $0.start, end: $0.end) }, "seed \(seed)")
          for start in -1...instance.widths.count {
            #expect(
              placements.end(of: option, from: start) == plain.first { $0.start == start }?.end,
              "seed \(seed)")
          }
        }
      }
    }
  }
}
