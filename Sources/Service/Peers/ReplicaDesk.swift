import Backup
package import BrokerAPI
import Foundation
import Ledger
package import LedgerStore
package import Replica
import Synchronization

/// What a replica is called and where it stands.
package struct ReplicaIdentity: Sendable {
  package var name: String
  package var place: String?
  package var release: String
  /// PEM; nil without peers.
  package var certificate: String?

  package init(name: String, place: String?, release: String, certificate: String?) {
    self.name = name
    self.place = place
    self.release = release
    self.certificate = certificate
  }
}

/// What a replica knows of its part among others: asked each time.
package struct ReplicaPart: Sendable {
  package var role: Wire.ReplicaRole
  package var state: Wire.ReplicaState
  package var log: String
  package var spare: Int64?
  package var pausedSince: Int64?
  package var detail: String?
  package var witnesses: Wire.WitnessSummary?

  package init(role: Wire.ReplicaRole, state: Wire.ReplicaState, log: String = "ok") {
    self.role = role
    self.state = state
    self.log = log
  }

  /// What the log says of its members.
  package mutating func take(_ report: LogReport) {
    spare = report.spare
    if report.words != "ok" { log = report.words }
  }

  /// The same of a replica that has no say.
  package var asFollower: ReplicaPart {
    var part = self
    part.role = .follower
    if part.state == .paused { part.log = "no answer" }
    return part
  }
}

/// Answers what operators and other replicas ask of a replica: how it is, a copy of its ledger.
package final class ReplicaDesk: Sendable {
  private let identity: ReplicaIdentity
  private let replica: Replica
  let store: LedgerStore
  private let part: @Sendable () async -> ReplicaPart
  private let startedAt = WireTime(clamping: MarketClock.wall())
  private let isCopying = Mutex(false)

  /// - Parameter part: what its role is; that of a single replica when left out.
  package init(
    identity: ReplicaIdentity, replica: Replica, store: LedgerStore,
    part: (@Sendable () async -> ReplicaPart)? = nil
  ) {
    self.identity = identity
    self.replica = replica
    self.store = store
    self.part =
      part ?? { ReplicaPart(role: .single, state: replica.status.serving ? .serving : .starting) }
    LedgerBackup.removeLeft(beside: store.path)
  }

  package var name: String { identity.name }

  /// How the replica is, now.
  package func card() async -> Wire.ReplicaCard {
    let status = replica.status
    let part = await part()
    var card = Wire.ReplicaCard(
      name: identity.name, role: part.role, state: part.state,
      applied: Position(clamping: status.position), log: part.log, release: identity.release)
    card.place = identity.place
    card.spare = part.spare
    card.pausedSince = part.pausedSince.map { WireTime(clamping: $0) }
    card.detail = part.detail
    card.witnesses = part.witnesses
    card.startedAt = startedAt
    card.certificateUntil = identity.certificate.flatMap(CertificateEnd.of)
    if status.serving {
      card.round = status.round
      card.frozenSince = status.freeze.map { WireTime(clamping: $0.at) }
      card.frozenBy = status.freeze?.by
      if status.freeze == nil {
        let left = max(0, status.roundDue - replica.clock.market) / max(1, replica.clock.scale)
        card.roundDue = WireTime(clamping: MarketClock.wall() + left)
      }
    }
    let store = store
    if let last = try? await store.aside({ try store.lastSnapshot() }) {
      card.stateDigest = last.digest
      card.statePosition = Position(clamping: last.position)
    }
    card.clockDrift = status.clockDrift
    card.clock = WireTime(clamping: MarketClock.wall())
    return card
  }

  /// What this replica has for the seal at a position; nil: not yet.
  func seal(at position: Int64) async -> SealView? {
    (try? await replica.seal(at: position)) ?? nil
  }

  /// A copy of the ledger; nil while another is being made or read.
  func backup() async throws -> BackupTurn? {
    let isFree = isCopying.withLock { copying in
      defer { copying = true }
      return !copying
    }
    guard isFree else { return nil }
    let store = store
    do {
      let backup = try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(with: Result { try LedgerBackup(of: store) })
        }
      }
      return BackupTurn(desk: self, backup: backup)
    } catch {
      isCopying.withLock { $0 = false }
      throw error
    }
  }

  fileprivate func end() { isCopying.withLock { $0 = false } }
}

/// A copy while somebody reads it, or does not come to read it: gone with the last who holds this.
final class BackupTurn: Sendable {
  let backup: LedgerBackup
  private let desk: ReplicaDesk

  fileprivate init(desk: ReplicaDesk, backup: LedgerBackup) {
    self.desk = desk
    self.backup = backup
  }

  deinit {
    backup.remove()
    desk.end()
  }
}
