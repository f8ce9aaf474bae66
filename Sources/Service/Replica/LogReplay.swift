import Accounts
package import Ledger
package import LedgerStore
import Market
import Placement
import Transparency
import Units

/// A log that is applied again from its first entry, with nothing at hand but its entries: seals are
/// recomputed, books balanced after every entry, outcomes checked as every replica checks them.
package struct LogReplay {
  /// What can be wrong.
  package enum Aspect: Hashable, Sendable {
    /// An entry is none that can follow.
    case entries
    /// What entries caused is not what a seal says.
    case results
    /// An outcome that the log takes for accepted does not pass the check.
    case rounds
    case books
    /// The state at a close of a round is not what a seal says.
    case states
  }

  /// Something wrong, and where.
  package struct Fault: Sendable, Equatable {
    package let position: Int64
    package let words: String

    package init(position: Int64, words: String) {
      self.position = position
      self.words = words
    }
  }

  /// The state right after the close of a round.
  package struct Close: Sendable {
    package let encoded: [UInt8]
    package let digest: String
  }

  package private(set) var state = LedgerState()
  package private(set) var events = 0
  package private(set) var refusals = 0
  package private(set) var seals = 0
  package private(set) var stateDigests = 0
  /// Rounds that ended with an outcome, and without one.
  package private(set) var outcomes = 0
  package private(set) var voidRounds = 0
  /// Set while the last entry closed a round.
  package private(set) var close: Close?
  /// The position of the last state that a seal confirmed, and its digest.
  package private(set) var confirmed: (position: Int64, digest: String)?
  /// The last position that a seal covers; -1 before the first.
  package private(set) var sealedThrough: Int64 = -1
  private var found: [Aspect: Fault] = [:]
  private let hasher = SHA256Hasher()
  /// What came of everything so far.
  private var chain = SHA256Hasher().empty
  private var leaves: [(position: Int64, leaves: [Digest])] = []
  /// Digests of the state right after closes of rounds, by position, until a seal covers them.
  private var closes: [(position: Int64, digest: String)] = []
  /// Outcomes that were refused as invalid, until a seal says whether they were.
  private var invalid: [Fault] = []

  package init() {}

  /// The first thing that is wrong in this respect.
  package func fault(_ aspect: Aspect) -> Fault? { found[aspect] }

  /// A chain of SHA-256 over entries and what each caused: `hash(before, entry, events)`.
  package var results: String { chain.hex }

  /// SHA-256 of the whole state now.
  package var stateDigest: String { SHA256Hasher.hex(FieldCodec.encode(state)) }

  private mutating func fail(_ aspect: Aspect, _ position: Int64, _ words: String) {
    if found[aspect] == nil { found[aspect] = Fault(position: position, words: words) }
  }

  /// Applies the next entry; nil when it is none that can follow: then the log ends here.
  package mutating func take(_ bytes: [UInt8], at position: Int64) -> AppliedEntry? {
    close = nil
    guard let entry = try? Entry.decode(bytes), entry.position == position,
      let events = try? state.apply(entry)
    else {
      fail(.entries, position, "entry \(position) is not one that can follow")
      return nil
    }
    let applied = AppliedEntry(entry: entry, bytes: bytes, events: events)
    self.events += events.count
    if applied.refusal != nil { refusals += 1 }
    let hashes = applied.eventBytes.map { hasher.leaf($0) }
    chain = ([hasher.leaf(bytes)] + hashes).reduce(chain, hasher.node)
    leaves.append((position, hashes))
    check(applied)
    return applied
  }

  private mutating func check(_ applied: AppliedEntry) {
    let position = applied.entry.position
    for currency in state.currencies where state.accounts.total(currency) != 0 {
      fail(.books, position, "\(currency.rawValue) does not sum to zero after entry \(position)")
    }
    if case .commitOutcome(let commit) = applied.entry.command,
      applied.refusal == .outcomeInvalid
    {
      invalid.append(
        Fault(
          position: position,
          words: "the outcome of round \(commit.round) in entry \(position) does not pass the "
            + "check: \(reason(commit))"))
    }
    if case .roundClosed? = applied.events.last {
      let encoded = FieldCodec.encode(state)
      let digest = SHA256Hasher.hex(encoded)
      closes.append((position, digest))
      close = Close(encoded: encoded, digest: digest)
    }
    for event in applied.events {
      switch event {
      case .roundEnded(let ended): if ended.void { voidRounds += 1 } else { outcomes += 1 }
      case .sealed(let seal): check(seal, position)
      default: break
      }
    }
  }

  /// Why an outcome that was refused is none: the refusal left round and parts as they were.
  private func reason(_ commit: OutcomeCommit) -> String {
    guard let frozen = state.frozen else { return "no round was closed" }
    do throws(OutcomeFault) {
      let clearing = try frozen.clearing(from: state.round.parts, commit)
      if let fault = ClearingCheck.fault(frozen.instance, clearing) { return fault.rawValue }
    } catch { return error.reason }
    return "the money that it moves"
  }

  private mutating func check(_ seal: SealTerms, _ position: Int64) {
    seals += 1
    sealedThrough = max(sealedThrough, seal.to)
    let sealed = leaves.filter { $0.position >= seal.from && $0.position <= seal.to }
    leaves.removeAll { $0.position <= seal.to }
    let refused = invalid
    invalid.removeAll { $0.position <= seal.to }
    if MerkleTree.root(of: sealed.flatMap(\.leaves), hasher: hasher).hex != seal.events {
      fail(.results, position, "the seal at \(position) has another root than its events")
      // The seal knows of other results: then the outcome was taken for valid when it was made.
      if let first = refused.first { fail(.rounds, first.position, first.words) }
    }
    let last = closes.last { $0.position >= seal.from && $0.position <= seal.to }
    closes.removeAll { $0.position <= seal.to }
    if last != nil { stateDigests += 1 }
    if seal.state != last?.digest {
      fail(.states, position, "the seal at \(position) has another state digest")
    } else if let last {
      confirmed = last
    }
  }
}
