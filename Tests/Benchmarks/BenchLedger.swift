import CommandLog
import Ledger
import LedgerStore
import Market
import Placement
import Replica
import Replication
import Units

/// A ledger file that a benchmark writes to as its leader, on a clock of its own.
protocol BenchLedger {
  var store: LedgerStore { get }
  var core: ReplicaCore { get set }
  var time: Int64 { get set }
  var draw: Draw { get set }
}

extension BenchLedger {
  /// Two-person commands; the names of what they make.
  @discardableResult
  mutating func decree(_ commands: [Command]) throws -> [String] {
    let proposed = try commit(
      commands.map { Submission(id: draw.id(), by: "maker", role: .platform, command: $0) })
    try commit(
      proposed.map {
        Submission(
          id: draw.id(), by: "checker", role: .platform, command: .approve(Numbered($0.position)))
      })
    return proposed.map { "p-\($0.position)" }
  }

  /// Writes a batch; nothing of it may be refused.
  @discardableResult
  mutating func commit(_ batch: [Submission]) throws -> [Receipt] {
    try core.commit(batch, clock: time).map { result in
      let receipt = try result.get()
      if let refusal = receipt.refusal {
        throw Fault("\(receipt.kind.rawValue) was refused: \(refusal.code)")
      }
      return receipt
    }
  }

  /// What a leader does by itself, until nothing is due: rounds of an empty book, seals.
  mutating func lead() throws {
    while true {
      let actions = core.due(market: time, wall: time)
      guard !actions.isEmpty else { return }
      for action in actions {
        switch action {
        case .propose(let command): try commit([core.own(command)])
        case .seal(let from, let to): try commit([core.own(core.seal(from: from, to: to))])
        case .solve(let frozen):
          let clearing = Engine.clear(frozen.instance, iterations: frozen.iterations)
          try commit(Leader.outcome(of: frozen, clearing).map { core.own($0) })
        }
      }
    }
  }
}
