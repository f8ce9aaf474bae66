import Ledger
import LedgerStore
import Transparency

/// A seal under a checkpoint that enough witnesses cosigned, with all that is under the seal: what receipts of its
/// events are made from.
struct WitnessedSeal {
  let range: ClosedRange<Int64>
  private let entry: [UInt8]
  private let proof: [UInt8]
  private var sealed = SealedEvents()
  /// Where the events of an entry begin.
  private var places: [Int64: Int] = [:]
  private static let hasher = SHA256Hasher()

  /// Nil when no seal covers the position, or no witnessed checkpoint has the seal.
  init?(
    covering position: Int64, store: LedgerStore, witnessed: (note: [UInt8], size: UInt64)?,
    stored: StoredHash
  ) throws {
    guard let seal = try store.seal(covering: position), let witnessed,
      UInt64(seal.position) < witnessed.size
    else { return nil }
    range = seal.range
    guard let entry = try store.entries(from: seal.position, limit: 1).first?.1 else {
      throw ReceiptError.incomplete("entry \(seal.position)")
    }
    self.entry = entry
    let way = try InclusionProof(
      index: UInt64(seal.position), size: witnessed.size, hasher: Self.hasher, stored: stored)
    proof = OfflineProof(index: way.index, path: way.path, note: witnessed.note).bytes
    for (position, events) in try store.events(from: range.lowerBound, to: range.upperBound) {
      places[position] = sealed.leaves.count
      for event in events { sealed.append(event, hasher: Self.hasher) }
    }
  }

  /// The receipt of an event under the seal.
  func receipt(of event: StoredEvent) throws -> TradeReceipt {
    guard let first = places[event.position],
      let path = sealed.proof(ofEventAt: first + event.index, hasher: Self.hasher)
    else { throw ReceiptError.incomplete("the events of the seal of entry \(event.position)") }
    return TradeReceipt(
      receipt: SealedReceipt(event: event.bytes, proof: path, seal: entry).bytes, proof: proof)
  }
}
