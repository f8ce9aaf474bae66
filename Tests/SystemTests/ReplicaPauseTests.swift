import BrokerAPI
import BrokerClient
import BrokerFixture
import Foundation
import Seeded
import Testing
import Transport

/// Processes of a real cluster stand still and go on, or are restarted one after the other.
@Suite(.serialized) struct ReplicaPauseTests {
  /// Whoever asks for a fresh answer at any replica, again and again, never gets one that is older than
  /// what was acknowledged before the question.
  private func readers(_ cluster: BrokerCluster, _ traffic: Traffic) -> Task<Int, Never> {
    Task {
      await withTaskGroup(of: Int.self) { group in
        for replica in cluster.replicas {
          group.addTask {
            var answers = 0
            while !Task.isCancelled {
              let known = traffic.latest
              if let position = await replica.freshPosition() {
                #expect(position >= known, "a fresh answer of an older state")
                answers += 1
              }
              try? await Task.sleep(for: .milliseconds(20))
            }
            return answers
          }
        }
        return await group.reduce(0, +)
      }
    }
  }

  @Test(
    "a leading replica or member that stood still orders nothing twice and answers nothing old",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)))
  func stopped() async throws {
    let cluster = try await BrokerCluster(
      scale: ReplicaKillTests.scale, market: ReplicaKillTests.market)
    let count = cases(3)
    var answers = 0
    try await Traffic.during(cluster) { traffic in
      try await traffic.more(10)
      let readers = readers(cluster, traffic)
      for number in 0..<count {
        let leader = try await cluster.untilLed()
        // Seldom longer than several terms, mostly about one.
        let longest = count > 10 && number % 7 == 6 ? 30_000 : 4_000
        let pause = Duration.milliseconds(number == 0 ? 3_500 : Int.random(in: 100...longest))
        if number % 2 == 0 {
          cluster.replicas[leader].send(SIGSTOP)
          try? await Task.sleep(for: pause)
          cluster.replicas[leader].send(SIGCONT)
          // What it knew is what it led with: it may say that it is behind, and nothing old.
          let known = traffic.latest
          if let position = await cluster.replicas[leader].freshPosition() {
            #expect(position >= known, "a fresh answer of an older state")
          }
        } else if let member = Int(try cluster.etcd("leader")) {
          try cluster.signal(member: member, SIGSTOP)
          try? await Task.sleep(for: pause)
          try cluster.signal(member: member, SIGCONT)
        }
        try await traffic.more(20)
      }
      readers.cancel()
      answers = await readers.value
      #expect(answers > count)
      try await traffic.check()
    }
    figure(
      "T24", "leading replicas and members stopped 0.1 to 30 s; \(answers) fresh answers", count)
  }

  @Test(
    "replicas are restarted one after the other under load: nothing acknowledged is lost",
    .enabled(if: BrokerCluster.isPossible, Comment(rawValue: BrokerCluster.missing)))
  func rolling() async throws {
    let cluster = try await BrokerCluster(
      scale: ReplicaKillTests.scale, market: ReplicaKillTests.market)
    let rounds = cases(1)
    var pauses = Spread()
    try await Traffic.during(cluster) { traffic in
      for _ in 0..<rounds {
        for replica in cluster.replicas {
          try await traffic.more(20)
          let moment = ContinuousClock.now
          #expect(replica.stop() == 0)
          try replica.begin()
          pauses.add(try await traffic.recovery(since: moment), if: true)
          _ = try await SampleMarket.until("a replica that serves") {
            replica.isServing ? true : nil
          }
        }
      }
      try await traffic.more(20)
      try await traffic.check()
    }
    figure("T19", "restarts of replicas in turn under load: \(pauses)", 3 * rounds)
  }
}

extension BrokerProcess {
  /// The position of an answer that must be fresh; nil when there is none.
  func freshPosition() async -> Int64? {
    let answer = try? await transport.send(
      HTTPRequest(
        url: address + "/v1/chips?fresh=strong",
        headers: [("Authorization", "Bearer \(text("data/p-0-1.token"))")], timeout: .seconds(10)))
    guard let answer, answer.isSuccess else { return nil }
    return answer.header("Sampan-Position").flatMap { Int64($0) }
  }

  /// Since when a plain answer may be old, and whether there was one.
  func staleness() async -> (answers: Bool, since: String?) {
    let answer = try? await transport.send(
      HTTPRequest(
        url: address + "/v1/chips",
        headers: [("Authorization", "Bearer \(text("data/p-0-1.token"))")], timeout: .seconds(2)))
    return (answer?.isSuccess == true, answer?.header("Sampan-Stale-Since"))
  }
}
