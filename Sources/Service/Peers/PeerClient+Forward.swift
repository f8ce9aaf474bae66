package import CommandLog
package import Replica

extension PeerClient {
  /// Hands a command to the replica that leads, as a replica does that was asked and does not.
  package func forward(
    _ submission: Submission, to leader: LeaderCard, since: Int64
  ) async throws(SubmissionError) -> Receipt {
    do throws(PeerError) {
      // No longer than a sender waits where it leads: under the same id it may be asked again.
      return try await submit(submission, to: leader.url, timeout: .seconds(2))
    } catch {
      switch error {
      case .notLeader, .stopping, .unreachable: throw .moved
      case .overloaded: throw .overloaded
      case .unfit(let why): throw .unfit(why)
      case .differentContent(let position): throw .differentContent(position: position)
      case .outcomeUnknown, .badAnswer: throw .unknown(since: since)
      }
    }
  }

  /// What each of these replicas has for the seal at a position.
  package func seals(at position: Int64, of peers: [PeerAddress]) async -> [SealView?] {
    await withTaskGroup(of: SealView?.self) { group in
      for peer in peers {
        group.addTask {
          try? await seals(at: position, of: peer.url).first { $0.position == position }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
  }
}
