import Federation
import Testing

@Suite("What the seeds have seen")
struct CoverageTests {
  @Test("a thing that is never seen is named, unless there is a reason")
  func rule() throws {
    let rows: [(kind: String, name: String, count: Int, excuse: String?)] = [
      ("refusal", "seen", 3, nil), ("refusal", "made_up", 0, nil),
      ("refusal", "excused", 0, "another test draws it"), ("fault", "made-up-fault", 0, nil),
    ]
    #expect(Coverage.missing(rows) == ["made_up", "made-up-fault"])
    // No excuse stands for what is seen all the time: it would hide it when it is seen no more.
    #expect(Coverage().rows.filter { $0.kind != "refusal" }.allSatisfy { $0.excuse == nil })
  }

  @Test("nothing run is nothing seen, and what a run saw is missing no more")
  func runs() throws {
    let none = Coverage()
    #expect(none.missing.contains("bid-placed"))
    #expect(Fault.allCases.allSatisfy { none.missing.contains($0.rawValue) })
    #expect(Coverage.steps.allSatisfy { none.missing.contains($0) })
    #expect(none.rows.filter { $0.count == 0 && $0.excuse == nil }.count == none.missing.count)
    #expect(none.rows.contains { $0.excuse != nil })
    var run = SeedRun()
    _ = try run.add(FederationPlan(seed: 3, rounds: 2))
    #expect(!run.coverage.missing.contains("bid-placed"))
    #expect(run.coverage.missing.count < none.missing.count)
  }

  @Test("few seeds may miss something, many may not")
  func blind() throws {
    var run = SeedRun()
    _ = try run.add(FederationPlan(seed: 3, rounds: 1))
    #expect(!run.coverage.missing.isEmpty)
    #expect(!run.isBlind(from: 2))
    #expect(run.isBlind(from: 1))
  }
}
