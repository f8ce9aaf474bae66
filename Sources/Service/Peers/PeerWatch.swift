package import BrokerAPI
import Replica
import Synchronization

/// Asks the other replicas how they are, and remembers what was last heard of each.
package final class PeerWatch: Sendable {
  private let client: PeerClient?
  private let peers: [PeerAddress]
  private let heard = Mutex<[String: Heard]>([:])

  private struct Heard {
    var card: Wire.ReplicaCard
    var at: Int64
  }

  /// - Parameter client: nil when there are no others.
  package init(client: PeerClient?, peers: [PeerAddress]) {
    self.client = client
    self.peers = peers
  }

  /// A card for each of them, in the order of the settings; within some seconds.
  package func cards() async -> [Wire.ReplicaCard] {
    guard let client else { return [] }
    let answers = await withTaskGroup(of: Answer.self) { group in
      for peer in peers { group.addTask { await Self.ask(peer, client) } }
      return await group.reduce(into: [:]) { $0[$1.name] = $1 }
    }
    let now = MarketClock.wall()
    return peers.map { peer in
      let answer = answers[peer.name]
      if let card = answer?.card {
        heard.withLock { $0[peer.name] = Heard(card: card, at: now) }
        return card
      }
      return lost(peer.name, answer?.why ?? "no answer")
    }
  }

  /// How far the clocks of the others are ahead of this one; of those that answer.
  package func clocks() async -> [ClockOffset] {
    guard let client else { return [] }
    return await withTaskGroup(of: Answer.self) { group in
      for peer in peers { group.addTask { await Self.ask(peer, client) } }
      return await group.reduce(into: []) { found, answer in
        if let offset = answer.clock { found.append(offset) }
      }
    }
  }

  /// How many others there ought to be.
  package var count: Int { peers.count }

  private struct Answer: Sendable {
    var name: String
    var card: Wire.ReplicaCard?
    var clock: ClockOffset?
    var why = ""
  }

  /// Named, and with a type of its own: a closure that gave the group a tuple out of a typed `do` was
  /// compiled wrongly in release mode.
  private static func ask(_ peer: PeerAddress, _ client: PeerClient) async -> Answer {
    var answer = Answer(name: peer.name)
    let asked = MarketClock.wall()
    do {
      let card = try await client.status(of: peer.url)
      let heard = MarketClock.wall()
      answer.card = card
      // A clock that was set in between tells nothing.
      if let clock = card.clock?.milliseconds, heard >= asked {
        answer.clock = ClockOffset(clock: clock, asked: asked, heard: heard)
      }
    } catch {
      answer.why = "\(error)"
    }
    return answer
  }

  private func lost(_ name: String, _ why: String) -> Wire.ReplicaCard {
    let last = heard.withLock { $0[name] }
    var card = Wire.ReplicaCard(
      name: name, role: last?.card.role == .follower ? .follower : .replica, state: .unreachable,
      applied: last?.card.applied ?? Position(clamping: 0), log: "?",
      release: last?.card.release ?? "?")
    card.place = last?.card.place
    card.heardOf = last.map { WireTime(clamping: $0.at) }
    card.certificateUntil = last?.card.certificateUntil
    card.detail = String(why.prefix(400))
    return card
  }
}
