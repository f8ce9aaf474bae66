/// What slurmrestd alone writes as JSON.
extension ClusterJSON {
  static func partition(_ json: JSONField) -> ClusterPartition? {
    guard let name = json["name"].textIfAny else { return nil }
    let flags = Set(json["flags"].texts.map { $0.lowercased() })
    var partition = ClusterPartition(
      name: name, nodes: Hostlist.names(json["nodes"].text), state: json["state"].text)
    partition.isDefault = flags.contains("default")
    partition.allowAccounts = some(json["allowed_accounts"])
    partition.denyAccounts = json["denied_accounts"].texts
    partition.allowQOS = some(json["allowed_qos"])
    partition.denyQOS = json["denied_qos"].texts
    partition.allowGroups = some(json["allowed_groups"])
    partition.qos = json["qos"].textIfAny
    partition.maxTime = minutes(json["max_time_limit"])
    partition.defaultTime = minutes(json["default_time_limit"])
    partition.requiresReservation = flags.contains { $0.hasPrefix("req") && $0.contains("resv") }
    partition.isRootOnly = flags.contains("root_only")
    return partition
  }

  static func reservation(_ json: JSONField) -> ClusterReservation? {
    guard let name = json["name"].textIfAny, let start = json["start_time"].number,
      let end = json["end_time"].number
    else { return nil }
    return ClusterReservation(
      name: name, nodes: Hostlist.names(json["node_list"].text), start: start, end: end,
      accounts: json["accounts"].texts, users: json["users"].texts,
      partition: json["partition"].textIfAny,
      flags: Set(json["flags"].texts.map { $0.uppercased() }),
      cores: json["core_count"].number ?? 0)
  }

  /// The reservation's number is right, its name is not.
  static func accountingJob(_ json: JSONField) -> AccountingJob? {
    guard let id = json["job_id"].number else { return nil }
    var gpus: Int64 = 0
    var types: [String: Int64] = [:]
    for tres in json["tres"]["allocated"].list where tres["type"].text == "gres" {
      let name = tres["name"].text
      let count = tres["count"].number ?? 0
      if name == "gpu" { gpus = count }
      if name.hasPrefix("gpu:") { types[String(name.dropFirst(4))] = count }
    }
    let time = json["time"]
    var job = AccountingJob(
      id: id, account: json["account"].text,
      state: (json["state"]["current"].texts.first ?? "UNKNOWN").uppercased(),
      start: Self.time(time["start"]), end: Self.time(time["end"]),
      gpus: gpus > 0 ? gpus : types.total)
    job.user = json["user"].text
    job.partition = json["partition"].text
    job.qos = json["qos"].text
    job.reservationID = Self.time(json["reservation"]["id"])
    job.submitted = time["submission"].number ?? 0
    job.suspendedSeconds = time["suspended"].number ?? 0
    job.gpusByType = types
    let nodes = json["nodes"].text
    job.nodes = nodes == "None assigned" ? [] : Hostlist.names(nodes)
    return job
  }

  /// Nil is everybody: an empty list.
  private static func some(_ json: JSONField) -> [String]? {
    let names = json.texts
    return names.isEmpty ? nil : names
  }

  /// Seconds; nil for -1, without a limit.
  private static func minutes(_ json: JSONField) -> Int64? {
    json.number.flatMap { (0...1_000_000_000).contains($0) ? $0 * 60 : nil }
  }
}
