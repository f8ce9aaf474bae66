import AdapterKit
import Foundation

/// The folder of a loopback site: `LEASE.json` each, replaced as a whole.
struct LeaseFiles: Sendable {
  private let directory: URL

  init(directory: String) throws(AdapterError) {
    self.directory = URL(fileURLWithPath: directory, isDirectory: true)
    do {
      try FileManager.default.createDirectory(
        at: self.directory, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch {
      throw .final("cannot make the folder \(directory): \(error.localizedDescription)")
    }
  }

  func readAll() throws(AdapterError) -> [String: LeaseRecord] {
    var records: [String: LeaseRecord] = [:]
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    } catch {
      throw .final("cannot read the folder \(directory.path): \(error.localizedDescription)")
    }
    for name in names where name.hasSuffix(".json") {
      do {
        let data = try Data(contentsOf: directory.appendingPathComponent(name))
        let record = try JSONDecoder().decode(LeaseRecord.self, from: data)
        records[record.order.lease] = record
      } catch {
        throw .final(
          "\(directory.path)/\(name) is not a lease file (\(error)); end the processes named"
            + " sampan:* and remove it")
      }
    }
    return records
  }

  func write(_ record: LeaseRecord) throws(AdapterError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    do {
      try encoder.encode(record).write(to: file(record.order.lease), options: .atomic)
    } catch {
      throw .again("cannot write to \(directory.path): \(error.localizedDescription)")
    }
  }

  func delete(_ lease: String) {
    try? FileManager.default.removeItem(at: file(lease))
  }

  private func file(_ lease: String) -> URL {
    directory.appendingPathComponent("\(lease).json")
  }
}
