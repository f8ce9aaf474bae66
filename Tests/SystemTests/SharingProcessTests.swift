import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Testing

/// What lies beside the ledger of three real replicas on a real etcd: who is signed in is so everywhere,
/// words stay under their law, an invitation is used once.
@Suite(
  .serialized, .timeLimit(.minutes(20)),
  .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)))
struct SharingProcessTests {
  private func until(_ what: String, _ holds: () async throws -> Bool) async throws {
    _ = try await SampleMarket.until(what) { try await holds() ? true : nil }
  }

  /// What a tenant's party is called, as that tenant hears it at a replica.
  private func name(_ cluster: BrokerCluster, at broker: BrokerProcess) async throws -> String? {
    try await broker.client(cluster.market.traders["hku-nlp"]).whoami().name
  }

  /// Agents that use one invitation at the same time, each at a replica: it is not known there at once, so each
  /// tries until one of them has it, and then once more.
  private func race(_ invitation: String, _ replicas: [BrokerProcess]) async -> [String] {
    let used = Used()
    await withTaskGroup(of: Void.self) { group in
      for replica in replicas {
        group.addTask {
          var isLast = false
          while !isLast {
            isLast = await !used.tokens.isEmpty
            let enrolled = try? await replica.client(nil).enrol(
              Wire.Enrol(invitation: invitation))
            if let enrolled { await used.add(enrolled.token) }
          }
        }
      }
    }
    return await used.tokens
  }

  private actor Used {
    var tokens: [String] = []
    func add(_ token: String) { tokens.append(token) }
  }

  @Test("a token, a name, an access and an invitation at one replica, seen from the others")
  func everything() async throws {
    let cluster = try await BrokerCluster()
    let (one, two, three) = (cluster.replicas[0], cluster.replicas[1], cluster.replicas[2])

    // A token made at the third is one at the others, without anybody copying anything.
    let principal = try await one.maker.whoami().principal
    let token = try await three.maker.makeToken(principal).token
    for replica in [one, two] {
      try await until("the token to open") {
        (try? await replica.client(token).whoami().principal) == principal
      }
    }

    // Names come to the replica of the same law, and not to the other.
    try await until("the name at the second") { try await name(cluster, at: two) == "hku-nlp" }
    #expect(try await name(cluster, at: three) == nil)
    let bytes = try Data(contentsOf: three.folder.appendingPathComponent("data/directory.sqlite"))
    #expect(bytes.range(of: Data("hku-nlp".utf8)) == nil)

    // An invitation made at one is used at one of two that try at the same moment.
    for _ in 0..<5 {
      let invitation = try await one.maker.inviteSite("cyberport-h").invitation
      let agents = await race(invitation, [two, three])
      #expect(agents.count == 1)
      let agent = try #require(agents.first)
      try await until("the agent to be signed in at the first") {
        (try? await one.client(agent).whoami().site) == "cyberport-h"
      }
      for replica in cluster.replicas {
        await #expect(throws: BrokerClientError.self) {
          try await replica.client(nil).enrol(Wire.Enrol(invitation: invitation))
        }
      }
    }

    // Without most of the replicas nobody may use one; afterwards it is as good as before.
    let last = try await one.maker.inviteSite("qianhai-h").invitation
    two.kill()
    three.kill()
    await #expect(throws: BrokerClientError.self) {
      try await one.client(nil).enrol(Wire.Enrol(invitation: last))
    }
    try two.start()
    try three.start()
    let agent = try await SampleMarket.until("the invitation to be used after all") {
      try? await one.client(nil).enrol(Wire.Enrol(invitation: last)).token
    }
    try await until("its token to open where it was not made") {
      (try? await three.client(agent).whoami().site) == "qianhai-h"
    }
  }
}
