import Foundation

/// What a new host starts its member of etcd with.
package struct MemberSeat: Sendable, Equatable {
  package var name: String
  package var peerURL: String
  /// For `--initial-cluster`; its state is `existing`.
  package var cluster: String

  package init(name: String, peerURL: String, cluster: String) {
    self.name = name
    self.peerURL = peerURL
    self.cluster = cluster
  }
}

extension EtcdLog {
  /// Takes out the member of a name, which must not answer, and adds one of that name at another URL: in this
  /// order, so that no majority hangs on who is gone. Each time the members are asked first, so that it may be
  /// broken off anywhere and done again; done once, it says the same and changes nothing.
  /// - Throws: `rejected` when that member answers, or nobody is called so.
  package func replaceMember(
    _ name: String, at peerURL: String
  ) async throws(LogFailure) -> MemberSeat {
    let end = ContinuousClock.now + Self.patienceWithMembers
    var wasRemoved = false
    while true {
      let members =
        try await ask(
          "cluster/member/list", Etcd.Nothing(), as: Etcd.MembersAnswer.self
        ).members ?? []
      do throws(LogFailure) {
        let lost = members.first { $0.name == name }
        let there = members.first { $0.peerURLs?.contains(peerURL) == true }
        if let there, there.name ?? "" == "" {
          return seat(name, peerURL, members)
        } else if let lost {
          if await answers(lost) {
            if lost.id.value == there?.id.value { return seat(name, peerURL, members) }
            throw .rejected("\(name) answers; stop it first, if it is really to go")
          }
          if let there, there.id.value != lost.id.value {
            throw .rejected("\(peerURL) is that of \(there.name ?? "another member")")
          }
          let question = Etcd.RemoveMember(id: Etcd.ID(UInt64(bitPattern: lost.id.value)))
          _ = try await ask("cluster/member/remove", question, as: Etcd.Ignored.self)
          wasRemoved = true
        } else if let there {
          throw .rejected("\(peerURL) is that of \(there.name ?? "another member")")
        } else if wasRemoved || members.count < gateway.endpoints.count {
          let question = Etcd.AddMember(peerURLs: [peerURL])
          _ = try await ask("cluster/member/add", question, as: Etcd.Ignored.self)
        } else {
          let names = members.compactMap(\.name).sorted().joined(separator: ", ")
          throw .rejected("no member of the log is called \(name); there are \(names)")
        }
      } catch {
        // Right after a removal the others may want a moment to be sure of each other.
        guard case .rejected(let why) = error, why.contains("unhealthy"),
          ContinuousClock.now < end
        else { throw error }
        try? await Task.sleep(for: .milliseconds(500))
        if Task.isCancelled { throw error }
      }
    }
  }

  private static let patienceWithMembers = Duration.seconds(30)

  private func answers(_ member: Etcd.MembersAnswer.Member) async -> Bool {
    for url in member.clientURLs ?? [] {
      do throws(LogFailure) {
        _ = try await gateway.askOne(
          url, "maintenance/status", Etcd.Nothing(), as: Etcd.StatusAnswer.self,
          within: .seconds(2))
        return true
      } catch { continue }
    }
    return false
  }

  private func seat(
    _ name: String, _ peerURL: String, _ members: [Etcd.MembersAnswer.Member]
  ) -> MemberSeat {
    let cluster = members.flatMap { member in
      (member.peerURLs ?? []).map { url in
        "\(url == peerURL ? name : member.name ?? "")=\(url)"
      }
    }
    return MemberSeat(
      name: name, peerURL: peerURL, cluster: cluster.sorted().joined(separator: ","))
  }
}

extension Etcd {
  struct RemoveMember: Encodable, Sendable {
    var id: ID
    enum CodingKeys: String, CodingKey { case id = "ID" }
  }

  struct AddMember: Encodable, Sendable { var peerURLs: [String] }
}
