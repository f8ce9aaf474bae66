import ArgumentParser
import BrokerAPI
import Testing

@testable import sampan

/// From flags and files to the body that is sent.
@Suite struct ShapeTests {
  private func shape(_ arguments: String...) throws -> Shape {
    try ShapeOptions.parse(arguments).shape()
  }

  private var facts: MarketFacts {
    var facts = MarketFacts(now: present, currency: .hkd)
    facts.chips = ["h800-80g", "ascend-910b", "ascend-910c"]
    return facts
  }

  @Test("a start alone may slip by a day")
  func slack() throws {
    let quote = try shape("--gpus", "16", "--chip", "h800", "--for", "8h").resolved(facts)
    #expect(quote.kind == .block)
    #expect(quote.earliest == present)
    #expect(quote.latestEnd.milliseconds == present.milliseconds + 32 * 3_600_000)
    #expect(quote.alternatives == [Wire.QuoteAlternative(chip: "h800-80g", gpus: 16, quarters: 32)])
    #expect(quote.reclaim == .never)
  }

  @Test("a range of starts ends where the longest lease from its end does")
  func window() throws {
    let quote = try shape(
      "--gpus", "16", "--chip", "h800-80g", "--for", "3w", "--start", "2026-12-01..2026-12-10",
      "--or", "for=4w"
    ).resolved(facts)
    #expect(quote.earliest.text == "2026-12-01T00:00:00+08:00")
    #expect(quote.latestEnd.text == "2027-01-07T00:00:00+08:00")
  }

