package import AdapterKit

/// How far an agent goes by itself.
package enum SiteMode: String, Sendable, Hashable, Codable, CaseIterable {
  /// Reads, meters and reports; writes nothing to the cluster and offers nothing.
  case observe
  /// Shows each change as what it would run and makes it when a person approved it. What only takes
  /// away is made at once: a gate must not stay open because nobody is at the desk.
  case propose
  /// Makes every change, but for trades above `approveAbove`.
  case act
}

/// Something to be done on the cluster.
package enum Change: Sendable, Hashable {
  case apply(AllocationOrder)
  case remove(String)

  /// The lease's name.
  package var lease: String {
    switch self {
    case .apply(let order): order.lease
    case .remove(let lease): lease
    }
  }

  /// Eight hex digits by which a person approves it: the same for the same change, in every life of
  /// the agent. `due` moves with the schedule and is not in it.
  package var id: String {
    switch self {
    case .apply(let order):
      Self.mark(
        ["apply", order.lease, order.pool, order.state.rawValue, "\(order.gpus)", "\(order.end)"]
          + order.users)
    case .remove(let lease): Self.mark(["remove", lease])
    }
  }

  /// By which a person approves all of a trade.
  package static func id(ofTrade lease: String) -> String { mark(["trade", lease]) }

  /// FNV-1a over the words, each ended by a zero, folded to 32 bits.
  private static func mark(_ words: [String]) -> String {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for word in words {
      for byte in Array(word.utf8) + [0] {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
      }
    }
    let text = String((hash ^ (hash >> 32)) & 0xFFFF_FFFF, radix: 16)
    return String(repeating: "0", count: 8 - text.count) + text
  }

  /// For a person.
  package var words: String {
    switch self {
    case .apply(let order): order.description
    case .remove(let lease): "remove \(lease)"
    }
  }
}

/// A change that is not made yet, and what it waits for.
package struct Proposal: Sendable, Hashable {
  package enum Reason: String, Sendable, Hashable, Codable {
    /// The agent only observes.
    case observing
    /// A person has to approve each change.
    case proposing
    /// The trade is above `approveAbove`.
    case size
  }

  package var id: String
  package var change: Change
  package var reason: Reason
  /// Market ms.
  package var since: Int64
  /// When it lapses without an approval.
  package var lapses: Int64?
  /// What it would run; nil until the adapter has said.
  package var commands: [String]?
  var asking = false
}

/// What a person has told the agent. It stands in a file beside the spool, so it holds without the
/// broker, without the agent, and in the agent's next life.
package struct Control: Sendable, Hashable, Codable {
  /// Nothing more is sold; leases stand.
  package var frozen = false
  /// Ids of changes and trades, the oldest first.
  package var approved: [String] = []
  package var declined: [String] = []

  package init() {}

  /// Remembers one answer; the last thousand count.
  package mutating func answer(_ id: String, approved isApproved: Bool) {
    approved.removeAll { $0 == id }
    declined.removeAll { $0 == id }
    if isApproved { approved.append(id) } else { declined.append(id) }
    approved = approved.suffix(1_000)
    declined = declined.suffix(1_000)
  }
}
