import LedgerFixture
import Market
import Seeded
import Testing

/// Why these bids and these prices: anybody can compute it again, with none of this code.
struct RoundPriceTests {
  /// Rounds with much refused; with awards by both rules; and of a crowd.
  private static func files() throws -> [RoundFile] {
    var fair = try Fair(seed: 43, remembers: true)
    for _ in 0..<800 { try fair.step() }
    return try RoundFileTests.busyRounds() + RoundShareTests.rounds(.share, seed: 4)
      + RoundShareTests.rounds(.spare, seed: 4) + RoundFile.all(of: fair.exchange.log)
  }

  @Test("The second checker makes the same prices, and finds nobody whom there was room for")
  func accepted() throws {
    guard try RoundFile.checkerRuns() else { return }
    let files = try Self.files()
    for (file, verdict) in zip(files, try RoundFile.check(files, prices: true)) {
      #expect(verdict.accepted, "round \(file.round): \(verdict.text)")
    }
  }

  @Test("It refuses a price that is one step off")
  func steps() throws {
    guard try RoundFile.checkerRuns() else { return }
    var lies: [RoundFile] = []
    for file in try Self.files() {
      let text = file.text
      guard let from = text.firstRange(of: "\"congestion\":"),
        let to = text.firstRange(of: "\"duals\":")
      else { continue }
      let prices = text[from.lowerBound..<to.lowerBound].matches(of: /"value":(\d+)/)
      for (index, match) in prices.enumerated() {
        let number = match.output.1
        var lie = file
        let changed = (Int64(number) ?? 0) + (index % 2 == 0 ? 1 : -1)
        lie.bytes = Array(
          (text[..<number.startIndex] + "\(changed)" + text[number.endIndex...]).utf8)
        lies.append(lie)
      }
    }
    #expect(lies.count > 40, "\(lies.count)")
    for verdict in try RoundFile.check(lies, prices: true) {
      #expect(verdict.text.contains("by the rule") || verdict.text.contains("off the grid"))
      #expect(!verdict.accepted, "\(verdict.text)")
    }
  }

  @Test("It refuses a round that leaves out somebody who won")
  func winners() throws {
    guard try RoundFile.checkerRuns() else { return }
    var lies: [RoundFile] = []
    for file in try Self.files() {
      let text = file.text
      for match in text.matches(
        of: /\{"bid":\d+,"extras":\[\],"parts":\[[^\]]*\],"start":\d+\},/)
      {
        var lie = file
        lie.bytes = Array(
          (text[..<match.range.lowerBound] + text[match.range.upperBound...]).utf8)
        lies.append(lie)
      }
    }
    #expect(lies.count > 40, "\(lies.count)")
    let verdicts = try RoundFile.check(lies, prices: true)
    for verdict in verdicts { #expect(!verdict.accepted, "\(verdict.text)") }
    for why in ["could be added with gain", "its best of what is left"] {
      #expect(verdicts.contains { $0.text.contains(why) }, "\(why)")
    }
  }
}
