package import Transparency

/// Why there is no receipt, or why one proves nothing.
package enum ReceiptError: Error, Equatable, CustomStringConvertible {
  /// No seal covers the trade yet, or no checkpoint that enough witnesses cosigned has the seal.
  case notYet
  /// The ledger file does not have what it must have.
  case incomplete(String)
  case receipt(SealedReceiptError)
  case proof(OfflineProofError)
  case policy(WitnessPolicyError)
  /// The second line is no entry of the ledger, or not a seal.
  case noSeal
  /// The event is not under the seal's root.
  case notSealed
  /// The proof is of another entry than the seal.
  case otherEntry(receipt: Int64, proof: UInt64)
  /// The event claims a place that the seal does not cover.
  case otherPlace

  package var description: String {
    switch self {
    case .notYet: "too few witnesses have cosigned it yet; ask again in some seconds"
    case .incomplete(let what): "the ledger file lacks \(what); prove it by sampand check --ledger"
    case .receipt(let error): "receipt: \(error)"
    case .proof(let error): "proof: \(error)"
    case .policy(let error): "policy: \(error)"
    case .noSeal: "receipt: the last line is no seal of a ledger; fetch the receipt again"
    case .notSealed:
      "receipt: the event is not under the root that the seal carries; event or path was changed"
    case .otherEntry(let receipt, let proof):
      "the proof is of entry \(proof), and the receipt's seal is entry \(receipt); name the two files "
        + "that belong together"
    case .otherPlace: "receipt: the event stands at a position that its seal does not cover"
    }
  }
}
