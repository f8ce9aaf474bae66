import Ledger
package import LedgerStore
package import Transparency

/// Two files that prove a trade to anyone who has a policy, offline and for good: the event with its way
/// to its seal, and the seal's way to a checkpoint that witnesses cosigned.
package struct TradeReceipt: Sendable {
  /// A `SealedReceipt`.
  package let receipt: [UInt8]
  /// An `OfflineProof` of the seal's entry (C2SP tlog-proof).
  package let proof: [UInt8]

  /// Makes the receipt of the trade that a lease came from; nil when there is no such lease.
  /// - Parameters:
  ///   - witnessed: the newest checkpoint that enough witnesses cosigned.
  ///   - stored: the final hashes of the tree over the entries.
  package static func make(
    lease: String, store: LedgerStore, witnessed: (note: [UInt8], size: UInt64)?,
    stored: StoredHash
  ) throws -> TradeReceipt? {
    guard let trade = try store.trade(ofLease: lease) else { return nil }
    guard let seal = try store.seal(covering: trade.position), let witnessed,
      UInt64(seal.position) < witnessed.size
    else { throw ReceiptError.notYet }
    let hasher = SHA256Hasher()
    var sealed = SealedEvents()
    var place: Int?
    for (position, events) in try store.events(
      from: seal.range.lowerBound, to: seal.range.upperBound)
    {
      if position == trade.position { place = sealed.leaves.count + trade.index }
      for event in events { sealed.append(event, hasher: hasher) }
    }
    guard let place, let path = sealed.proof(ofEventAt: place, hasher: hasher) else {
      throw ReceiptError.incomplete("the events of the seal at \(seal.position)")
    }
    guard let entry = try store.entries(from: seal.position, limit: 1).first?.1 else {
      throw ReceiptError.incomplete("entry \(seal.position)")
    }
    let way = try InclusionProof(
      index: UInt64(seal.position), size: witnessed.size, hasher: hasher, stored: stored)
    return TradeReceipt(
      receipt: SealedReceipt(event: trade.bytes, proof: path, seal: entry).bytes,
      proof: OfflineProof(index: way.index, path: way.path, note: witnessed.note).bytes)
  }

  /// What a receipt proves.
  package struct Statement: Sendable {
    /// The event, canonical JSON.
    package let event: String
    /// Where the seal stands, and when it was made, ms since 1970 by the market's clock.
    package let seal: Int64
    package let sealedAt: Int64
    /// The log's name, and the number of entries under the checkpoint.
    package let origin: String
    package let size: UInt64
    /// Who cosigned, as the policy calls them, and how many witnesses it has.
    package let cosigners: [String]
    package let witnessCount: Int
  }

  /// Checks three files, with nothing else at hand. The policy is the one thing that is trusted: it must not
  /// come from where the receipt came from.
  package static func verify(
    receipt: [UInt8], proof: [UInt8], policy: [UInt8]
  ) throws(ReceiptError) -> Statement {
    let hasher = SHA256Hasher()
    let trust: WitnessPolicy
    do { trust = try WitnessPolicy(parsing: policy, hasher: hasher) } catch { throw .policy(error) }
    let sealed: SealedReceipt
    do { sealed = try SealedReceipt(parsing: receipt) } catch { throw .receipt(error) }
    guard let entry = try? Entry.decode(sealed.seal), case .seal(let terms) = entry.command,
      let root = Digest(hex: terms.events)
    else { throw .noSeal }
    guard sealed.proves(root: root, hasher: hasher) else { throw .notSealed }
    let way: OfflineProof
    let standing: WitnessPolicy.Standing
    do {
      way = try OfflineProof(parsing: proof)
      guard way.index == UInt64(clamping: entry.position) else {
        throw ReceiptError.otherEntry(receipt: entry.position, proof: way.index)
      }
      standing = try way.verified(
        entry: sealed.seal, policy: trust, hasher: hasher, check: Signatures.check)
    } catch let error as ReceiptError {
      throw error
    } catch let error as OfflineProofError {
      throw .proof(error)
    } catch {
      throw .proof(.unfinished)
    }
    return Statement(
      event: String(decoding: sealed.event, as: UTF8.self), seal: entry.position,
      sealedAt: entry.time, origin: standing.checkpoint.origin, size: standing.checkpoint.size,
      cosigners: standing.cosigners.map(\.name), witnessCount: standing.witnessCount)
  }
}
