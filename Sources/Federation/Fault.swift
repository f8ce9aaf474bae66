import Simulation

/// What goes wrong in a run. Each seed has its own set of them, and of each its own rate.
package enum Fault: String, Sendable, CaseIterable {
  case messageLost = "message-lost"
  case messageLate = "message-late"
  case messageDoubled = "message-doubled"
  /// The log did it, and its answer gets lost.
  case answerLost = "answer-lost"
  case partition
  /// A waiting question is cut off without a word.
  case idleCut = "idle-cut"
  /// What was applied and not yet in the file is gone with the process.
  case crash
  /// The file ends in the middle of a piece, and its newest snapshot is damaged.
  case tornWrite = "torn-write"
  case leaderLoss = "leader-loss"
  case pause
  case clockSlow = "clock-slow"
  case clockStop = "clock-stop"
  case clockStep = "clock-step"
  case diskFull = "disk-full"
  case logFull = "log-full"
  case siteLate = "site-late"
  case siteTwice = "site-twice"
  case siteFalse = "site-false"
  case nodesLost = "nodes-lost"
  case siteVanish = "site-vanish"
  case siteForgets = "site-forgets"
  case capacityWithdrawn = "capacity-withdrawn"
  case followerBehind = "follower-behind"
  case upgrade
  case unknownMember = "unknown-member"
  case poorTenant = "poor-tenant"
  /// A replica begins with an older release, which does not know the newest rules.
  case oldRelease = "old-release"
}

/// What a run is made of. Equal plans run equally.
package struct FederationPlan: Sendable, Equatable {
  package var seed: UInt64
  package var rounds: Int
  package var replicas: Int
  package var sites: Int
  /// Those that may happen; which of them do, and how often, the seed says.
  package var faults: [Fault]

  package init(
    seed: UInt64, rounds: Int = 6, replicas: Int = 3, sites: Int = 2,
    faults: [Fault] = Fault.allCases
  ) {
    self.seed = seed
    self.rounds = rounds
    self.replicas = replicas
    self.sites = sites
    self.faults = faults
  }

  /// The command that runs it again.
  package var command: String {
    let without = Fault.allCases.filter { !faults.contains($0) }.map { "--without \($0.rawValue)" }
    return
      (["sampan-sim run --seed \(seed) --rounds \(rounds) --replicas \(replicas) --sites \(sites)"]
      + without).joined(separator: " ")
  }
}

/// The faults of one run: how often each happens, and how often it did.
struct Weather {
  private var random: SplitMix64
  /// Per mille of the occasions, by the order of `Fault.allCases`.
  private var rates: [Int64]
  private(set) var hits: [Int]
  var isOver = false

  init(_ plan: FederationPlan) {
    random = SplitMix64(seed: plan.seed, stream: 1, index: 0)
    hits = Fault.allCases.map { _ in 0 }
    rates = []
    for fault in Fault.allCases {
      // Drawn for each, whether it is left out or not: leaving one out moves no other.
      let isOn = random.draw(0...99) < 45
      let rate = random.draw(1...Self.most(fault))
      rates.append(isOn && plan.faults.contains(fault) ? rate : 0)
    }
  }

  /// The highest rate, per mille of the occasions: messages are many, turns of the weather are few.
  private static func most(_ fault: Fault) -> Int64 {
    switch fault {
    case .messageLost, .answerLost, .messageDoubled: 60
    case .messageLate: 200
    case .idleCut: 60
    case .siteLate, .siteTwice: 150
    case .siteFalse, .unknownMember, .siteForgets: 300
    // Once a run.
    case .poorTenant, .oldRelease: 900
    default: 60
    }
  }

  /// Whether it happens on this occasion.
  mutating func strikes(_ fault: Fault) -> Bool {
    guard let index = Fault.allCases.firstIndex(of: fault) else { return false }
    let ticket = random.draw(0...999)
    guard !isOver, ticket < rates[index] else { return false }
    hits[index] += 1
    return true
  }

  mutating func draw(_ range: ClosedRange<Int64>) -> Int64 { random.draw(range) }
}
