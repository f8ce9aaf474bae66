import Foundation
import LedgerStore
package import Logging
import ServiceLifecycle
package import Transparency
import Transport

/// Compares what one witness cosigned with what the others did, and with what the log publishes: a log that
/// shows two histories to two of them is found out here, within one interval.
package struct WitnessMonitor: Service {
  /// What a look found.
  package enum Finding: Hashable, Sendable {
    /// Two signed trees of one log that do not belong together, as far as this log can show.
    case fork(witness: String, ForkEvidence)
    /// Our own files were older than what we cosigned: they have it again now.
    case learned(origin: String)
    /// Nobody answers, or with nonsense.
    case trouble(who: String, why: String)
  }

  private let keeper: WitnessKeeper
  private let policy: WitnessPolicy
  private let every: Duration
  private let logger: Logger
  private let transport = HTTPTransport(
    limits: TransportLimits(responseBody: WitnessRequest.byteLimit), userAgent: "sampand")
  private let hasher = SHA256Hasher()

  /// - Parameter policy: the logs, with URLs to compare with; the witnesses that are asked have URLs.
  package init(
    keeper: WitnessKeeper, policy: WitnessPolicy, every: Duration, logger: Logger
  ) {
    self.keeper = keeper
    self.policy = policy
    self.every = every
    self.logger = logger
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var known: Set<Finding> = []
      while !Task.isCancelled {
        let found = await look()
        for finding in found where !known.contains(finding) { report(finding) }
        known = Set(found)
        try? await Task.sleep(for: every)
      }
    }
  }

  /// One look at everybody.
  package func look() async -> [Finding] {
    var found: [Finding] = []
    for log in policy.logs {
      if let url = log.url, let finding = await learn(log.key.name, url) { found.append(finding) }
      for witness in policy.witnesses where witness.key != keeper.verifier {
        if let url = witness.url, let finding = await compare(log, witness, url) {
          found.append(finding)
        }
      }
    }
    return found
  }

  private func report(_ finding: Finding) {
    switch finding {
    case .fork(let witness, _):
      logger.critical(
        "the log shows two histories; the evidence is kept", metadata: ["witness": "\(witness)"])
    case .learned(let origin):
      logger.error("the witness's files were an old copy", metadata: ["log": "\(origin)"])
    case .trouble(let who, let why):
      logger.warning("not compared", metadata: ["with": "\(who)", "why": "\(why)"])
    }
  }

  /// What we cosigned ourselves may be in the log's checkpoint and not in our files.
  private func learn(_ origin: String, _ url: String) async -> Finding? {
    do {
      guard let note = try await get(url + "/checkpoint") else { return nil }
      return try keeper.learn(from: note) ? .learned(origin: origin) : nil
    } catch {
      return .trouble(who: origin, why: "\(error)")
    }
  }

  private func compare(
    _ log: WitnessPolicy.Log, _ witness: WitnessPolicy.Member, _ url: String
  ) async -> Finding? {
    let origin = log.key.name
    do {
      let digest = SHA256Hasher.hex(Array(origin.utf8))
      guard let theirs = try await get("\(url)/\(digest)/checkpoint") else { return nil }
      guard let own = keeper.log(origin: origin), let note = own.note else { return nil }
      let keys = own.keys + [witness.key]
      let (checkpoint, lines) = try Checkpoint.open(
        theirs, origin: origin, hasher: hasher,
        check: { keys.verdict(on: $0, text: $1, check: Signatures.check) })
      guard lines.contains(where: { $0.isBy(keyName: witness.key.name, keyID: witness.key.id) })
      else { return .trouble(who: witness.name, why: "its checkpoint lacks its own signature") }
      let other = KnownTree(size: checkpoint.size, root: checkpoint.root)
      let isOurs = own.tree.size <= other.size
      let (early, late) = isOurs ? (own.tree, other) : (other, own.tree)
      guard early.size > 0 else { return nil }
      let path = try await path(early.size, late.size, log.url)
      let proof = ConsistencyProof(oldSize: early.size, size: late.size, path: path ?? [])
      if early.size == late.size
        ? early.root == late.root
        : proof.proves(oldRoot: early.root, root: late.root, hasher: hasher)
      {
        return nil
      }
      guard path != nil else {
        return .trouble(who: origin, why: "its tiles, which would prove one history, are not there")
      }
      let notes = isOurs ? (note.bytes, theirs) : (theirs, note.bytes)
      let evidence = ForkEvidence(known: notes.0, path: path ?? [], other: notes.1)
      try keeper.keep(evidence)
      return .fork(witness: witness.name, evidence)
    } catch {
      return .trouble(who: witness.name, why: "\(error)")
    }
  }

  /// The path between two sizes, from the log's tiles; nil when they are not to be had.
  private func path(_ old: UInt64, _ size: UInt64, _ url: String?) async throws -> [Digest]? {
    if old == size { return [] }
    guard let url else { return nil }
    var tiles: [String: [Digest]] = [:]
    // One tile more a turn; a path has at most 63 hashes, each of at most 63 parts.
    for _ in 0..<200 {
      do {
        return try ConsistencyProof(oldSize: old, size: size, hasher: hasher) { level, index in
          guard let found = Tile.holding(level: level, index: index, size: size),
            let hashes = tiles[found.tile.path]
          else { return nil }
          return MerkleTree.root(of: Array(hashes[found.range]), hasher: hasher)
        }.path
      } catch MerkleProofError.missing(let level, let index) {
        guard let found = Tile.holding(level: level, index: index, size: size),
          let bytes = try await get("\(url)/\(found.tile.path)"),
          bytes.count == found.tile.width * 32
        else { return nil }
        tiles[found.tile.path] = stride(from: 0, to: bytes.count, by: 32).compactMap {
          Digest(bytes[$0..<$0 + 32])
        }
      }
    }
    return nil
  }

  /// The body; nil when there is none such.
  private func get(_ url: String) async throws -> [UInt8]? {
    let answer = try await transport.send(HTTPRequest(url: url, timeout: .seconds(10)))
    if answer.status == 404 { return nil }
    guard answer.isSuccess else {
      throw WitnessingError.refused(
        by: url, status: answer.status, why: answer.body.shortText)
    }
    return answer.body
  }
}
