import CommandLog
import Foundation
import Testing
import Transport

/// Leadership and trust on a real etcd.
@Suite(.serialized, .enabled(if: EtcdCluster.isInstalled, EtcdCluster.missing))
struct EtcdTermTests {
  @Test("A leader that does not hold its term is followed by another, and appends nothing after it")
  func expiry() async throws {
    let cluster = try EtcdCluster(members: 1)
    let one = EtcdLog(cluster.options(termSeconds: 20))
    let other = EtcdLog(cluster.options(termSeconds: 600))
    let old = try await one.lead("one")
    #expect(try await one.append(.sample(at: 0, 1), term: old) == .done)
    // Nobody says that this takes no longer than a term: only that it comes.
    var new: Term?
    let end = ContinuousClock.now + .seconds(120)
    while new == nil, ContinuousClock.now < end {
      new = try await other.campaign(Candidate(name: "other", url: "u"))
    }
    let term = try #require(new)
    #expect(term.revision > old.revision)
    #expect(try await one.append(.sample(at: 1, 1, word: "late"), term: old) == .deposed)
    #expect(try await !one.keepAlive(old))
    #expect(try await other.append(.sample(at: 1, 1), term: term) == .done)
    #expect(try await one.everything() == [.sample(at: 0, 1), .sample(at: 1, 1)])
  }

  @Test("A term that is held outlasts its seconds")
  func held() async throws {
    let cluster = try EtcdCluster(members: 1)
    let log = EtcdLog(cluster.options(termSeconds: 3))
    var asked = ContinuousClock.now
    let term = try await log.lead()
    for _ in 0..<10 {
      try await Task.sleep(for: .milliseconds(500))
      let last = asked
      asked = .now
      let isHeld = try await log.keepAlive(term)
      // A machine on which that took longer than the term has lost it.
      guard ContinuousClock.now - last < .seconds(3) else { return }
      #expect(isHeld)
    }
    let outcome = try await log.append(.sample(at: 0, 1), term: term)
    guard ContinuousClock.now - asked < .seconds(3) else { return }
    #expect(outcome == .done)
    // Somebody takes the key away: the lease lives on, the term does not.
    try cluster.control(["del", "leader"])
    #expect(try await !log.keepAlive(term))
    #expect(try await log.append(.sample(at: 1, 1), term: term) == .deposed)
  }

  @Test("Without our certificate, or to a member of another authority, nothing is asked")
  func trust() async throws {
    let cluster = try EtcdCluster(members: 1)
    let stranger = try EtcdCluster(members: 1)
    func failure(_ change: (inout EtcdOptions) -> Void) async -> LogFailure? {
      var options = cluster.options()
      // Whoever is turned away tries until its patience is over.
      options.patience = .seconds(8)
      options.attempt = .seconds(8)
      change(&options)
      do {
        _ = try await EtcdLog(options).head()
        return nil
      } catch { return error }
    }
    #expect(await failure { _ in } == nil)
    let mixed = await failure {
      $0.trust = TransportTrust(
        authorities: cluster.trust.authorities, certificate: stranger.trust.certificate,
        key: stranger.trust.key)
    }
    let foreign = await failure { $0.trust = stranger.trust }
    let system = await failure { $0.trust = nil }
    for failure in [mixed, foreign, system] {
      guard case .unreachable = failure else {
        Issue.record("\(String(describing: failure))")
        continue
      }
    }
    #expect(foreign?.description.contains("not trusted") == true)
  }

  @Test("Endpoints of two clusters are found before anything is written to the second")
  func twoClusters() async throws {
    let cluster = try EtcdCluster(members: 1)
    let log = EtcdLog(cluster.options())
    let term = try await log.lead()
    #expect(try await log.append(.sample(at: 0, 1), term: term) == .done)
    // The same place, another cluster.
    try cluster.run("down")
    let backup = "\(cluster.folder)/other"
    try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: true)
    let other = try EtcdCluster(members: 1)
    try other.run("backup", "\(backup)/db")
    try cluster.run("restore", "\(backup)/db")
    await #expect {
      try await log.head()
    } throws: {
      if case LogFailure.damaged = $0 { true } else { false }
    }
  }
}
