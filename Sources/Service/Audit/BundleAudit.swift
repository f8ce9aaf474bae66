import Foundation
import Ledger
import LedgerStore
import Replica
import Transparency
import Units

/// Checks a bundle by its entries and a policy alone: no network, no broker, no word of whoever made it.
package enum BundleAudit {
  /// A signed checkpoint that the auditor has from elsewhere.
  package struct Known: Sendable {
    package let name: String
    package let note: [UInt8]

    package init(name: String, note: [UInt8]) {
      self.name = name
      self.note = note
    }

    /// Reads one from a file.
    package init(file: String) throws(AuditFault) {
      self.init(
        name: file, note: try BundleFolder.read(file, atMost: BundleFolder.mostNote))
    }
  }

  /// - Parameters:
  ///   - policy: whom the auditor trusts (C2SP tlog-policy); nil: signatures are not checked.
  ///   - known: checkpoints from elsewhere, which must be of the same history.
  ///   - progress: told how many entries of how many are done.
  /// - Throws: `AuditFault` when there is nothing that could be checked.
  package static func verify(
    folder: String, policy: [UInt8]?, known: [Known] = [],
    progress: (Int64, Int64) -> Void = { _, _ in }
  ) throws(AuditFault) -> AuditReport {
    let bundle = BundleFolder(path: folder)
    let manifest = try bundle.manifest()
    var trust: WitnessPolicy?
    if let policy {
      do { trust = try WitnessPolicy(parsing: policy, hasher: SHA256Hasher()) } catch {
        throw .policy("\(error)")
      }
    }
    var signatures = SignatureAudit(policy: trust, note: nil)
    do throws(AuditFault) { signatures.note = try bundle.note() } catch {
      signatures.fail(error.description)
    }
    signatures.open(known)
    var pass = Pass(bundle: bundle, manifest: manifest, sizes: signatures.sizes)
    pass.run(progress)
    signatures.compare(pass.roots, size: UInt64(pass.count))
    return pass.report(signatures)
  }

  fileprivate struct Pass {
    let bundle: BundleFolder
    let manifest: AuditManifest
    /// Sizes at which somebody signed a root.
    let sizes: Set<UInt64>
    let hasher = SHA256Hasher()
    var stream = TileStream(hasher: SHA256Hasher())
    var replay = LogReplay()
    var isFollowed = true
    var roots: [UInt64: Digest] = [:]
    var origin = ""
    var genesis = ""
    /// The first thing that is wrong with the tree, and with its hashes alone.
    var treeFault: LogReplay.Fault?
    var hashFault: LogReplay.Fault?

    var count: Int64 { Int64(stream.tree.size) }

    init(bundle: BundleFolder, manifest: AuditManifest, sizes: Set<UInt64>) {
      self.bundle = bundle
      self.manifest = manifest
      self.sizes = sizes
    }

    mutating func run(_ progress: (Int64, Int64) -> Void) {
      let capacity = Int64(Tile.capacity)
      while count < manifest.entries, treeFault == nil {
        let width = Int(min(capacity, manifest.entries - count))
        guard let tile = Tile(.entries, index: UInt64(count / capacity), width: width) else {
          return
        }
        do throws(AuditFault) {
          let bytes = try bundle.bytes(of: tile)
          guard let entries = Tile.entries(in: bytes, count: width) else {
            throw .malformed(path: tile.path, why: "is not a bundle of \(width) entries")
          }
          for entry in entries { try take(entry) }
        } catch {
          fault(
            "\(error); entries from \(count) on cannot be read", at: count, isHash: false)
        }
        progress(count, manifest.entries)
      }
      for (tile, hashes) in stream.edge { compare(tile, hashes) }
      let root = stream.root.hex
      if treeFault == nil, root != manifest.root {
        fault(
          "the entries make the root \(root.prefix(12)), audit.json says "
            + "\(manifest.root.prefix(12))", at: nil, isHash: false)
      }
      if treeFault == nil, genesis != manifest.genesis {
        fault("entry 0 is another than audit.json says", at: 0, isHash: false)
      }
    }

    private mutating func take(_ bytes: [UInt8]) throws(AuditFault) {
      let position = count
      if position == 0 {
        genesis = SHA256Hasher.hex(bytes)
        if let first = try? Entry.decode(bytes), case .genesis(let terms) = first.command {
          origin = terms.origin
        }
      }
      var full: [(Tile, [Digest])] = []
      try stream.append(hasher.leaf(bytes)) { tile, hashes in full.append((tile, hashes)) }
      for (tile, hashes) in full { compare(tile, hashes) }
      if sizes.contains(stream.tree.size) { roots[stream.tree.size] = stream.root }
      if isFollowed { isFollowed = replay.take(bytes, at: position) != nil }
    }

    /// Compares a tile of hashes with what the entries make.
    private mutating func compare(_ tile: Tile, _ hashes: [Digest]) {
      guard case .hashes(let level) = tile.content else { return }
      let bytes: [UInt8]
      do throws(AuditFault) { bytes = try bundle.bytes(of: tile) } catch {
        return fault("\(error)", at: nil, isHash: true)
      }
      let own = hashes.flatMap(\.bytes)
      guard bytes != own else { return }
      let place = zip(bytes, own).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      let index = (place ?? min(bytes.count, own.count)) / Digest.byteCount
      let start = (Int64(tile.index) * Int64(Tile.capacity) + Int64(index)) << Int64(8 * level)
      let what =
        level == 0 ? "entry \(start)" : "the \(1 << (8 * level)) entries from \(start)"
      fault(
        "the hash of \(what) in \(tile.path) is not what the bundle's entries make",
        at: start, isHash: true)
    }

    private mutating func fault(_ words: String, at position: Int64?, isHash: Bool) {
      let fault = LogReplay.Fault(position: position ?? -1, words: words)
      if isHash {
        if hashFault == nil { hashFault = fault }
      } else if treeFault == nil {
        treeFault = fault
      }
    }
  }
}

