import BrokerAPI
package import Replica

extension Replica {
  /// What its part among the others is, now.
  package func part(isAlone: Bool) -> ReplicaPart {
    let status = status
    if isAlone { return ReplicaPart(role: .single, state: status.serving ? .serving : .starting) }
    var part =
      switch status.standing {
      case .starting: ReplicaPart(role: .replica, state: .starting)
      case .leading: ReplicaPart(role: .leader, state: .serving)
      case .following: ReplicaPart(role: .replica, state: .serving)
      case .halted: ReplicaPart(role: .replica, state: .halted)
      }
    if case .halted(let why) = status.standing { part.detail = why }
    if let since = status.pausedSince, status.serving {
      part.state = .paused
      part.pausedSince = since
      part.log = "no majority"
      part.detail = status.pausedWhy.map { String($0.prefix(400)) }
    }
    return part
  }
}
