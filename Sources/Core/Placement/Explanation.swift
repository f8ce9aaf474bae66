/// Why a bid was filled or refused, as far as the outcome says it (clearing.md, 7): the same for
/// everybody who asks, from the frozen round and its outcome alone.
package struct Explanation: Sendable, Equatable {
  package var reason: Reason
  /// How far the limit is below the price: the least, over the placements that the capacity of this
  /// round admits, of mHKD per GPU-hour, rounded up. Not above 0: the bid is in the money. Nil when
  /// there is no such placement.
  package var short: Int64?
  /// Where `short` is least.
  package var nearest: Place?
  /// What would have brought a refused bid in; nil for a winner, and where nothing would have.
  package var take: Take?

  package init(
    reason: Reason, short: Int64? = nil, nearest: Place? = nil, take: Take? = nil
  ) {
    self.reason = reason
    self.short = short
    self.nearest = nearest
    self.take = take
  }

  /// The first reason that applies.
  package enum Reason: Sendable, Equatable {
    case filled
    /// No admissible pool.
    case noPool
    /// No pool has a stretch of that length in the window.
    case noWindow
    /// More GPUs than any admissible pool (split: all of one alternative) promises in any slot.
    case largerThanPool
    /// Earlier rounds hold the capacity: it would not fit were this round empty.
    case soldEarlier
    /// The price is above the limit everywhere, by `short` at least.
    case belowPrice
    /// In the money, and it would have been in were moving others free of cost.
    case hysteresis
    /// In the money, but where it came nearest winners hold the GPUs: slots that lack some, their
    /// length in quarter hours, and the most GPUs that one lacks.
    case blocked(slots: Int, quarters: Int64, gpus: Int64)
    /// In the money and room for it, but it would push out extras worth more.
    case displaced
    /// It might have been placed: the outcome check does not rule this out, the engine does.
    case notOffered
  }

  /// Where a bid might have gone.
  package struct Place: Sendable, Equatable {
    /// Index in the bid's options; of a split that of its first chunk.
    package var option: Int
    /// First slot.
    package var start: Int
    package var end: Int

    package init(option: Int, start: Int, end: Int) {
      self.option = option
      self.start = start
      self.end = end
    }
  }

  /// Raised by this, the clearing would have had more welfare with the bid in it than without; not
  /// the least price, and no promise.
  package struct Take: Sendable, Equatable {
    package var place: Place
    /// How much more per GPU-hour, mHKD; at least 1 for every refused bid of an engine's outcome.
    package var raise: Int64
    /// How many winners it would have pushed out, and quarter GPU-hours of theirs.
    package var winners: Int
    package var firm: Int64
    /// How many others would have had fewer extras, and quarter GPU-hours of extras lost by all.
    package var squeezed: Int
    package var extras: Int64

    package init(
      place: Place, raise: Int64, winners: Int, firm: Int64, squeezed: Int, extras: Int64
    ) {
      self.place = place
      self.raise = raise
      self.winners = winners
      self.firm = firm
      self.squeezed = squeezed
      self.extras = extras
    }
  }
}
