import Foundation

/// What Slurm's commands print, as values. The commands are run with SLURM_TIME_FORMAT=%s, so that
/// times are seconds since 1970 UTC whatever the zone.
enum ClusterText {
  /// One line of `scontrol -o show`: `Key=Value Key=Value`. Values may hold spaces, and the words of
  /// people among them something like a key: of a key that stands twice the first counts.
  static func record(_ line: Substring) -> [String: String] {
    var record: [String: String] = [:]
    var key = ""
    var value = ""
    func keep() { if !key.isEmpty, record[key] == nil { record[key] = value } }
    for word in line.split(separator: " ", omittingEmptySubsequences: true) {
      if let cut = word.firstIndex(of: "="), isKey(word[..<cut]) {
        keep()
        key = String(word[..<cut])
        value = String(word[word.index(after: cut)...])
      } else if !key.isEmpty {
        value += " " + word
      }
    }
    keep()
    return record
  }

  private static func isKey(_ word: Substring) -> Bool {
    guard let first = word.utf8.first, (0x41...0x5A).contains(first) else { return false }
    return word.utf8.allSatisfy { byte in
      (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "_:/".utf8.contains(byte)
    }
  }

  /// The lines of `-P` output, cut at the bars; lines of another number of columns are left out.
  static func rows(_ data: Data, columns: Int) -> [[String]] {
    lines(data).map { line in
      line.split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
    }.filter { $0.count == columns }
  }

  static func lines(_ data: Data) -> [Substring] {
    String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
  }

  static func partition(_ line: Substring) -> ClusterPartition? {
    let record = record(line)
    guard let name = record["PartitionName"] else { return nil }
    var partition = ClusterPartition(
      name: name, nodes: Hostlist.names(record["Nodes"] ?? ""), state: record["State"] ?? "")
    partition.isDefault = record["Default"] == "YES"
    partition.allowAccounts = list(record["AllowAccounts"], all: "ALL")
    partition.denyAccounts = list(record["DenyAccounts"], all: nil) ?? []
    partition.allowQOS = list(record["AllowQos"], all: "ALL")
    partition.denyQOS = list(record["DenyQos"], all: nil) ?? []
    partition.allowGroups = list(record["AllowGroups"], all: "ALL")
    partition.qos = record["QoS"].flatMap { $0 == "N/A" ? nil : $0 }
    partition.maxTime = duration(record["MaxTime"] ?? "")
    partition.defaultTime = duration(record["DefaultTime"] ?? "")
    partition.requiresReservation = record["ReqResv"] == "YES"
    partition.isRootOnly = record["RootOnly"] == "YES"
    return partition
  }

  static func reservation(_ line: Substring) -> ClusterReservation? {
    let record = record(line)
    guard let name = record["ReservationName"], let start = Int64(record["StartTime"] ?? ""),
      let end = Int64(record["EndTime"] ?? "")
    else { return nil }
    func names(_ key: String) -> [String] { list(record[key], all: nil) ?? [] }
    return ClusterReservation(
      name: name, nodes: Hostlist.names(record["Nodes"] ?? ""), start: start, end: end,
      accounts: names("Accounts"), users: names("Users"), partition: names("PartitionName").first,
      flags: Set(names("Flags")), state: record["State"],
      cores: Int64(record["CoreCnt"] ?? "") ?? 0)
  }

  /// `scontrol show config`: `Key = Value`, and the controller's time in the first line.
  static func settings(_ data: Data) -> ClusterSettings {
    var settings = ClusterSettings(values: [:])
    for line in lines(data) {
      if line.hasPrefix("Configuration data as of ") {
        settings.controllerTime = Int64(line.dropFirst("Configuration data as of ".count))
      }
      guard let cut = line.firstRange(of: " = ") else { continue }
      let key = line[..<cut.lowerBound].trimmingCharacters(in: .whitespaces)
      if settings.values[key] != nil { continue }
      settings.values[key] = line[cut.upperBound...].trimmingCharacters(in: .whitespaces)
    }
    return settings
  }

  /// Nil stands for everybody: the word `all`. Slurm's "(null)" is nobody.
  private static func list(_ text: String?, all: String?) -> [String]? {
    guard let text, text != all else { return nil }
    if text == "(null)" || text.isEmpty { return [] }
    return text.split(separator: ",").map { String($0) }
  }

  /// `[days-]hours:minutes:seconds` in seconds; nil for UNLIMITED, NONE and the like.
  static func duration(_ text: String) -> Int64? {
    let parts = text.split(separator: "-")
    guard let clock = parts.last, parts.count <= 2 else { return nil }
    let numbers = clock.split(separator: ":").map { Int64($0) }
    guard (2...3).contains(numbers.count), let days = parts.count == 2 ? Int64(parts[0]) : 0,
      (0...1_000_000).contains(days)
    else { return nil }
    var seconds: Int64 = 0
    for number in numbers {
      guard let number, (0...1_000_000).contains(number) else { return nil }
      seconds = seconds * 60 + number
    }
    return days * 86_400 + seconds
  }
}
