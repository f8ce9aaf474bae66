/// One round as the solver sees it: integers only, no names, no currencies. Made by the market from
/// the frozen book; the same on every replica.
///
/// Slots are numbered from the first that this round may sell. Values, asks and congestion are in
/// mHKD per GPU-hour, dual prices in 1/64 of that, amounts of capacity in quarter GPU-hours: welfare
/// is therefore in mHKD times quarter GPU-hours (a quarter of a mHKD).
package struct Instance: Sendable, Equatable {
  /// The round's number; also the seed.
  package var round: Int64 = 0
  /// Quarter hours in each slot; they may differ (clearing.md, 0).
  package var widths: [Int64] = []
  package var pools: [Pool] = []
  /// In order of `seq`, which breaks every tie.
  package var bids: [Bid] = []
  /// Elastic leases of earlier rounds that still have hours to sell; ascending by `seq`.
  package var running: [Running] = []
  /// What funds pay of the asks, by scheme and pool (clearing.md, 4).
  package var subsidies: [Subsidy] = []
  /// Extras of elastic bids are sold in slots below this one (clearing.md, 1.3).
  package var extrasEnd = 0
  /// Planned extras count in the objective in slots below this one, which is not below `extrasEnd`
  /// (clearing.md, 1.4).
  package var windowEnd = 0
  /// Subsidised bids get only what all others leave, at the ask (`Spare`): prices, welfare and bound
  /// then speak of the others alone.
  package var spare = false

  package init() {}

  /// GPUs that can be used together.
  package struct Pool: Sendable, Equatable {
    /// GPUs left in each slot: offered less committed, never negative.
    package var capacity: [Int64]
    /// The least price of each slot, mHKD per GPU-hour.
    package var ask: [Int64]

    package init(capacity: [Int64], ask: [Int64]) {
      self.capacity = capacity
      self.ask = ask
    }
  }

  /// A share of a pool's ask that a fund pays for the bids that name it: they see a lower ask.
  package struct Subsidy: Sendable, Equatable {
    /// Index in `pools`.
    package var pool: Int
    /// By slot, mHKD per GPU-hour, from 0 to the ask.
    package var amount: [Int64]

    package init(pool: Int, amount: [Int64]) {
      self.pool = pool
      self.amount = amount
    }
  }

  /// An elastic lease whose base is fixed use already; its extras compete hour by hour.
  package struct Running: Sendable, Equatable {
    /// Position of the bid's entry.
    package var seq: Int64
    /// Index in `pools`.
    package var pool: Int
    /// Index in `subsidies`; nil without one.
    package var subsidy: Int?
    /// What a GPU-hour is worth there, mHKD.
    package var value: Int64
    /// GPUs beyond the base.
    package var room: Int64
    /// Of these, what it holds in the last slot sold to it: in the slots that this round sells
    /// they rank higher by `bonus`.
    package var held: Int64
    /// mHKD per GPU-hour (kappa of clearing.md, 1.5): in the objective, never in a price.
    package var bonus: Int64
    /// Its first slot that is not sold yet.
    package var start: Int
    /// The slot before which it ends.
    package var end: Int

    package init(
      seq: Int64, pool: Int, subsidy: Int? = nil, value: Int64, room: Int64, held: Int64,
      bonus: Int64, start: Int, end: Int
    ) {
      self.seq = seq
      self.pool = pool
      self.subsidy = subsidy
      self.value = value
      self.room = room
      self.held = held
      self.bonus = bonus
      self.start = start
      self.end = end
    }
  }

  /// What shape a bid has (market.md).
  package enum Kind: String, Sendable, CaseIterable {
    /// Exactly `gpus` in one pool on end, all or nothing.
    case block
    /// A firm base of `least` in one pool, and extras up to `gpus` hour by hour.
    case elastic
    /// Exactly `gpus` over any pools of one alternative, in constant chunks of a unit.
    case split
  }

  /// One bid, by its admissible places.
  package struct Bid: Sendable, Equatable {
    /// Position of the bid's entry: the order of arrival.
    package var seq: Int64
    package var kind: Kind
    /// Every admissible pool of every alternative; at most one alternative is filled.
    package var options: [Option]

    package init(seq: Int64, kind: Kind, options: [Option]) {
      self.seq = seq
      self.kind = kind
      self.options = options
    }
  }

  /// One alternative of a bid on one pool.
  package struct Option: Sendable, Equatable {
    /// Index of the alternative in the bid.
    package var alternative: Int
    /// Index in `pools`.
    package var pool: Int
    /// Index in `subsidies`, of the same pool; nil without one.
    package var subsidy: Int?
    /// What a GPU-hour is worth there: the limit less fee and latency, mHKD. May be negative.
    package var value: Int64
    /// Added to the worth in the objective, never to what a bid may pay: what moving a lease that
    /// was lost would cost its tenant (kappa of clearing.md, 10.2). mHKD per GPU-hour.
    package var bonus: Int64
    /// GPUs wanted (elastic: the most).
    package var gpus: Int64
    /// GPUs of the firm base: `gpus`, but for elastic bids their minimum (0 or more).
    package var least: Int64
    /// A chunk of a split bid is a multiple of this.
    package var unit: Int64
    /// Length in quarter hours. A placement begins and ends on slot edges.
    package var quarters: Int64
    /// First slot in which it may start.
    package var earliest: Int
    /// The slot before which it must have ended (exclusive).
    package var latestEnd: Int

    package init(
      alternative: Int, pool: Int, subsidy: Int? = nil, value: Int64, bonus: Int64 = 0,
      gpus: Int64, least: Int64, unit: Int64, quarters: Int64, earliest: Int, latestEnd: Int
    ) {
      self.alternative = alternative
      self.pool = pool
      self.subsidy = subsidy
      self.value = value
      self.bonus = bonus
      self.gpus = gpus
      self.least = least
      self.unit = unit
      self.quarters = quarters
      self.earliest = earliest
      self.latestEnd = latestEnd
    }
  }
}

