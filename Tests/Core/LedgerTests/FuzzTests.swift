import Leases
import Ledger
import LedgerFixture
import Market
import Replication
import Seeded
import Testing
import Units

@Suite struct FuzzTests {
  /// States in which different things may go wrong: before a round, in a closed one, with leases.
  private static func places() throws -> (states: [LedgerState], corpus: [[UInt8]]) {
    var hall = try Hall()
    var states = [LedgerState(), hall.exchange.state]
    try hall.bid(hall.block(), by: hall.hku)
    try hall.bid(hall.block(6, limit: 1_500).elastic(least: 2), by: hall.thu)
    let lone = hall.exchange.state.position
    try hall.exchange.send(
      .addParty(Exchange.party("new", .tenant, .hkd)), by: "maker", as: .platform)
    try hall.exchange.close()
    states.append(hall.exchange.state)
    let (frozen, clearing) = try hall.exchange.cleared()
    let outcome = Leader.outcome(of: frozen, clearing)
    for command in outcome.dropLast() {
      try hall.exchange.send(command, by: "leader", as: .leader)
    }
    states.append(hall.exchange.state)
    try hall.exchange.send(outcome[outcome.count - 1], by: "leader", as: .leader)
    let lease = hall.exchange.state.leases.values[0]
    hall.exchange.time = lease.start + Span.hour
    try hall.exchange.deliver(
      lease, to: hall.exchange.time, agent: lease.site == "hk" ? hall.hk : hall.sz)
    states.append(hall.exchange.state)
    try hall.exchange.send(.cancelBid(Numbered(lone)), by: hall.hku, as: .trader)
    var corpus = hall.exchange.log.map { FieldCodec.encode($0) }
    // Commands of every kind.
    var crowd = Crowd(3)
    for state in states {
      for _ in 0..<150 {
        let sender = crowd.noise(state)
        corpus.append(
          FieldCodec.encode(
            Entry(
              position: state.position, time: state.time, epoch: 0, id: hall.exchange.freshID(),
              by: sender.by, role: sender.role, command: sender.command)))
      }
    }
    return (states, corpus)
  }

  @Test("no bytes trap the reading of entries or their application")
  func mutated() throws {
    let (states, corpus) = try Self.places()
    var read = 0
    var accepted = 0
    for seed in 0..<max(1, cases(50_000) / 50_000) {
      var mutator = Mutator(UInt64(seed), corpus: corpus)
      for number in 0..<min(50_000, cases(50_000)) {
        let bytes = mutator.next()
        guard var entry = try? Entry.decode(bytes) else { continue }
        read += 1
        if number % 16 == 0, FieldCodec.encode(entry) != bytes {
          Issue.record("two spellings of one entry: \(String(decoding: bytes, as: UTF8.self))")
          return
        }
        var state = states[number % states.count]
        // Mostly at the place where it can do something.
        if number % 8 > 0 {
          entry.position = state.position
          entry.time = state.time + (number % 3 == 0 ? Span.hour : 0)
          entry.epoch = state.epoch
          entry.id = String(entry.id.reversed())
        }
        if let events = try? state.apply(entry), Exchange.refusal(events) == nil { accepted += 1 }
      }
    }
    // Else it was noise alone, and nothing behind the reading was tried.
    #expect(read > cases(50_000) / 20 && accepted > cases(50_000) / 1_000, "\(read) \(accepted)")
    print("of \(cases(50_000)) spoilt entries \(read) were read and \(accepted) accepted")
  }

  @Test("no sequence of drawn commands traps the ledger, whatever went before")
  func sequences() throws {
    let count = cases(50_000) / 5
    var done = 0
    var seed: UInt64 = 100
    while done < count {
      var exchange = try Hall.current().exchange
      exchange.remembers = false
      var crowd = Crowd(seed)
      crowd.nonsense = 2
      for _ in 0..<min(count - done, 5_000) {
        exchange.time += crowd.source.number(0...2 * Span.minute)
        let sender = crowd.next(exchange.state)
        try exchange.send(sender.command, by: sender.by, as: sender.role)
        done += 1
      }
      seed += 1
    }
  }
}
