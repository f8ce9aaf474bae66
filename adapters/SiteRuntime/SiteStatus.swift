import AdapterKit
package import BrokerAPI

/// What an agent knows, for a person: `sampan-agent status`.
package struct SiteStatus: Sendable, Hashable, Codable {
  package struct Offered: Sendable, Hashable, Codable {
    package var pool: String
    package var chip: String
    /// Now.
    package var gpus: Int64
    /// Per GPU-hour, now.
    package var ask: WireMoney?
  }

  package struct Held: Sendable, Hashable, Codable {
    package var lease: String
    package var tenant: String
    package var pool: String
    package var start: WireTime
    package var end: WireTime
    /// What the broker wants now: `open 16`, `prepared 16`, `nothing` or `gone`.
    package var wanted: String
    /// What the cluster has, in the same words.
    package var stands: String
    /// The last state that the broker was told.
    package var told: String?
    package var users: [String]?
    package var note: String?
  }

  package struct Waiting: Sendable, Hashable, Codable {
    package var id: String
    package var lease: String
    package var change: String
    package var reason: Proposal.Reason
    package var since: WireTime
    package var lapses: WireTime?
    package var commands: [String]?
  }

  package var site: String
  package var mode: SiteMode
  package var frozen: Bool
  /// Of the market.
  package var time: WireTime
  /// Of this machine's clock.
  package var wall: WireTime
  package var broker: String
  /// Until when the broker may sell by what it was told last.
  package var sellUntil: WireTime?
  package var offered: [Offered]
  package var leases: [Held]
  package var waiting: [Waiting]
  /// Batches of readings that the broker has not yet taken.
  package var unsent: Int
}

extension Reconcile {
  /// What there is to tell now; `wall` and `broker` are the shell's to say.
  func status(at now: Int64, wall: Int64, broker: String) -> SiteStatus {
    SiteStatus(
      site: memory.site, mode: mode, frozen: control.frozen, time: WireTime(clamping: now),
      wall: WireTime(clamping: wall), broker: broker,
      sellUntil: memory.sellUntil > now ? WireTime(clamping: memory.sellUntil) : nil,
      offered: offered(at: now), leases: held(at: now),
      waiting: proposals.values.sorted { $0.change.lease < $1.change.lease }.map { proposal in
        SiteStatus.Waiting(
          id: proposal.id, lease: proposal.change.lease, change: proposal.change.words,
          reason: proposal.reason, since: WireTime(clamping: proposal.since),
          lapses: proposal.lapses.map { WireTime(clamping: $0) }, commands: proposal.commands)
      }, unsent: memory.outbox.count)
  }

  /// What may be sold now by the last schedule that the broker took.
  private func offered(at now: Int64) -> [SiteStatus.Offered] {
    guard memory.sellUntil > now else { return [] }
    return (offering.taken?.pools ?? []).map { pool in
      let span = pool.spans.first { $0.from <= now && now < $0.to }
      return SiteStatus.Offered(
        pool: pool.pool, chip: pool.chip, gpus: span?.gpus ?? 0,
        ask: span.flatMap { span in
          Wire.CurrencyCode(rawValue: terms?.currency ?? "").map { WireMoney($0, minor: span.ask) }
        })
    }
  }

  private func held(at now: Int64) -> [SiteStatus.Held] {
    let known = memory.wanted?.leases ?? []
    var held = known.filter { !isClosed($0.lease) }.map { lease in
      let wish =
        switch lease.desire(at: now, lead: lead(of: lease)) {
        case .nothing: "nothing"
        case .gone: "gone"
        case .order(let order): "\(order.state) \(order.gpus)"
        }
      let stands = tasks[lease.lease]?.observed
      return SiteStatus.Held(
        lease: lease.lease, tenant: lease.tenant, pool: lease.pool,
        start: WireTime(clamping: lease.start), end: WireTime(clamping: lease.close), wanted: wish,
        stands: stands.map { "\($0.state) \($0.gpus)" } ?? "nothing",
        told: memory.reported[lease.lease]?.rawValue,
        users: stands?.users ?? tasks[lease.lease]?.users,
        note: memory.lapsed.contains(lease.lease)
          ? "not approved in time" : isShut(lease) ? Self.wait(lease) : stands?.note)
    }
    for (name, task) in tasks.sorted(by: { $0.key < $1.key }) {
      guard let stands = task.observed, !known.contains(where: { $0.lease == name }) else {
        continue
      }
      held.append(
        SiteStatus.Held(
          lease: name, tenant: "", pool: stands.pool, start: WireTime(clamping: now),
          end: WireTime(clamping: now), wanted: "gone", stands: "\(stands.state) \(stands.gpus)",
          note: "stands on the cluster, but the broker does not know it"))
    }
    return held
  }
}
