import LedgerStore
import Transparency

/// What is signed about a log: the checkpoint in its folder, and those that the auditor has from elsewhere.
struct SignatureAudit {
  let policy: WitnessPolicy?
  var note: [UInt8]?
  /// What was opened under the policy; the first is the folder's own.
  private var standings: [(name: String, standing: WitnessPolicy.Standing)] = []
  /// What the folder's checkpoint says, when nobody's keys are there to open it.
  private var claimed: Checkpoint?
  private var fault: String?
  private(set) var treeFault: String?
  private var beyond: [String] = []
  /// A signed root was the root of the entries.
  private(set) var vouches = false
  private static let own = "the folder's checkpoint"

  init(policy: WitnessPolicy?, note: [UInt8]?) {
    self.policy = policy
    self.note = note
  }

  /// Sizes of the trees that somebody signed.
  var sizes: Set<UInt64> {
    Set(standings.map(\.standing.checkpoint.size) + [claimed?.size].compactMap(\.self))
  }

  var cosigners: [String] {
    standings.first { $0.name == Self.own }?.standing.cosigners.map(\.name) ?? []
  }

  mutating func fail(_ words: String) {
    if fault == nil { fault = words }
  }

  /// Opens everything that is signed.
  mutating func open(_ known: [BundleAudit.Known]) {
    let hasher = SHA256Hasher()
    if let note, let text = try? SignedNote(parsing: note).text {
      claimed = try? Checkpoint(text: text, hasher: hasher)
    }
    guard let policy else { return }
    if note == nil { fail("there is no checkpoint in the folder: nobody has signed this tree") }
    let notes = [note.map { (Self.own, $0) }].compactMap(\.self) + known.map { ($0.name, $0.note) }
    for (name, bytes) in notes {
      do {
        let standing = try policy.standing(of: bytes, hasher: hasher, check: Signatures.check)
        standings.append((name, standing))
        if name == Self.own, !standing.isFinal {
          fail(
            "signed by the log; cosigned by \(standing.cosigners.count) of "
              + "\(standing.witnessCount) witnesses, and the policy asks for more")
        }
      } catch {
        fail("\(name): \(error)")
      }
    }
  }

  /// Compares what was signed with what the entries make.
  mutating func compare(_ roots: [UInt64: Digest], size: UInt64) {
    for (name, standing) in standings {
      let signed = standing.checkpoint
      guard signed.size <= size else {
        if name == Self.own {
          treeFault =
            "the checkpoint is of \(signed.size) entries, and \(size) are here: entries were removed"
        } else {
          beyond.append("\(name): it is of \(signed.size) entries, more than are here")
        }
        continue
      }
      let root = signed.size == 0 ? SHA256Hasher().empty : roots[signed.size]
      if root == signed.root {
        if name == Self.own { vouches = true }
      } else if name == Self.own {
        treeFault =
          "the log signed the root \(signed.root.hex.prefix(12)) for \(signed.size) entries, and "
          + "these make \(root?.hex.prefix(12) ?? "none"): an entry was changed, added or removed"
      } else {
        fail(
          "a fork: the log has signed two histories. \(name) has the root "
            + "\(signed.root.hex.prefix(12)) for \(signed.size) entries, those here make "
            + "\(root?.hex.prefix(12) ?? "none"). Keep both: they are the evidence")
      }
    }
    if policy == nil, treeFault == nil, let claimed {
      if claimed.size > size || (claimed.size > 0 && roots[claimed.size] != claimed.root) {
        treeFault = "the checkpoint in the folder is of another tree than its entries"
      }
    }
  }

  var check: AuditReport.Check {
    var (verdict, detail) = (AuditReport.Verdict.holds, "")
    if let fault {
      (verdict, detail) = (.wrong, fault)
    } else if let first = standings.first {
      let names = first.standing.cosigners.map(\.name)
      detail =
        "log key of \(first.standing.checkpoint.origin) for \(first.standing.checkpoint.size) "
        + "entries; "
        + (names.isEmpty
          ? "no witness is asked for"
          : "witnesses \(names.joined(separator: ", ")) "
            + "(\(names.count) of \(first.standing.witnessCount), enough)")
      if standings.count > 1 {
        detail += "; \(standings.count - 1 - beyond.count) more checkpoints are of the same history"
      }
    } else {
      (verdict, detail) = (
        .notDone,
        "no policy was named: who signed is not known (--policy, from those whom you trust)"
      )
    }
    return AuditReport.Check(name: "Signatures", verdict: verdict, detail: detail, position: nil)
  }

  func notChecked(entries: Int64) -> [String] {
    var open = beyond
    if let signed = standings.first(where: { $0.name == Self.own })?.standing.checkpoint.size,
      signed < UInt64(entries)
    {
      open.append(
        "who vouches for entries \(signed) to \(entries - 1): they came after the checkpoint")
    }
    if policy == nil { open.append("signatures: see above") }
    return open
  }
}