/// What one bid gets.
package struct Fill: Sendable, Equatable {
  /// Index in `Instance.bids`.
  package var bid: Int
  /// First slot.
  package var start: Int
  /// Block, elastic (the base): one part; split: one a pool, all of one alternative, ascending.
  package var parts: [Part]
  /// GPUs beyond the base of an elastic bid, ascending by slot, none with 0.
  package var extras: [Extra]

  package init(bid: Int, start: Int, parts: [Part], extras: [Extra] = []) {
    self.bid = bid
    self.start = start
    self.parts = parts
    self.extras = extras
  }

  /// GPUs on one option.
  package struct Part: Sendable, Equatable {
    /// Index in the bid's `options`.
    package var option: Int
    package var gpus: Int64

    package init(option: Int, gpus: Int64) {
      self.option = option
      self.gpus = gpus
    }
  }

  /// GPUs beyond the base in one slot.
  package struct Extra: Sendable, Equatable {
    package var slot: Int
    package var gpus: Int64

    package init(slot: Int, gpus: Int64) {
      self.slot = slot
      self.gpus = gpus
    }
  }
}

/// The outcome of a round as numbers: who gets what, at what congestion, and the certificate.
package struct Clearing: Sendable, Equatable {
  /// Ascending by bid, each bid at most once.
  package var fills: [Fill] = []
  /// Extras sold to running leases, by `Instance.running`, each ascending by slot; empty when none
  /// is sold to anyone.
  package var extras: [[Fill.Extra]] = []
  /// Congestion of each pool and slot, mHKD per GPU-hour: price = ask + congestion.
  package var congestion: [[Int64]] = []
  /// Dual prices of each pool and slot, 1/64 mHKD per GPU-hour, not negative: the plain certificate.
  package var duals: [[Int64]] = []
  /// What proves more than the duals do alone; nil without.
  package var proof: Proof?
  /// The objective of the round (W_plan of clearing.md, 1.6): GPUs x quarter hours x (value + bonus
  /// - net ask) over firm parts, extras sold and extras planned.
  package var welfare: Int64 = 0
  /// No clearing of the instance has more welfare (clearing.md, 5).
  package var bound: Int64 = 0
  /// How many passes of the price adjustment were made.
  package var iterations: Int64 = 0

  package init() {}
}
