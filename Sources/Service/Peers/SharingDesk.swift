import BrokerAPI

/// What a replica answers others of that which lies beside its ledger, and asks of them.
package struct SharingDesk: Sendable {
  package let shelves: [SharedShelf]
  private let name: String
  private let claim: @Sendable (_ digest: String, _ replica: String) throws -> Bool
  private let words: @Sendable (_ lease: String) throws -> [String: String]

  /// - Parameters:
  ///   - name: this replica's.
  ///   - claim: whether a replica may use an invitation.
  ///   - words: how to get into a lease, as far as it is known here.
  package init(
    name: String, shelves: [SharedShelf],
    claim: @escaping @Sendable (_ digest: String, _ replica: String) throws -> Bool,
    words: @escaping @Sendable (_ lease: String) throws -> [String: String]
  ) {
    self.name = name
    self.shelves = shelves
    self.claim = claim
    self.words = words
  }

  // MARK: Answers

  func take(_ load: PeerLoad) throws -> PeerHeard {
    guard let shared = shelves.first(where: { $0.name == load.head.shelf }) else {
      throw PeerProblem(.notFound, "it has no such shelf")
    }
    return try shared.take(load)
  }

  func grant(_ asked: PeerClaim) throws -> PeerGrant {
    guard asked.isSound else { throw PeerProblem(.unfit, "it is no claim") }
    return PeerGrant(granted: try claim(asked.digest, asked.replica))
  }

  func access(_ lease: String) throws -> PeerWords {
    guard lease.utf8.count <= 200 else { throw PeerProblem(.unfit, "it is no lease") }
    return PeerWords(words: try words(lease))
  }

  // MARK: Questions

  /// Asks all replicas for leave to use an invitation; most of them have to give it.
  /// - Returns: false when another one may or did, nil when too few answer: nothing is lost by asking again.
  package func leave(
    _ digest: String, of peers: [PeerAddress], _ client: PeerClient
  ) async throws -> Bool? {
    guard try claim(digest, name) else { return false }
    let asked = PeerClaim(digest: digest, replica: name)
    let answers = await withTaskGroup(of: Bool?.self) { group in
      for peer in peers { group.addTask { try? await client.claim(asked, of: peer.url) } }
      return await group.reduce(into: [Bool?]()) { $0.append($1) }
    }
    let given = 1 + answers.count { $0 == true }
    if given * 2 > peers.count + 1 { return true }
    return answers.contains(false) ? false : nil
  }

  /// How to get into a lease, from the first replica that knows; empty when none of those that answer does.
  package static func access(
    _ lease: String, of peers: [PeerAddress], _ client: PeerClient
  ) async -> [String: String] {
    await withTaskGroup(of: [String: String].self) { group in
      for peer in peers {
        group.addTask { (try? await client.access(lease, of: peer.url)) ?? [:] }
      }
      for await words in group where !words.isEmpty {
        group.cancelAll()
        return words
      }
      return [:]
    }
  }
}
