import AdapterKit
import Foundation

/// What was once said of a lease's usage, so that it is never said differently. Everything before
/// `settled` stands; what is later is made out of what Slurm knows, when it is asked for.
package struct LeaseRecord: Sendable, Hashable, Codable {
  /// While the gate was seen to stand open in one size, for forms of lease whose gate Slurm keeps no
  /// history of. Market ms.
  package struct Gate: Sendable, Hashable, Codable {
    package var from: Int64
    package var to: Int64
    package var gpus: Int64
  }

  package var lease: String
  package var pool: String
  /// The lease's own, when an order told them.
  package var start: Int64?
  package var end: Int64?
  /// Market ms up to which `delivered` and `used` stand.
  package var settled: Int64
  package var delivered = GPUSteps()
  package var used = GPUSteps()
  package var gates: [Gate] = []
  /// True while the last of them still stands.
  package var isLive = false
  /// The account whose jobs are its own, for those forms.
  package var account: String?
  /// How far Slurm's word on the settled past is off by now, used and delivered, as last noted.
  package var drift: [Int64]?
  /// The end, in seconds of the wall, of which its jobs have been told.
  package var noticed: Int64?
  /// When, in seconds of the wall, jobs are cancelled that outstay what it has given up.
  package var overstay: Int64?

  package init(lease: String, pool: String, settled: Int64) {
    self.lease = lease
    self.pool = pool
    self.settled = settled
  }

  /// The gate was seen at this time, with so many GPUs open; 0 is closed. Between two looks that
  /// agree it stood; between two that differ it stood as low as the lower of them.
  package mutating func see(_ open: Int64, at now: Int64) {
    let time = min(now, end ?? now)
    let before = isLive ? gates.last?.gpus ?? 0 : 0
    if before > 0, open > 0, let last = gates.last, time > last.to {
      if open >= before {
        gates[gates.count - 1].to = time
      } else {
        gates.append(Gate(from: last.to, to: time, gpus: open))
      }
    }
    if open > 0, gates.last?.gpus != open || !isLive {
      gates.append(Gate(from: max(time, start ?? time), to: time, gpus: open))
    }
    isLive = open > 0 && now < end ?? .max
  }
}

/// Slurm says something else of a time than was said before. What was said stands; this is for
/// whoever corrects the charge.
package struct UsageCorrection: Sendable, Hashable, Codable {
  package var lease: String
  /// Market ms.
  package var from: Int64
  package var to: Int64
  /// GPU-ms, as they were said and as they are known now.
  package var deliveredSaid: Int64
  package var deliveredNow: Int64
  package var usedSaid: Int64
  package var usedNow: Int64
}

/// The adapter's folder: a file a lease, replaced as a whole. It is a cache and a record of answers;
/// what exists on the cluster only the cluster knows.
struct LeaseBook: Sendable {
  private let folder: URL

  init(folder: String) throws(AdapterError) {
    self.folder = URL(fileURLWithPath: folder, isDirectory: true)
      .appendingPathComponent("leases", isDirectory: true)
    do {
      try FileManager.default.createDirectory(
        at: self.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw .again("cannot make the folder \(self.folder.path): \(error.localizedDescription)")
    }
  }

  /// A file that cannot be read counts as missing: its answers are then made again out of what Slurm
  /// knows.
  func readAll() throws(AdapterError) -> [String: LeaseRecord] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    } catch {
      throw .again("cannot read the folder \(folder.path): \(error.localizedDescription)")
    }
    var records: [String: LeaseRecord] = [:]
    for name in names where name.hasSuffix(".json") {
      guard let data = try? Data(contentsOf: folder.appendingPathComponent(name)),
        let record = try? JSONDecoder().decode(LeaseRecord.self, from: data)
      else { continue }
      records[record.lease] = record
    }
    return records
  }

  func write(_ record: LeaseRecord) throws(AdapterError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do {
      try encoder.encode(record).write(to: file(record.lease), options: .atomic)
    } catch {
      throw .again("cannot write to \(folder.path): \(error.localizedDescription)")
    }
  }

  /// Adds a line to `corrections.jsonl` beside the leases, which is never shortened.
  func add(_ correction: UsageCorrection) throws(AdapterError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let path = folder.deletingLastPathComponent().appendingPathComponent("corrections.jsonl").path
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(
        atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
    }
    do {
      guard let file = FileHandle(forWritingAtPath: path) else {
        throw AdapterError.again("cannot write to \(path)")
      }
      defer { try? file.close() }
      try file.seekToEnd()
      try file.write(contentsOf: encoder.encode(correction) + Data("\n".utf8))
    } catch {
      throw .again("cannot write to \(path): \(error)")
    }
  }

  func delete(_ lease: String) { try? FileManager.default.removeItem(at: file(lease)) }

  private func file(_ lease: String) -> URL { folder.appendingPathComponent("\(lease).json") }
}
