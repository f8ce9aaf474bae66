/// What an agent asks of the broker. It dials out only; every call may be repeated.
package protocol BrokerPort: Sendable {
  /// The market's clock.
  func clock() async throws(BrokerError) -> BrokerTime

  /// The whole wanted set as soon as it is newer than `after`, or after the wait.
  func wanted(after: Int64?, waitSeconds: Int64) async throws(BrokerError) -> WantedAnswer

  /// What became of a lease.
  func report(_ report: LeaseReport) async throws(BrokerError)

  /// What was delivered and used; all of the batch or nothing.
  func post(_ batch: ReadingBatch) async throws(BrokerError)

  /// The site's whole schedule.
  func publish(_ offer: SiteOffer) async throws(BrokerError)

  /// Ends the right to sell; leases stand.
  func withdraw(_ end: OfferEnd) async throws(BrokerError)
}

/// Why the broker did not do it.
package enum BrokerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// It was not reached, is busy, or does not know us at present: to be repeated.
  case again(String)
  /// It has looked at this and said no; repeating changes nothing. The code is the refusal's name.
  case refused(code: String, detail: String)

  package var description: String {
    switch self {
    case .again(let reason): reason
    case .refused(let code, let detail): "refused (\(code)): \(detail)"
    }
  }
}

/// The broker's two clocks at one moment.
package struct BrokerTime: Sendable, Hashable {
  package var market: Int64
  package var scale: Int64

  package init(market: Int64, scale: Int64) {
    self.market = market
    self.scale = scale
  }
}

package struct WantedAnswer: Sendable, Hashable {
  package var set: WantedSet
  package var time: BrokerTime

  package init(set: WantedSet, time: BrokerTime) {
    self.set = set
    self.time = time
  }
}

/// What a centre's system showed of a lease; what it does not tell is nil.
package struct Observation: Sendable, Hashable, Codable {
  /// Nodes that it had whole.
  package var nodes: Int64?
  /// Jobs of others on its nodes, the most that were seen at once.
  package var others: Int64?
  /// Whether what the tenant left was deleted.
  package var wiped: Bool?
}

/// What a site says about a lease. The broker takes each state once, forward only; after `failed`
/// may come `open`.
package struct LeaseReport: Sendable, Hashable {
  package enum State: String, Sendable, Hashable, Codable {
    case prepared, open, closed, failed
    /// For good: the centre owes for what is not delivered.
    case abandoned
  }

  package var lease: String
  package var state: State
  package var access: [String: String]
  /// What the centre's system showed of it.
  package var observed: Observation?
  /// 32 lower hex digits: the same on every repetition.
  package var key: String

  package init(lease: String, state: State, access: [String: String], key: String) {
    self.lease = lease
    self.state = state
    self.access = access
    self.key = key
  }
}

/// One lease, one interval inside one quarter hour; GPU-milliseconds.
package struct Reading: Sendable, Hashable, Codable {
  package var lease: String
  package var from: Int64
  package var to: Int64
  package var delivered: Int64
  package var used: Int64

  package init(lease: String, from: Int64, to: Int64, delivered: Int64, used: Int64) {
    self.lease = lease
    self.from = from
    self.to = to
    self.delivered = delivered
    self.used = used
  }
}

/// Readings that travel together under one key, which is what makes repeating harmless.
package struct ReadingBatch: Sendable, Hashable, Codable {
  package var key: String
  package var readings: [Reading]

  package init(key: String, readings: [Reading]) {
    self.key = key
    self.readings = readings
  }
}

/// The end of an offer.
package struct OfferEnd: Sendable, Hashable {
  package var generation: Int64
  package var key: String

  package init(generation: Int64, key: String) {
    self.generation = generation
    self.key = key
  }
}

/// A site's whole schedule as it goes to the broker.
package struct SiteOffer: Sendable, Hashable {
  package struct Pool: Sendable, Hashable {
    package var pool: String
    package var chip: String
    package var fabric: String
    package var unit: Int64
    package var node: Int64
    /// Notice in ms, nil for never.
    package var reclaim: Int64?
    /// What one tenant may have.
    package var limits = Limits()
    package var spans: [Span]
  }

  /// Each is nil for anything.
  package struct Limits: Sendable, Hashable {
    /// Quarter hours.
    package var shortest: Int64?
    package var longest: Int64?
    /// GPUs of one tenant at one time.
    package var most: Int64?
  }

  package struct Span: Sendable, Hashable {
    package var from: Int64
    package var to: Int64
    package var gpus: Int64
    /// Minor units of the site's currency per GPU-hour.
    package var ask: Int64

    package init(from: Int64, to: Int64, gpus: Int64, ask: Int64) {
      self.from = from
      self.to = to
      self.gpus = gpus
      self.ask = ask
    }
  }

  package var generation: Int64
  package var sellUntil: Int64
  package var currency: String
  package var pools: [Pool]
  package var key: String
}

extension OfferEnd {
  /// Under a key of its own.
  package static func fresh(generation: Int64) -> OfferEnd {
    var random = SeededRandom(seed: .random(in: .min ... .max))
    return OfferEnd(generation: generation, key: random.key())
  }
}

extension LeaseReport {
  /// Under a key of its own.
  package static func fresh(_ lease: String, _ state: State) -> LeaseReport {
    var random = SeededRandom(seed: .random(in: .min ... .max))
    return LeaseReport(lease: lease, state: state, access: [:], key: random.key())
  }
}
