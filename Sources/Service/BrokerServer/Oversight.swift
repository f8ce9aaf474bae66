import BrokerAPI
import Ledger
import LedgerStore
import Witnessing

// Who must have cosigned, and what surveillance measures by.
extension Broker {
  func showOversight() async throws -> Answer {
    let set = try await store.oversight()
    let oversight = set?.oversight ?? Oversight()
    let body = Wire.OversightInForce(
      groups: oversight.groups.map {
        Wire.CosignerGroup(least: small($0.least), witnesses: $0.witnesses)
      },
      terms: oversight.terms.map {
        Wire.SurveillanceTerm(term: $0.term, value: small($0.value))
      },
      position: set.map { Position(clamping: $0.position) })
    return .json(body.json())
  }

  func setOversight(_ call: Call) async throws -> Answer {
    let body: Wire.Oversight = try call.body()
    var oversight = Oversight()
    oversight.groups = body.groups.map {
      var group = CosignerGroup()
      group.least = Int64($0.least)
      group.witnesses = $0.witnesses
      return group
    }
    oversight.terms = body.terms.map {
      var term = SurveillanceTerm()
      term.term = $0.term
      term.value = Int64($0.value)
      return term
    }
    return accepted(try await submit(.setOversight(oversight), call))
  }

  /// How well the entry at a position of the ledger is vouched for; nil where no checkpoints are published.
  func proof(of position: Int64) -> Wire.EntryStanding? {
    guard let standing = publication?.standing(of: position) else { return nil }
    return Wire.EntryStanding(
      position: Position(clamping: position), state: Wire.ProofState(standing.state),
      witnesses: Int64(standing.witnesses), of: Int64(standing.of))
  }
}
