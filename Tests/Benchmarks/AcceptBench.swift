import Foundation
import Ledger
import LedgerFixture
import Units

/// How many bids a second a replica accepts, each durable before it is answered.
struct AcceptBench {
  static let commands = 20_000

  static func run(_ scratch: Scratch) async throws -> [Figure] {
    let path = scratch.file("accept.sqlite")
    var house = try House(path: path, seed: 7)
    try house.commit(house.offers(generation: 1, hours: 72))
    let bids = (0..<commands).map { _ in house.bid(from: Exchange.monday + Span.hour, hours: 48) }
    let before = try scratch.writeTimes(count: 400)

    let served = try await Clients(sending: bids, to: house.store, at: house.time)
    scratch.discard(path)

    let after = try scratch.writeTimes(count: 400)
    let writes = (before + after).sorted()
    return [
      Figure(
        name: "accept, durable", target: ">= 20 a commit or >= 5000/s",
        measured: "\(text(served.perCommit, 1)) a commit, \(text(served.load.rate, 0))/s",
        met: served.perCommit >= 20 || served.load.rate >= 5_000,
        detail: "\(commands) bids by \(Load.clients) clients, \(served.commits) commits "
          + "of \(text(served.commitTime, 2)) ms; fdatasync of 4 KiB on this disk: "
          + "p50 \(text(quantile(writes, 0.5), 2)) ms, p99 \(text(quantile(writes, 0.99), 2)) ms")
    ]
  }
}
