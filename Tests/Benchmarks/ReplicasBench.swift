import CommandLog
import Foundation
import Ledger
import LedgerStore
import Replica
import Synchronization
import Units

/// Three replicas on three members of etcd, all on this machine, beside the same bytes put into the same
/// members one by one, in turns.
struct ReplicasBench {
  static let turns = 3
  /// `TRANSFERS` of the environment: how many a turn.
  static let transfers = number("TRANSFERS", 20_000)
  /// `COMMANDS` of the environment: how many the ledger has when the replicas start; 1,000,000 is the
  /// figure.
  static let commands = number("COMMANDS", 100_000)
  /// `CLIENTS` of the environment.
  static let clients = number("CLIENTS", 256)
  /// Puts are slower by far, so there are fewer of them: one for so many commands.
  static let perPut = 8

  static func run(_ scratch: Scratch) async throws -> [Figure] {
    guard let etcd = try EtcdMembers(scratch.file("etcd")) else {
      print("etcd is not there: replicas are not measured (deploy/setup cluster)")
      return []
    }
    defer { etcd.stop() }
    let path = scratch.file("replicas.sqlite")
    var purses = try Purses(path: path, seed: 9)
    try grow(&purses)
    let before = purses.core.state.position
    try await etcd.fill(entries(purses.store, from: 0))
    try purses.store.close()

    let crew = try Crew(path, etcd, at: purses.time)
    let clock = ContinuousClock()
    let began = clock.now
    try await crew.begin()
    let start = (clock.now - began) / .seconds(1)
    guard let leader = crew.leader else { throw Fault("nobody leads any more") }
    var (puts, led, spread) = ([Load](), [Load](), [Load]())
    for _ in 0..<turns {
      let from = leader.status.position
      led.append(try await Load(of: mix(&purses), clients: clients) { leader })
      try await crew.settle()
      let bytes = try entries(leader.store, from: from)
      puts.append(
        try await etcd.put(
          stride(from: 0, to: bytes.count, by: perPut).map { bytes[$0] }, clients: clients))
      let turn = Mutex(0)
      spread.append(
        try await Load(of: mix(&purses), clients: clients) {
          turn.withLock { number in
            number += 1
            return crew.all[number % crew.all.count]
          }
        })
      try await crew.settle()
    }
    let hashes = try await crew.hashes()
    try await crew.end()
    let ratio = median(zip(led, puts).map { $0.rate / $1.rate })
    return [
      Figure(
        name: "commands on three replicas, of puts", target: ">= 5", measured: text(ratio, 2),
        met: ratio >= 5,
        detail: "\(clients) clients at the leader: \(Load.words(led)); "
          + "puts of the same bytes: \(Load.words(puts))"),
      Figure(
        name: "the same by all three", target: "published",
        measured: text(median(zip(spread, puts).map { $0.rate / $1.rate }), 2), met: true,
        detail: "two of three commands handed on to the leader: \(Load.words(spread))"),
      Figure(
        name: "state hashes in the end", target: "equal",
        measured: Set(hashes).count == 1 ? "equal" : "different", met: Set(hashes).count == 1,
        detail: hashes.joined(separator: " ")),
      Figure(
        name: "start of replicas at \(before) commands", target: "<= 5 s",
        measured: "\(text(start, 2)) s", met: start <= 5,
        detail:
          "three at once, from the snapshot and \(GrowthBench.tail) transfers after "
          + "it, until one leads and all answer"),
    ]
  }

  private static func grow(_ purses: inout Purses) throws {
    while purses.core.state.position < commands {
      purses.time += Span.minute
      let mix = (0..<1_000).map { _ in purses.transfer() }
      try purses.commit(mix)
      try purses.lead()
    }
    try purses.close(tail: GrowthBench.tail)
  }

  private static func mix(_ purses: inout Purses) -> [Submission] {
    (0..<transfers).map { _ in purses.transfer() }
  }

  /// Everything from a position on.
  private static func entries(_ store: LedgerStore, from position: Int64) throws -> [[UInt8]] {
    var all: [[UInt8]] = []
    while true {
      let more = try store.log(from: position + Int64(all.count), atMost: 4 << 20)
      if more.isEmpty { return all }
      all += more
    }
  }
}
