/// What a centre's own system must be able to do so that a site agent can run leases on it.
///
/// Six requirements, and five more that have defaults, all of them idempotent: an agent that was killed between a call and its answer
/// makes the same call again, and nothing may come of that but the same answer. The agent calls one
/// requirement at a time. Times are milliseconds since 1970 UTC on the market's clock, which may
/// run faster than the wall clock; an adapter takes that clock from whoever makes it and never
/// reads another. An adapter sees GPUs and time and never money.
///
/// `Conformance` tests an adapter against everything said here.
public protocol Adapter: Sendable {
  /// Looks at the centre's system, changes nothing, and says what is right and what is not.
  func check() async throws(AdapterError) -> [Finding]

  /// The pools of this site and what of each may be leased when. GPUs under our own leases are
  /// counted in: they are ours to sell again after them.
  func capacity() async throws(AdapterError) -> [PoolCapacity]

  /// Everything on the centre's system that carries our prefix, each lease once. What is not listed
  /// does not exist.
  func allocations() async throws(AdapterError) -> [Allocation]

  /// Makes it so: afterwards the lease exists in the pool with that many GPUs, its gate closed
  /// (`prepared`) or open. Creates, resizes, opens and closes the gate, whichever it takes. An
  /// order that can never hold (no such pool, more GPUs than the pool has) is a final error and
  /// leaves nothing behind. Where the system behind it can, the adapter lets the gate close by
  /// itself when the order's `end` comes; in any case nothing is delivered after it.
  func apply(_ order: AllocationOrder) async throws(AdapterError) -> Allocation

  /// Closes the gate and takes everything of the lease away. A lease that does not exist is fine.
  func remove(_ lease: String) async throws(AdapterError)

  /// Whether what the tenant left on the machines was deleted when the lease was removed; nil when this
  /// adapter does not know. Asked right after a removal.
  func wiped(_ lease: String) async -> Bool?

  /// What each lease was delivered and used inside the interval, the removed ones of the last 72
  /// hours too. The answer for an interval that has passed does not change any more.
  func usage(_ interval: Interval) async throws(AdapterError) -> [Usage]

  /// What `apply` would do now, as the commands that it would run, for a person to approve. Changes
  /// nothing; empty when the order holds already.
  func plan(_ order: AllocationOrder) async throws(AdapterError) -> [String]

  /// What `remove` would do now, in the same way.
  func plan(removing lease: String) async throws(AdapterError) -> [String]

  /// Everything on the centre's system that carries our prefix, leases and what is kept beside them
  /// (an account for a tenant), each in words that an administrator can look up. Changes nothing.
  func remains() async throws(AdapterError) -> [String]

  /// Takes away what is kept beside leases; called when the site leaves and no lease is left.
  func clear() async throws(AdapterError)
}

extension Adapter {
  /// The order in words, for an adapter that cannot tell its commands.
  public func plan(_ order: AllocationOrder) async throws(AdapterError) -> [String] {
    [order.description]
  }

  /// Not known.
  public func wiped(_ lease: String) async -> Bool? { nil }

  /// The removal in words.
  public func plan(removing lease: String) async throws(AdapterError) -> [String] {
    ["close the gate of \(lease) and take everything of it away"]
  }

  /// The leases: right for an adapter that keeps nothing beside them.
  public func remains() async throws(AdapterError) -> [String] {
    try await allocations().map { "lease \($0.lease): \($0.gpus) GPUs of \($0.pool), \($0.state)" }
  }

  /// Nothing: right for an adapter that keeps nothing beside leases.
  public func clear() async throws(AdapterError) {}
}

/// Which form of this seam an adapter was written for.
public enum AdapterContract {
  /// Grows when a requirement or a member of a value changes its meaning.
  public static let version = 2
  /// How long the usage of a removed lease stays known, in ms.
  public static let usageKept: Int64 = 72 * 3_600_000
}

/// Why a call came to nothing. The text is for the centre's administrator: what, where, what to do.
public enum AdapterError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Not now: the agent calls again after a while, for as long as the lease lasts.
  case again(String)
  /// Never: the agent reports the lease as failed and does not repeat this order.
  case final(String)

  /// True when the same call may succeed later.
  public var isTransient: Bool {
    if case .again = self { true } else { false }
  }

  /// The reason, without the kind.
  public var reason: String {
    switch self {
    case .again(let reason), .final(let reason): reason
    }
  }

  /// Kind and reason in one line.
  public var description: String {
    switch self {
    case .again(let reason): "try again: \(reason)"
    case .final(let reason): "failed for good: \(reason)"
    }
  }
}

/// The form of every name that crosses this seam: safe in a file name, a command line and a URL.
public enum Identifier {
  /// True for 1 to 64 characters of `a-z 0-9 . _ : -` that begin with a letter or digit.
  public static func isValid(_ name: String) -> Bool {
    let bytes = name.utf8
    guard (1...64).contains(bytes.count), let first = bytes.first, isPlain(first) else {
      return false
    }
    return bytes.allSatisfy { isPlain($0) || ".-_:".utf8.contains($0) }
  }

  /// True for what may be a user's name on a centre's machines: 1 to 64 letters, digits and
  /// `. _ - @ +`, the first of them a letter, a digit or `_`.
  public static func isUser(_ name: String) -> Bool {
    let bytes = name.utf8
    guard (1...64).contains(bytes.count), let first = bytes.first, isWord(first) else {
      return false
    }
    return bytes.allSatisfy { isWord($0) || ".-@+".utf8.contains($0) }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    isPlain(byte) || (0x41...0x5A).contains(byte) || byte == 0x5F
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
  }
}
