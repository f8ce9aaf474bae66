import Access
import ArgumentParser
import BrokerServer
import BrokerAPI
import CommandLog
import Foundation
import Ledger
import LedgerStore
import Logging
import Peers
import Replica
import ServiceLifecycle
import Settings
import Transport
import Witnessing
import UnixSignals

/// Runs the broker until it is told to stop.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the broker until SIGTERM or SIGINT.",
    discussion: "Example: sampand run --config config/sampand.yaml")

  @OptionGroup var settings: SettingsOption

  @Option(help: "Write the address to this file once commands are taken there.")
  var addressFile: String?

  func run() async throws {
    // A reader that goes away must never end the broker.
    signal(SIGPIPE, SIG_IGN)
    let broker = try BrokerSettings(file: settings.config)
    if broker.follow != nil {
      // Everything comes from what it follows, the first entry included.
      try FileManager.default.createDirectory(
        atPath: broker.data, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
    guard broker.follow != nil || FileManager.default.fileExists(atPath: broker.ledger) else {
      throw Failure(
        description: "\(broker.ledger) does not exist; "
          + "run: sampand init --config \(settings.config) --market config/market.yaml")
    }
    var logger = Logger(label: broker.name)
    logger.logLevel = Logger.Level(rawValue: broker.level) ?? .info
    let lock = try FileLock(path: broker.data + "/lock")
    defer { lock.release() }
    try renew(broker.ledger, logger)
    let store = try LedgerStore(path: broker.ledger)
    let last = try store.lastTime()
    let log = broker.etcd.map { EtcdLog($0) }
    let client = broker.peers.map { PeerClient(trust: $0.trust) }
    let replica = Replica(
      store: store, clock: try Self.clock(broker, after: last),
      seat: try Self.seat(broker, log, client), logger: logger)
    let proofs = try Self.tree(broker, store)
    let publication = try broker.signer.flatMap { signer in
      try proofs.map { try signer.publication($0, folder: broker.tree) }
    }
    let access = try AccessDoor(path: broker.tokens, store: store, author: broker.name)
    let directory = try Directory(path: broker.directory, author: broker.name)
    let sharing = SharingDesk(broker.name, access, directory)
    let server = BrokerServer(
      replica: replica, store: store, access: access, directory: directory,
      reads: try reads(broker, logger), publication: publication,
      options: options(broker, replica, client.flatMap { sharing.others(broker, $0) }),
      logger: logger)
    var services: [any Service] = [ReplicaService(replica: replica, logger: logger), server]
    if !broker.published.isEmpty {
      services.append(
        PublishingService(
          store: store, replica: replica, folder: broker.published, every: broker.publishEvery,
          keep: broker.publishKeep,
          checkpoint: { publication?.witnessed ?? publication?.checkpoint }, logger: logger))
    }
    services += try Self.witnessing(broker, replica, publication, proofs, logger)
    let watch = PeerWatch(client: client, peers: broker.peers?.others ?? [])
    services += administration(broker, replica, log, watch, publication, sharing, logger)
    if let peers = broker.peers, let client {
      services.append(
        ShelfCarrier(
          sharing.shelves, to: peers.others, jurisdiction: peers.jurisdiction, client: client,
          logger: logger))
    }
    let group = ServiceGroup(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
  }

  /// Tables of an older release are made anew.
  private func renew(_ ledger: String, _ logger: Logger) throws {
    var told = ContinuousClock.now
    let renewed = try LedgerRenewal.renew(path: ledger) { position, end in
      guard ContinuousClock.now - told > .seconds(2) else { return }
      told = .now
      logger.notice("tables are made anew", metadata: ["entries": "\(position) of \(end)"])
    }
    guard let renewed else { return }
    logger.notice(
      "the tables of the ledger were made anew; delete the old file when all is well",
      metadata: ["entries": "\(renewed.entries)", "before": "\(renewed.before)"])
  }

  /// The record of reads. Its head goes to the process's log, where whoever changes the file does not come.
  private func reads(_ broker: BrokerSettings, _ logger: Logger) throws -> ReadBook {
    let reads = try ReadBook(path: broker.reads)
    logger.notice(
      "reads recorded so far",
      metadata: ["size": "\(reads.head.size)", "root": "\(reads.head.root)"])
    return reads
  }

  /// Where this replica stands among the others.
  private static func seat(
    _ broker: BrokerSettings, _ log: EtcdLog?, _ client: PeerClient?
  ) throws -> ReplicaSeat {
    if let follow = broker.follow {
      return ReplicaSeat(
        principal: MarketSettings.leader, name: broker.name, mayLead: false,
        log: FollowedLog(source: follow.source, pin: follow.pin))
    }
    guard let log else { return ReplicaSeat(principal: MarketSettings.leader) }
    guard let peers = broker.peers, let client else {
      throw Failure(
        description: "log.engine etcd is for several replicas, and peers is missing: say how they "
          + "reach each other, or leave log.engine at local")
    }
    let forwarder = PeerForwarder(client)
    return ReplicaSeat(
      principal: MarketSettings.leader, name: broker.name, url: peers.url, log: log,
      forward: { try await forwarder.forward($1, to: $0) },
      council: { await client.seals(at: $0, of: peers.others) })
  }

  /// The tree over the ledger's entries, where somebody needs it.
  private static func tree(_ broker: BrokerSettings, _ store: LedgerStore) throws -> LedgerTree? {
    guard broker.signer != nil || broker.witness != nil else { return nil }
    return try LedgerTree(store: store, folder: broker.tree)
  }

  /// What signs checkpoints of this log, and what cosigns.
  private static func witnessing(
    _ broker: BrokerSettings, _ replica: Replica, _ publication: Publication?, _ tree: LedgerTree?,
    _ logger: Logger
  ) throws -> [any Service] {
    var services: [any Service] = []
    if let signer = broker.signer, let publication {
      services.append(
        Publisher(
          publication: publication, signer: SignerClient(socket: signer.socket), logger: logger,
          leads: { replica.leads },
          quorum: {
            try await replica.store.oversight()?.oversight.groups.map {
              Publication.Group(least: Int($0.least), witnesses: $0.witnesses)
            } ?? []
          }))
    }
    if let witness = broker.witness, let tree {
      var own: WitnessServer.OwnLog?
      if let origin = try broker.follow?.pin.origin ?? replica.store.origin() {
        own = WitnessServer.OwnLog(origin: origin) { try await tree.root(size: $0) }
      }
      services += try witness.services(logger, own: own)
    }
    return services
  }

  /// The doors for operators and other replicas.
  private func administration(
    _ broker: BrokerSettings, _ replica: Replica, _ log: EtcdLog?, _ watch: PeerWatch,
    _ publication: Publication?, _ sharing: SharingDesk, _ logger: Logger
  ) -> [any Service] {
    let isAlone = broker.etcd == nil && broker.follow == nil
    let isFollower = broker.follow != nil
    let part: @Sendable () async -> ReplicaPart = {
      var part = replica.part(isAlone: isAlone)
      part.witnesses = publication.map { Wire.WitnessSummary($0.standing) }
      if let log { part.take(LogReport(await log.condition())) }
      return isFollower ? part.asFollower : part
    }
    let desk = ReplicaDesk(
      identity: ReplicaIdentity(
        name: broker.name, place: broker.place, release: Sampand.release,
        certificate: broker.peers?.trust.certificate),
      replica: replica, store: replica.store, part: part)
    var services: [any Service] = [
      AdminSocket(
        path: broker.adminSocket, desk: desk, watch: watch, log: log, logger: logger)
    ]
    if let log {
      services.append(ClockWatch(replica: replica, watch: watch))
      services.append(
        LogKeeper(replica: replica, store: replica.store, log: log, watch: watch, logger: logger))
    }
    if let peers = broker.peers {
      services.append(
        PeerServer(
          desk: desk, host: peers.listen.host, port: peers.listen.port, trust: peers.trust,
          logger: logger, submit: { try await replica.submitAsLeader($0) }, sharing: sharing))
    }
    return services
  }

  private func options(
    _ broker: BrokerSettings, _ replica: Replica, _ others: OtherReplicas?
  ) -> BrokerServerOptions {
    var options = BrokerServerOptions()
    options.others = others
    options.host = broker.listen.host
    options.port = broker.listen.port
    options.requestBody = broker.requestBody
    options.requestsPerMinute = broker.requestsPerMinute
    options.openStreams = broker.openStreams
    guard let addressFile else { return options }
    options.onRunning = { port in
      Task {
        while !replica.status.serving { try? await Task.sleep(for: .milliseconds(10)) }
        try? Data("http://\(broker.listen.host):\(port)\n".utf8).write(
          to: URL(fileURLWithPath: addressFile), options: .atomic)
      }
    }
    return options
  }

  /// The market's clock. With a scale it goes on from the last entry: while the broker is down the
  /// market stands still.
  static func clock(_ broker: BrokerSettings, after last: Int64) throws -> MarketClock {
    guard broker.scale != 1 || broker.start != nil else { return MarketClock() }
    guard broker.listen.isLoopback else {
      throw Failure(description: "clock.scale other than 1 is for loopback only")
    }
    var start = MarketClock.wall()
    if let text = broker.start {
      let formatter = ISO8601DateFormatter()
      guard let date = formatter.date(from: text) else {
        throw Failure(
          description: "clock.start: \(text) is not a time such as 2026-12-01T00:00:00+08:00")
      }
      start = Int64(date.timeIntervalSince1970 * 1_000)
    }
    return MarketClock(scale: Int64(broker.scale), start: max(start, last))
  }
}
