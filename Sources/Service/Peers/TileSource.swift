package import Audit
package import CommandLog

/// The folder of an audit bundle, which may be written on meanwhile.
package struct TileSource: EntrySource {
  private let log: BundleLog

  package init(_ log: BundleLog) { self.log = log }

  package var place: String { log.path }

  package func entries(
    from position: Int64, wait: Int
  ) async throws(LogFailure) -> [[UInt8]] {
    let until = ContinuousClock.now + .seconds(wait)
    while true {
      let found: [[UInt8]]
      do throws(AuditFault) { found = try log.entries(from: position) } catch {
        throw Self.failure(error)
      }
      if !found.isEmpty || ContinuousClock.now >= until { return found }
      try? await Task.sleep(for: .milliseconds(200))
      if Task.isCancelled { return [] }
    }
  }

  package func end() async throws(LogFailure) -> Int64 {
    do throws(AuditFault) { return try log.count() } catch { throw Self.failure(error) }
  }

  /// A folder that is being written on has no manifest for a while.
  private static func failure(_ fault: AuditFault) -> LogFailure {
    switch fault {
    case .notABundle, .missing: .unreachable(fault.description)
    default: .damaged(fault.description)
    }
  }
}
