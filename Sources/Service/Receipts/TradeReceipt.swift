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

  package init(receipt: [UInt8], proof: [UInt8]) {
    self.receipt = receipt
    self.proof = proof
  }

  /// Makes the receipt of the trade that a lease came from; nil when there is no such lease.
  /// - Parameters:
  ///   - witnessed: the newest checkpoint that enough witnesses cosigned.
  ///   - stored: the final hashes of the tree over the entries.
  package static func make(
    lease: String, store: LedgerStore, witnessed: (note: [UInt8], size: UInt64)?,
    stored: StoredHash
  ) throws -> TradeReceipt? {
    guard let trade = try store.trade(ofLease: lease) else { return nil }
    guard
      let seal = try WitnessedSeal(
        covering: trade.position, store: store, witnessed: witnessed, stored: stored)
    else { throw ReceiptError.notYet }
    return try seal.receipt(of: trade)
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
    guard let head = EventHead(sealed.event), terms.from <= head.position,
      head.position <= terms.to
    else { throw .otherPlace }
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
