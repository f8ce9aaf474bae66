import AdapterKit
import Foundation
import Synchronization

/// Leases whose programs for the end have yet to run, a file each: written before the first thing is
/// made for a lease, removed after the last of those programs. A lease that ended while no agent
/// lived, or whose agent died before the programs ran, stands in here.
final class OpenHooks: Sendable {
  struct Entry: Sendable, Hashable, Codable {
    var lease: String
    var pool: String
    /// Of the lease, market ms.
    var end: Int64
    /// It was to go already.
    var isLeaving = false
  }

  private let folder: URL
  private let entries: Mutex<[String: Entry]>

  init(folder: String) throws(AdapterError) {
    self.folder = URL(fileURLWithPath: folder, isDirectory: true)
    var found: [String: Entry] = [:]
    do {
      try FileManager.default.createDirectory(
        at: self.folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      for name in try FileManager.default.contentsOfDirectory(atPath: folder)
      where name.hasSuffix(".json") {
        let data = try Data(contentsOf: self.folder.appendingPathComponent(name))
        let entry = try JSONDecoder().decode(Entry.self, from: data)
        found[entry.lease] = entry
      }
    } catch {
      throw .again("hooks: cannot read the folder \(folder): \(error.localizedDescription)")
    }
    entries = Mutex(found)
  }

  subscript(lease: String) -> Entry? { entries.withLock { $0[lease] } }

  /// Those that are over, or were to go, by lease.
  func due(at now: Int64) -> [Entry] {
    entries.withLock { $0.values.filter { $0.isLeaving || $0.end <= now } }
      .sorted { $0.lease < $1.lease }
  }

  /// On the disk before it returns.
  func set(_ entry: Entry) throws(AdapterError) {
    guard self[entry.lease] != entry else { return }
    do {
      try JSONEncoder().encode(entry).write(to: file(entry.lease), options: .atomic)
    } catch {
      throw .again("hooks: cannot write to \(folder.path): \(error.localizedDescription)")
    }
    entries.withLock { $0[entry.lease] = entry }
  }

  func remove(_ lease: String) {
    entries.withLock { $0[lease] = nil }
    try? FileManager.default.removeItem(at: file(lease))
  }

  private func file(_ lease: String) -> URL { folder.appendingPathComponent("\(lease).json") }
}
