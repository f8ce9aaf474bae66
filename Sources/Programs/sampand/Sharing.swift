import Access
import BrokerServer
import LedgerStore
import Peers

extension SharingDesk {
  /// What this replica has beside its ledger.
  init(_ name: String, _ access: AccessDoor, _ directory: Directory) {
    self.init(
      name: name,
      shelves: [
        SharedShelf(name: .secrets, shelf: access.shelf, kinds: AccessDoor.Kind.shared) {
          access.noticed($0)
        },
        SharedShelf(
          name: .words, shelf: directory.shelf,
          kinds: Set(Directory.Kind.allCases.map(\.rawValue))),
      ],
      claim: { try access.claim($0, by: $1) },
      words: { try directory.words(.access, $0) })
  }

  /// What the broker asks of the others; nil when there are none.
  func others(_ broker: BrokerSettings, _ client: PeerClient) -> OtherReplicas? {
    guard let peers = broker.peers?.others, !peers.isEmpty else { return nil }
    return OtherReplicas(
      leave: { try await leave($0, of: peers, client) },
      access: { await Self.access($0, of: peers, client) })
  }
}
