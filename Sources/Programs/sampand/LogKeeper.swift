import BrokerAPI
import CommandLog
import LedgerStore
import Logging
import Peers
import Replica
import ServiceLifecycle

/// Keeps the log that replicas share short: the leader lets it go of what is a day old, or of more when it is
/// large, once every replica has it that was heard of in the last minute. The ledger files keep everything.
struct LogKeeper: Service {
  let replica: Replica
  let store: LedgerStore
  let log: any CommandLog
  let watch: PeerWatch
  let logger: Logger

  private static let every: Duration = .seconds(15)
  /// Market ms that entries stay.
  private static let age: Int64 = 86_400_000
  /// Bytes from which on age does not count.
  private static let large: Int64 = 1 << 30
  /// Entries that a replica may have applied and not in its file.
  private static let margin: Int64 = 20_000

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        try? await Task.sleep(for: Self.every)
        if Task.isCancelled { return }
        do { try await keep() } catch {
          logger.warning("the log was not shortened", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  private func keep() async throws {
    let status = replica.status
    guard status.standing == .leading else { return }
    let now = MarketClock.wall()
    let others = await watch.cards().filter { card in
      card.state != .unreachable || (card.heardOf?.milliseconds ?? 0) > now - 60_000
    }
    let applied = others.map(\.applied.value).min() ?? status.written
    var end = min(applied, status.written) - Self.margin
    let used = await log.condition().members.map(\.usedBytes).max() ?? 0
    if used < Self.large { end = min(end, try store.position(since: status.time - Self.age)) }
    if end > 0 { replica.shorten(before: end) }
  }
}
