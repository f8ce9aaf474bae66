import BrokerAPI
package import BrokerClient
package import CommandLog
import Foundation

/// A running broker's `/v1/log`, asked with a regulator's token.
package struct BrokerSource: EntrySource {
  private let client: BrokerClient

  package init(client: BrokerClient) { self.client = client }

  package var place: String { client.baseURL }

  package func entries(
    from position: Int64, wait: Int
  ) async throws(LogFailure) -> [[UInt8]] {
    do {
      return try await client.ledgerLog(from: Position(clamping: position), wait: wait)
    } catch {
      throw failure(error)
    }
  }

  package func end() async throws(LogFailure) -> Int64 {
    do {
      return try await client.ledgerHead().size.value
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: any Error) -> LogFailure {
    switch error {
    case let error as BrokerClientError: .unreachable("\(place): \(error)")
    default: .unreachable("\(place): it was interrupted")
    }
  }
}

/// Bundles: files of entries in a folder, brought there by any way that carries files. Others may be
/// added while it is read.
package struct BundleSource: EntrySource {
  private let folder: String

  package init(folder: String) { self.folder = folder }

  package var place: String { folder }

  package func entries(
    from position: Int64, wait: Int
  ) async throws(LogFailure) -> [[UInt8]] {
    let until = ContinuousClock.now + .seconds(wait)
    while true {
      let found = try Self.read(folder, position)
      if !found.isEmpty || ContinuousClock.now >= until { return found }
      try? await Task.sleep(for: .milliseconds(200))
      if Task.isCancelled { return [] }
    }
  }

  package func end() async throws(LogFailure) -> Int64 {
    guard let last = try Self.firsts(folder).last else { return 0 }
    return last + Int64(try Self.lines(folder, last).count)
  }

  private static func read(
    _ folder: String, _ position: Int64
  ) throws(LogFailure) -> [[UInt8]] {
    let firsts = try firsts(folder)
    guard let first = firsts.last(where: { $0 <= position }) else {
      guard let lowest = firsts.first else { return [] }
      throw .behind(floor: lowest)
    }
    let lines = try lines(folder, first)
    let passed = Int(position - first)
    if passed < lines.count { return Array(lines[passed...]) }
    guard let next = firsts.first(where: { $0 > position }) else { return [] }
    throw .damaged("\(folder) has no entries from \(position) to \(next - 1): a bundle is missing")
  }

  private static func firsts(_ folder: String) throws(LogFailure) -> [Int64] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .compactMap(BundleName.first).sorted()
    } catch {
      throw .unreachable("\(folder) cannot be read: \(error.localizedDescription)")
    }
  }

  private static func lines(_ folder: String, _ first: Int64) throws(LogFailure) -> [[UInt8]] {
    let path = "\(folder)/\(BundleName.of(first))"
    guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
      size <= BundleName.mostBytes, let data = FileManager.default.contents(atPath: path)
    else { throw .damaged("\(path) cannot be read, or has more than 64 MiB") }
    return data.split(separator: 0x0A).map { [UInt8]($0) }
  }
}