  @Test("a range of GPUs makes every alternative elastic")
  func elastic() throws {
    let quote = try shape(
      "--gpus", "4..16", "--chip", "h800-80g", "--for", "8h", "--max-price", "18.40",
      "--or", "chip=ascend-910b,gpus=96,max-price=HKD 4.20"
    ).resolved(facts)
    #expect(quote.kind == .elastic)
    #expect(
      quote.alternatives == [
        Wire.QuoteAlternative(
          chip: "h800-80g", gpus: 16, least: 4, quarters: 32, limit: WireMoney(.hkd, minor: 1_840)),
        Wire.QuoteAlternative(
          chip: "ascend-910b", gpus: 96, least: 96, quarters: 32,
          limit: WireMoney(.hkd, minor: 420)),
      ])
    #expect(try Wire.PlaceBid.read(quote.bid().json()).kind == .elastic)
  }

  @Test("what becomes of a lease that loses its place is said by flags or in the file, in words")
  func displaced() throws {
    let wanted = Wire.Displacement(maxGapQuarters: 8, move: .allowed, shrinkable: true)
    let flags = try shape(
      "--gpus", "16", "--chip", "h800", "--for", "8h", "--max-gap", "2h", "--shrinkable", "--move",
      "allowed")
    #expect(flags.ifDisplaced == wanted)
    #expect(
      wanted.words == "if its place is lost: up to 2 h later, with fewer GPUs, at another site")
    let file = """
      alternatives: [{chip: h800-80g, gpus: 16, maxPrice: 18.40}]
      for: 8h
      ifDisplaced: {maxGap: 2h, shrinkable: true, move: allowed}
      """
    #expect(try ShapeFile.parse(file, name: "bid.yaml").ifDisplaced == wanted)
    #expect(try shape("--gpus", "1", "--chip", "h800", "--for", "1h").ifDisplaced == nil)
    for bad in ["maxGap: 8d", "maxGap: 20m", "move: ask", "shrinkable: maybe", "gap: 2h"] {
      let text = file.replacing("maxGap: 2h, shrinkable: true, move: allowed", with: bad)
      #expect(throws: Failure.self) { try ShapeFile.parse(text, name: "bid.yaml") }
    }
    for bad in [["--max-gap", "8d"], ["--max-gap", "20m"], ["--move", "ask"]] {
      let flags = ["--gpus", "1", "--chip", "h800", "--for", "1h"] + bad
      #expect(throws: (any Error).self) { try ShapeOptions.parse(flags).shape() }
    }
  }

  @Test("nodes are as large as the sites say, and stay together")
  func nodes() throws {
    var facts = facts
    let wanted = try shape("--nodes", "2", "--chip", "h800-80g", "--for", "8h")
    #expect(try wanted.resolved(facts).alternatives.first?.gpus == 16)
    facts.offers = [offer("h800-80g", node: 4)]
    let quote = try wanted.resolved(facts)
    #expect(quote.alternatives.first?.gpus == 8)
    #expect(quote.together == 4)
    facts.offers.append(offer("h800-80g", node: 8))
    #expect(throws: TextFault.self) { try wanted.resolved(facts) }
  }

  @Test("where, how near and for which data travel as they were said")
  func places() throws {
    let quote = try shape(
      "--gpus", "8", "--chip", "h800-80g", "--for", "1h", "--in", "hk", "--in", "cn", "--not-site",
      "nansha-s", "--near", "hk", "--max-rtt", "5ms", "--rtt-price", "0.05", "--reclaim", "30m",
      "--exclusive", "--together", "8", "--data-class", "personal", "--label", "llama"
    ).resolved(facts)
    #expect(quote.where == Wire.Whereabouts(jurisdictions: [.hk, .cn], notSites: ["nansha-s"]))
    #expect(
      quote.near
        == Wire.Nearness(metro: "hk", pricePerMs: WireMoney(.hkd, minor: 5), maxMs: 5))
    #expect(quote.reclaim == .notice(minutes: 30))
    #expect(quote.exclusive == true)
    #expect(quote.together == 8)
    #expect(quote.dataClass == "personal")
    #expect(quote.label == "llama")
    let anywhere = try shape(
      "--gpus", "8", "--chip", "h800-80g", "--for", "1h", "--in", "any")
    #expect(try anywhere.resolved(facts).where == nil)
  }

  @Test(
    "flags that contradict each other, or lack something, are refused",
    arguments: [
      ["--chip", "h800-80g", "--for", "8h"],
      ["--gpus", "8", "--for", "8h"],
      ["--gpus", "8", "--chip", "h800-80g"],
      ["--gpus", "8", "--nodes", "1", "--chip", "h800-80g", "--for", "8h"],
      ["--gpus", "8", "--chip", "h800-80g", "--for", "8h", "--firm", "--reclaim", "30m"],
      ["--gpus", "8", "--chip", "h800-80g", "--for", "8h", "--or", "colour=red"],
      ["--gpus", "8", "--chip", "h800-80g", "--for", "8h", "--or", "chip"],
      ["-f", "bid.yaml", "--gpus", "8"],
    ])
  func contradictions(_ arguments: [String]) throws {
    let options = try ShapeOptions.parse(arguments)
    let failure = #expect(throws: Failure.self) { try options.shape() }
    #expect(failure?.exit == .usage)
  }

  @Test("a chip is known by the beginning of one name alone")
  func chips() throws {
    #expect(try facts.chip("h800") == "h800-80g")
    #expect(try facts.chip("ascend-910b") == "ascend-910b")
    #expect(throws: TextFault.self) { try facts.chip("ascend") }
    #expect(throws: TextFault.self) { try facts.chip("b200") }
  }

  @Test("a price in another currency than the account's is refused")
  func currency() throws {
    let wanted = try shape(
      "--gpus", "8", "--chip", "h800-80g", "--for", "8h", "--max-price", "CNY 9.00")
    #expect(throws: TextFault.self) { try wanted.resolved(facts) }
  }

  @Test("a bid needs a price for every alternative")
  func unpriced() throws {
    let quote = try shape("--gpus", "8", "--chip", "h800-80g", "--for", "8h").resolved(facts)
    #expect(throws: Failure.self) { try quote.bid() }
  }

  @Test("what is held is the dearest alternative; of extras only the hours that bind")
  func costs() throws {
    let quote = try shape(
      "--gpus", "4..16", "--chip", "h800-80g", "--for", "8h", "--max-price", "18.41",
      "--or", "chip=ascend-910b,gpus=1..2,for=15m"
    ).resolved(facts)
    let bid = try quote.bid()
    // 16 GPUs for 8 h; 4 for 8 h and 12 for 2 h.
    #expect(bid.costs(windowHours: 2)?.most == WireMoney(.hkd, minor: 16 * 8 * 1_841))
    #expect(
      bid.costs(windowHours: 2)?.held == WireMoney(.hkd, minor: (4 * 8 + 12 * 2) * 1_841))
    #expect(bid.costs(windowHours: 24)?.held == bid.costs(windowHours: 24)?.most)
    let small = try shape(
      "--gpus", "1", "--chip", "h800-80g", "--for", "15m", "--max-price", "0.05"
    ).resolved(facts).bid()
    #expect(small.costs(windowHours: 0)?.held == WireMoney(.hkd, minor: 2))
  }

  private func offer(_ chip: String, node: Int) -> Wire.Offer {
    let pool = Wire.OfferedPool(
      pool: "p\(node)", chip: chip, fabric: "ib", unit: node, node: node, reclaim: .never, spans: []
    )
    return Wire.Offer(
      site: "s\(node)", generation: 1, sellUntil: present, pools: [pool], publishedAt: present,
      position: Position(clamping: 1))
  }
}
