import Foundation

/// One state of a reservation as slurmdbd remembers it, from and to in seconds of the wall. A change
/// of nodes or of people begins a new one; a deletion ends the last.
package struct ReservationPast: Sendable, Hashable {
  package var id: Int64
  package var name: String
  package var from: Int64
  /// When it ended, or is to end.
  package var to: Int64
  package var nodes: [String]
  /// Associations that it admitted.
  package var admitted: Set<Int64>

  package init(
    id: Int64, name: String, from: Int64, to: Int64, nodes: [String], admitted: Set<Int64>
  ) {
    self.id = id
    self.name = name
    self.from = from
    self.to = to
    self.nodes = nodes
    self.admitted = admitted
  }
}

/// Reads what became of reservations. Only sacctmgr tells; slurmrestd v0.0.38 does not.
struct ReservationHistory: Sendable {
  private let cluster: String
  private let commands: SlurmCommands

  init(_ configuration: SlurmConfiguration) {
    cluster = configuration.cluster
    commands = SlurmCommands(configuration)
  }

  /// Everything that stood at any time in `[from, to)`.
  func read(from: Int64, to: Int64) async throws(SlurmError) -> [ReservationPast] {
    let output = try await commands.output(
      "sacctmgr",
      [
        "-n", "-P", "show", "reservation", "cluster=\(cluster)", "start=\(Self.time(from))",
        "end=\(Self.time(max(to, from + 1)))", "format=id,name,start,end,nodenames,assoc",
      ])
    return ClusterText.rows(output, columns: 6).compactMap { row in
      guard let id = Int64(row[0]), let from = Int64(row[2]), let to = Int64(row[3]) else {
        return nil
      }
      return ReservationPast(
        id: id, name: row[1], from: from, to: to, nodes: Hostlist.names(row[4]),
        admitted: Set(row[5].split(separator: ",").compactMap { Int64($0) }))
    }
  }

  private static func time(_ seconds: Int64) -> String {
    "uts\(min(max(seconds, 1_000_000_000), 9_999_999_999))"
  }
}
