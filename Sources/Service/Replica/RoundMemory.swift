import Dispatch
import Ledger
import LedgerStore
import Market
import Placement
import Synchronization
import Units

/// What is kept of rounds that ended, for explanations and quotes: made from the file, outside the
/// replica's thread.
final class RoundMemory: Sendable {
  /// A round with its outcome, ready to explain any of its bids.
  struct Told: Sendable {
    var frozen: FrozenRound
    var explanations: Explanations
    /// As it was at the close, without bids.
    var book: MarketBook

    /// What removed the last place of a bid that has none.
    func lastRule(of seq: Int64, _ terms: BidTerms) -> Inadmissible? {
      if frozen.barred.contains(seq) { return .fxHeadroom }
      return frozen.overMost[seq] == nil ? book.lastRule(terms) : .tooMany
    }
  }

  private let store: LedgerStore
  private let queue = DispatchQueue(label: "sampan.rounds", qos: .utility)
  private let kept: Mutex<Kept>

  private struct Kept {
    /// The latest asked last.
    var told: [(round: Int64, told: Told)] = []
    var history = QuoteHistory()
    /// The last round that was looked for, found or not.
    var tried: Int64 = -1
  }

  /// Rounds that stay ready for explanations.
  private static let ready = 3

  init(store: LedgerStore) {
    self.store = store
    kept = Mutex(Kept())
  }

  // MARK: Explanations

  /// Nil when its frozen book is no longer kept, or it ended without an outcome.
  func told(_ round: Int64) throws -> Told? {
    if let known = kept.withLock({ $0.told.first { $0.round == round }?.told }) { return known }
    guard let (state, frozen, clearing) = try load(round),
      let explanations = frozen.explanations(of: clearing)
    else { return nil }
    var book = state.book
    book.bids = OrderedMap()
    let told = Told(frozen: frozen, explanations: explanations, book: book)
    kept.withLock { kept in
      kept.told.removeAll { $0.round == round }
      kept.told.append((round, told))
      if kept.told.count > Self.ready { kept.told.removeFirst() }
    }
    return told
  }

  private func load(
    _ round: Int64
  ) throws -> (LedgerState, FrozenRound, Clearing)? {
    guard let snapshot = try store.snapshot(round: round),
      let state = try? FieldCodec.decode(LedgerState.self, from: snapshot.state),
      let frozen = state.frozen
    else { return nil }
    let (parts, commit) = try store.outcome(of: round)
    guard let commit,
      let clearing = try? frozen.clearing(from: parts, commit)
    else { return nil }
    return (state, frozen, clearing)
  }

  // MARK: Quotes

  /// The rounds that are known, this one among them when the file still has it. Waits for what is
  /// missing; `catchUp` in time saves that.
  func history(through round: Int64) -> QuoteHistory {
    let (known, tried) = kept.withLock { ($0.history, $0.tried) }
    if round == 0 || tried >= round { return known }
    queue.sync { fill() }
    return kept.withLock { $0.history }
  }

  /// Adds rounds that ended since the last, and at the start those whose books the file still has.
  func catchUp() { queue.async { self.fill() } }

  private func fill() {
    let tried = kept.withLock { $0.tried }
    guard let rounds = try? store.endedRounds(after: tried, limit: QuoteHistory.mostRounds) else {
      return
    }
    for round in rounds {
      // What takes a while is not done under the lock; nobody else writes.
      var history = kept.withLock { $0.history }
      if let (_, frozen, clearing) = try? load(round) { history.add(frozen, clearing) }
      kept.withLock { kept in
        kept.history = history
        kept.tried = round
      }
    }
  }
}
