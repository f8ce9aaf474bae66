package import CommandLog

/// What the condition of a log comes to, for the status of a replica.
package struct LogReport: Sendable, Equatable {
  /// `ok`, or what is wrong with it.
  package var words: String
  /// Members that may still be lost before nobody can append; nil for a log that one replica keeps.
  package var spare: Int64?

  package init(_ condition: LogCondition) {
    guard condition.engine == "etcd" else {
      words = condition.members.compactMap(\.problem).first ?? "ok"
      spare = nil
      return
    }
    let voting = condition.members.filter { !$0.isLearner }
    let well = voting.filter { $0.problem == nil && $0.hasLeader }.count
    let needed = voting.count / 2 + 1
    spare = Int64(max(0, well - needed))
    if let alarm = condition.alarms.first {
      words = alarm == "NOSPACE" ? "full (\(alarm))" : "alarm \(alarm)"
    } else if well < needed {
      words = "no majority: \(well) of \(voting.count)"
    } else if well < voting.count {
      let lost = voting.first { $0.problem != nil || !$0.hasLeader }
      let name = lost.map { $0.name.isEmpty ? $0.endpoint : $0.name } ?? "?"
      let what = lost?.isRotten == true ? "has rotted" : "is missing"
      words = "\(well) of \(voting.count) members; \(name) \(what)"
    } else {
      words = "ok"
    }
    words = String(words.prefix(200))
  }
}
