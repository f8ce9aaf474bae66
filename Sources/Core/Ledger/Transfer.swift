package import Units

/// One leg of a transfer: what it does, and exactly the members that this takes. Numbers may be
/// anything, so that each fault gets its own refusal and a place in the log.
package struct TransferLeg: Sendable, Equatable, Record {
  /// What the leg does.
  package enum Action: String, Sendable, CaseIterable {
    /// Moves at once: debit, credit, amount.
    case pay
    /// Sets aside until it is posted, voided, or its time is over: debit, credit, amount, timeout.
    case pend
    /// Moves what is pending, or `amount` of it, and frees the rest: pending.
    case post
    /// Frees what is pending: pending.
    case void
  }

  package var action: Action = .pay
  package var amount: Int64?
  package var credit: String?
  package var debit: String?
  /// Id of the leg that set aside.
  package var pending: String?
  /// ms.
  package var timeout: Int64?

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.choice("action", &action)
    try codec.int("amount", optional: &amount, Int64.min...Int64.max)
    try codec.text("credit", optional: &credit, .id)
    try codec.text("debit", optional: &debit, .id)
    try codec.text("pending", optional: &pending, .id)
    try codec.int("timeout", optional: &timeout, Int64.min...Int64.max)
  }
}

/// Legs that succeed or fail together, in order. Leg `i` of the entry at position `n` is named
/// `transfer-<n>-<i>`.
package struct TransferTerms: Sendable, Equatable, Record {
  package static let mostLegs = 64
  /// How long money may be set aside; ms.
  package static let longest: Int64 = 366 * Span.day

  package var legs: [TransferLeg] = []

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.list("legs", &legs, 1...Self.mostLegs)
  }

  /// The name of a leg.
  package static func id(_ position: Int64, _ leg: Int) -> String { "transfer-\(position)-\(leg)" }

  /// What became of each leg: nil when all succeeded; else its own code for the first that failed, and
  /// `linkedFailed` for all others.
  package func results(_ refused: CommandRefused?) -> [Refusal?] {
    legs.indices.map { index in
      guard let refused else { return nil }
      guard let leg = refused.leg else { return refused.code }
      return leg == index ? refused.code : .linkedFailed
    }
  }
}

/// Names an account.
package struct AccountName: Sendable, Equatable, Record {
  package var account = ""

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("account", &account, .id)
  }
}

/// An account that is closed, or open again.
package struct AccountClosure: Sendable, Equatable, Record {
  package var account = ""
  package var closed = true

  package init() {}

  package mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("account", &account, .id)
    try codec.flag("closed", &closed)
  }
}

/// How a transfer that was set aside ended.
struct TransferFate: Sendable, Equatable, Record {
  enum End: String, Sendable {
    case posted
    case voided
    case expired
  }

  var debit = ""
  var end: End = .posted
  var id = ""
  var time: Int64 = 0

  mutating func fields(_ codec: inout FieldCodec) throws(CodecError) {
    try codec.text("debit", &debit, .id)
    try codec.choice("end", &end)
    try codec.text("id", &id, .id)
    try codec.int("time", &time, Bound.time)
  }
}

/// The fates of the last day of log time, so that who ends a transfer twice is told what became of it.
struct TransferFates: Sendable {
  private var known: [String: TransferFate] = [:]
  private var queue: [TransferFate] = []
  private var first = 0

  subscript(id: String) -> TransferFate? { known[id] }

  mutating func insert(_ fate: TransferFate) {
    forget(before: fate.time - Span.day)
    known[fate.id] = fate
    queue.append(fate)
  }

  /// Drops what ended earlier.
  mutating func forget(before time: Int64) {
    while first < queue.count, queue[first].time < time {
      known[queue[first].id] = nil
      first += 1
    }
    if first > 1_024, first * 2 > queue.count {
      queue.removeFirst(first)
      first = 0
    }
  }

  /// Oldest first.
  var items: [TransferFate] { Array(queue[first...]) }
}
