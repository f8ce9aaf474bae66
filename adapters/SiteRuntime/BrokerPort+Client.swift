import BrokerAPI
package import BrokerClient

/// The broker over its HTTP API.
package struct HTTPBrokerPort: BrokerPort {
  private let client: BrokerClient
  private let site: String

  package init(_ client: BrokerClient, site: String) {
    self.client = client
    self.site = site
  }

  package func clock() async throws(BrokerError) -> BrokerTime {
    do {
      return Self.time(try await client.clock())
    } catch {
      throw .again(Self.words(error))
    }
  }

  package func wanted(
    after: Int64?, waitSeconds: Int64
  ) async throws(BrokerError) -> WantedAnswer {
    do {
      let answer = try await client.wanted(
        site, after: after.map { Position(clamping: $0) }, waiting: Int(waitSeconds))
      let time = Self.time(answer.clock)
      let members = Dictionary(
        answer.tenants.map { ($0.tenant, $0.members) }, uniquingKeysWith: { first, _ in first })
      return WantedAnswer(
        set: WantedSet(
          position: answer.position.value, asOf: time.market,
          leases: answer.leases.map { Self.lease($0, members[$0.tenant] ?? []) }),
        time: time)
    } catch {
      throw .again(Self.words(error))
    }
  }

  package func report(_ report: LeaseReport) async throws(BrokerError) {
    let state: Wire.ReportedState
    switch report.state {
    case .prepared: state = .prepared
    case .open: state = .open
    case .closed: state = .closed
    case .failed: state = .failed
    case .abandoned:
      return try await send { [client] in
        _ = try await client.abandonLease(report.lease, key: CommandID(report.key))
      }
    }
    let access = Self.presentable(report.access)
    let observed = report.observed.map {
      Wire.Observation(nodes: $0.nodes, others: $0.others, wiped: $0.wiped)
    }
    try await send { [client] in
      _ = try await client.reportLease(
        report.lease,
        Wire.ReportLease(
          state: state, access: access.isEmpty ? nil : access, observed: observed),
        key: CommandID(report.key))
    }
  }

  package func post(_ batch: ReadingBatch) async throws(BrokerError) {
    let readings = batch.readings.map { reading in
      Wire.Reading(
        lease: reading.lease, from: WireTime(clamping: reading.from),
        to: WireTime(clamping: reading.to), delivered: GPUSeconds(clamping: reading.delivered),
        used: GPUSeconds(clamping: reading.used))
    }
    try await send { [client, site] in
      _ = try await client.reportReadings(
        site, Wire.ReportReadings(readings: readings), key: CommandID(batch.key))
    }
  }

  package func publish(_ offer: SiteOffer) async throws(BrokerError) {
    guard let currency = Wire.CurrencyCode(rawValue: offer.currency) else {
      throw .refused(code: "currency", detail: "\(offer.currency) is none of HKD, CNY, MOP")
    }
    let pools = offer.pools.map { pool in
      let limits = Wire.LeaseLimits(
        shortest: pool.limits.shortest.map { Int($0) },
        longest: pool.limits.longest.map { Int($0) },
        mostGpus: pool.limits.most.map { Int($0) })
      return Wire.OfferedPool(
        pool: pool.pool, chip: pool.chip, fabric: pool.fabric, unit: Int(pool.unit),
        node: Int(pool.node),
        reclaim: pool.reclaim.map { .notice(minutes: $0 / 60_000) } ?? .never,
        lease: pool.limits == SiteOffer.Limits() ? nil : limits,
        spans: pool.spans.map { span in
          Wire.OfferedSpan(
            from: WireTime(clamping: span.from), to: WireTime(clamping: span.to),
            gpus: Int(span.gpus), ask: WireMoney(currency, minor: span.ask))
        })
    }
    let body = Wire.PublishOffer(
      generation: offer.generation, sellUntil: WireTime(clamping: offer.sellUntil), pools: pools)
    try await send { [client, site] in
      _ = try await client.publishOffer(site, body, key: CommandID(offer.key))
    }
  }

  package func withdraw(_ end: OfferEnd) async throws(BrokerError) {
    try await send { [client, site] in
      _ = try await client.withdrawOffer(
        site, Wire.WithdrawOffer(generation: end.generation), key: CommandID(end.key))
    }
  }

  /// A refusal is final for this content; whatever else went wrong may pass, a token that is not
  /// valid now too, since somebody may repair it.
  private func send(_ call: @Sendable () async throws -> Void) async throws(BrokerError) {
    do {
      try await call()
    } catch let error as BrokerClientError {
      if case .refused(let problem) = error, !error.isTransient {
        throw .refused(code: problem.code, detail: problem.detail)
      }
      throw .again(Self.words(error))
    } catch {
      throw .again(Self.words(error))
    }
  }

  private static func words(_ error: any Error) -> String {
    guard let error = error as? BrokerClientError else { return "\(error)" }
    return "\(error.description). \(error.next)"
  }

  private static func time(_ clock: Wire.Clock) -> BrokerTime {
    BrokerTime(market: clock.market.milliseconds, scale: Int64(clock.scale))
  }

  private static func lease(_ lease: Wire.WantedLease, _ members: [String]) -> WantedLease {
    WantedLease(
      lease: lease.lease, pool: lease.pool, chip: lease.chip, tenant: lease.tenant,
      start: lease.start.milliseconds, end: lease.end.milliseconds, exclusive: lease.exclusive,
      steps: lease.steps.map { step in
        WantedStep(
          from: step.from.milliseconds, to: step.to.milliseconds, gpus: Int64(step.gpus))
      },
      endedAt: lease.endedAt?.milliseconds, members: members)
  }

  /// What the API takes: at most 32 short lines.
  private static func presentable(_ access: [String: String]) -> [String: String] {
    let lines = access.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }.prefix(32)
    return Dictionary(
      lines.map { key, value in
        (key, String(value.filter { !$0.isNewline }.prefix(1_024)))
      }, uniquingKeysWith: { first, _ in first })
  }
}
