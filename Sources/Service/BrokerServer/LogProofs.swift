import BrokerAPI
import Leases
import LedgerStore
import Receipts
import Replica
import Transparency
import Witnessing

// The log as a transparency log (C2SP tlog-tiles): checkpoints and hashes for everybody, entries for those who
// watch over it.
extension Broker {
  private var published: Publication {
    get throws {
      guard let publication else {
        throw Problem(
          .notFound, "This replica publishes no checkpoints: it has no signer.",
          next: "Ask a replica with the section signer in its settings.")
      }
      return publication
    }
  }

  private func note(_ bytes: [UInt8]?) throws -> Answer {
    guard let bytes else {
      throw Problem(
        .notFound, "There is no such checkpoint yet.",
        next: "Ask again; /v1/tlog/standing says what it waits for.")
    }
    return Answer(status: 200, body: .bytes(bytes, type: "text/plain; charset=utf-8"))
  }

  func logCheckpoint() throws -> Answer { try note(published.checkpoint) }

  func logWitnessed() throws -> Answer { try note(published.witnessed) }

  /// - Parameter kind: what stands before the rest of the path, with a slash; empty for hashes.
  func logTile(_ call: Call, _ kind: String) async throws -> Answer {
    let published = try published
    guard let tile = Tile(path: "tile/" + kind + (try call.path("tile"))) else {
      throw Problem(
        .notFound, "This is no path of a tile.",
        next: "Write <level>/<number>, the number in groups as x001/x234/067, .p/<width> after it.")
    }
    guard let bytes = try await store.aside({ try published.bytes(of: tile) }) else {
      throw Problem(
        .notFound, "The newest checkpoint's tree has no such tile.",
        next: "Take the size from /v1/tlog/checkpoint; a partial tile ends in .p/<width>.")
    }
    return Answer(status: 200, body: .bytes(bytes, type: "application/octet-stream"))
  }

  /// What proves the trade of a lease that the caller may see.
  func leaseReceipt(_ call: Call) async throws -> Answer {
    let published = try published
    let (store, lease) = (store, try await lease(call).lease.id)
    let made: TradeReceipt?
    do {
      made = try await store.aside {
        try TradeReceipt.make(
          lease: lease, store: store, witnessed: published.witnessedTree,
          stored: published.tree.files.hash)
      }
    } catch ReceiptError.notYet {
      throw Problem(
        .behindPosition, "Too few witnesses have cosigned the trade yet.",
        next: "Ask again in some seconds; /v1/tlog/standing says what it waits for.")
    }
    guard let made else { throw Problem(.notFound, "The lease \(lease) has no trade.") }
    return .json(
      Wire.TradeReceipt(
        lease: lease, receipt: String(decoding: made.receipt, as: UTF8.self),
        proof: String(decoding: made.proof, as: UTF8.self)
      ).json())
  }

  /// What the log says of a lease that the caller may see, as far as it is witnessed.
  func leaseEvidence(_ call: Call) async throws -> Answer {
    let published = try published
    let (store, lease) = (store, try await lease(call).lease.id)
    let after = call.arguments.position("after")?.value ?? -1
    let made = try await store.aside {
      try LeaseEvidence.make(
        lease: lease, after: after, store: store, witnessed: published.witnessedTree,
        stored: published.tree.files.hash)
    }
    let body = Wire.LeaseEvidence(
      lease: lease,
      records: (made?.records ?? []).map {
        Wire.TradeReceipt(
          lease: lease, receipt: String(decoding: $0.receipt, as: UTF8.self),
          proof: String(decoding: $0.proof, as: UTF8.self))
      }, next: made?.next.map { Position(clamping: $0) })
    return .json(body.json())
  }

  func logStanding() throws -> Answer {
    let published = try published
    let standing = published.standing
    let body = Wire.LogStanding(
      origin: published.key.name, checkpointed: Position(clamping: Int64(standing.checkpointed)),
      witnessed: Position(clamping: Int64(standing.witnessed)),
      witnesses: standing.witnesses.map {
        Wire.WitnessReach(
          name: $0.name, size: Position(clamping: Int64($0.size)), trouble: $0.trouble)
      },
      waitingSince: standing.waitingSince.map { WireTime(clamping: $0) },
      trouble: standing.signerTrouble ?? standing.quorumTrouble,
      quorum: standing.quorum.map {
        Wire.CosignerGroup(least: $0.least, witnesses: $0.witnesses)
      })
    return .json(body.json())
  }

  func logEntryStanding(_ call: Call) throws -> Answer {
    let published = try published
    let position = call.arguments.position("position") ?? Position(clamping: 0)
    let status = replica.status
    guard position.value < max(status.position, status.logEnd) else {
      throw Problem(.notFound, "The ledger has no entry \(position.text) yet.")
    }
    var standing = proof(of: position.value)
    if position.value >= status.position {
      standing = Wire.EntryStanding(
        position: position, state: .sequenced, witnesses: 0,
        of: Int64(published.policy.witnesses.count))
    }
    return .json(standing?.json() ?? [])
  }
}

extension Wire.ProofState {
  init(_ state: Publication.EntryStanding.State) {
    self =
      switch state {
      case .applied: .applied
      case .checkpointed: .checkpointed
      case .witnessed: .witnessed
      }
  }
}