// MARK: Words

extension BundleAudit.Pass {
  fileprivate func report(_ signatures: SignatureAudit) -> AuditReport {
    let checks = [tree(signatures), signatures.check, commands, rounds, books]
    var open = [
      "that readings are true (they are the site's word), that names belong to ids, and that a "
        + "command came from who is named in it (that is the broker's word)"
    ]
    open += signatures.notChecked(entries: count)
    // The last seal covers what is before it.
    if replay.sealedThrough + 2 < replay.state.position {
      open.append(
        "what entries \(replay.sealedThrough + 1) to \(replay.state.position - 1) caused: no seal "
          + "covers them yet")
    }
    return AuditReport(
      entries: count, root: stream.root.hex, origin: origin, genesis: genesis,
      state: replay.stateDigest, results: replay.results, cosigners: signatures.cosigners,
      checks: checks, notChecked: open)
  }

  private func check(
    _ name: String, _ fault: LogReplay.Fault?, _ good: String
  ) -> AuditReport.Check {
    AuditReport.Check(
      name: name, verdict: fault == nil ? .holds : .wrong, detail: fault?.words ?? good,
      position: fault.flatMap { $0.position < 0 ? nil : $0.position })
  }

  private func tree(_ signatures: SignatureAudit) -> AuditReport.Check {
    var fault = treeFault ?? hashFault
    if treeFault == nil, let hash = hashFault, signatures.vouches {
      fault = LogReplay.Fault(
        position: hash.position,
        words: hash.words + "; the entries are those that were signed, so the tile was changed")
    }
    if let wrong = signatures.treeFault {
      fault = LogReplay.Fault(
        position: fault?.position ?? -1,
        words: (fault.map { $0.words + "; " } ?? "") + wrong)
    }
    return check("Tree", fault, "\(count) entries, root \(stream.root.hex.prefix(12))")
  }

  private var commands: AuditReport.Check {
    check(
      "Commands", replay.fault(.entries) ?? replay.fault(.results),
      "\(replay.state.position) applied again, \(replay.events) results equal under "
        + "\(replay.seals) seals, \(replay.refusals) refusals equal")
  }

  private var rounds: AuditReport.Check {
    check(
      "Rounds", replay.fault(.rounds),
      "\(replay.outcomes) outcomes feasible, no loss to any side, money balanced, bounds hold; "
        + "\(replay.voidRounds) rounds without an outcome")
  }

  private var books: AuditReport.Check {
    let currencies = replay.state.currencies.map(\.rawValue).joined(separator: " and ")
    let states =
      replay.confirmed.map {
        "the state \($0.digest.prefix(12)) is that of entry \($0.position), and "
          + "\(replay.stateDigests) sealed states are equal"
      } ?? "no state was sealed yet"
    return check(
      "Books", replay.fault(.books) ?? replay.fault(.states),
      "\(currencies) balance at every entry; \(states)")
  }
}
