import Ledger
import Market
import Placement
import Testing
import Units

@Suite struct ProofRecordTests {
  /// A proof with every kind of node about the first bids and pools of the round.
  private func proof(_ frozen: FrozenRound) -> Proof {
    let slots = frozen.grid.count
    let many = (0..<slots).map { Proof.Step(cell: $0, by: Int64($0) * 1_000 - 7) }
    var pooled = Proof.Pooled()
    pooled.utilities = [Proof.Utility(bid: 0, amount: 1 << 40), Proof.Utility(bid: 2, amount: 1)]
    pooled.trees = [
      Proof.Tree(
        pool: 0,
        nodes: [
          Proof.Node(question: .uses(bid: 1, pool: 0, above: 0), steps: many),
          Proof.Node(question: .starts(bid: 1, until: 3)), Proof.Node(steps: many), Proof.Node(),
          Proof.Node(),
        ])
    ]
    var proof = Proof()
    proof.tree = [
      Proof.Node(question: .runs(bid: 2)), Proof.Node(steps: many, pooled: 0),
      Proof.Node(question: .uses(bid: 0, pool: 0, above: 4)), Proof.Node(),
      Proof.Node(steps: many + many, pooled: 1),
    ]
    proof.pooled = [pooled, Proof.Pooled()]
    return proof
  }

  private func read(_ frozen: FrozenRound, _ parts: [OutcomePart]) throws -> Clearing {
    try frozen.clearing(from: parts, welfare: 0, bound: 0, iterations: 0)
  }

  @Test("a proof comes back from its records as it was, however the parts are cut")
  func roundTrip() throws {
    let solved = try Solved.mixed()
    var clearing = solved.clearing
    clearing.proof = proof(solved.frozen)
    for limit in [200, 2_000, 48 * 1_024] {
      let parts = solved.frozen.parts(of: clearing, limit: limit)
      let bytes = parts.map { FieldCodec.encode($0) }
      let decoded = try bytes.map { try FieldCodec.decode(OutcomePart.self, from: $0) }
      #expect(decoded == parts)
      #expect(try read(solved.frozen, decoded).proof == clearing.proof)
    }
    clearing.proof = nil
    #expect(try read(solved.frozen, solved.frozen.parts(of: clearing)).proof == nil)
  }

  @Test("records that lack some, go on too long or stand in another order are no proof")
  func misplaced() throws {
    let solved = try Solved.mixed()
    var clearing = solved.clearing
    clearing.proof = proof(solved.frozen)
    let part = solved.frozen.parts(of: clearing, limit: .max)[0]
    var refused = 0
    for index in part.proof.indices {
      var changed = part
      changed.proof.remove(at: index)
      if (try? read(solved.frozen, [changed])) == nil { refused += 1 }
      changed = part
      changed.proof.insert(part.proof[index], at: index)
      if (try? read(solved.frozen, [changed])) == nil { refused += 1 }
      changed = part
      changed.proof[index].bid = 999_999
      changed.proof[index].pool = "nowhere"
      changed.proof[index].start = 1
      changed.proof[index].steps.append(1)
      #expect(throws: OutcomeFault.self) { try read(solved.frozen, [changed]) }
    }
    #expect(refused > part.proof.count)
  }
}
