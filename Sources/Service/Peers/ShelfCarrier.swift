import LedgerStore
package import Logging
import ServiceLifecycle

/// Brings the other replicas what changed on the shelves here. Whatever was brought from elsewhere goes on
/// too, so that two that cannot reach each other hear by a third.
package struct ShelfCarrier: Service {
  /// After which the other is asked again what it has: it may have been made anew.
  private static let ask: Duration = .seconds(10)
  private static let look: Duration = .milliseconds(100)
  private static let rest: Duration = .seconds(1)

  private let loads: [(peer: PeerAddress, shelf: SharedShelf)]
  private let client: PeerClient
  private let logger: Logger

  /// - Parameters:
  ///   - shelves: of this replica.
  ///   - jurisdiction: its own; words go to peers of the same, and to nobody when it is nil.
  package init(
    _ shelves: [SharedShelf], to peers: [PeerAddress], jurisdiction: String?, client: PeerClient,
    logger: Logger
  ) {
    loads = peers.flatMap { peer in
      shelves.filter { shelf in
        switch shelf.name {
        case .secrets: true
        case .words: jurisdiction != nil && peer.jurisdiction == jurisdiction
        }
      }.map { (peer, $0) }
    }
    self.client = client
    self.logger = logger
  }

  package func run() async throws {
    // One that ends would end the others with it.
    guard !loads.isEmpty else { return try await gracefulShutdown() }
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        for load in loads { group.addTask { await carry(load.shelf, to: load.peer) } }
        await group.waitForAll()
      }
    }
  }

  private func carry(_ shared: SharedShelf, to peer: PeerAddress) async {
    var (heard, asked) = (Int64(0), ContinuousClock.Instant?.none)
    var fails = false
    while !Task.isCancelled {
      do {
        let isDue = asked.map { ContinuousClock.now - $0 > Self.ask } ?? true
        if isDue {
          heard = try await client.bring(load(shared, []), to: peer.url)
          asked = .now
        }
        if shared.shelf.end > heard {
          let (items, end) = try shared.shelf.items(after: heard, atMost: PeerLoad.enough)
          var next = load(shared, items.filter { shared.kinds.contains($0.kind) })
          next.head.end = end
          heard = try await client.bring(next, to: peer.url)
        }
        fails = false
        if shared.shelf.end <= heard { try? await Task.sleep(for: Self.look) }
      } catch {
        // Once a time: status tells who is unreachable.
        if !fails, !Task.isCancelled {
          logger.notice(
            "a replica cannot be brought what changed beside the ledger",
            metadata: ["peer": "\(peer.name)", "shelf": "\(shared.name)", "error": "\(error)"])
        }
        (fails, asked) = (true, nil)
        try? await Task.sleep(for: Self.rest)
      }
    }
  }

  private func load(_ shared: SharedShelf, _ items: [ShelfItem]) -> PeerLoad {
    PeerLoad(
      head: PeerLoad.Head(shelf: shared.name, instance: shared.shelf.instance, end: nil),
      items: items)
  }
}
