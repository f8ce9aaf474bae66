import Foundation

/// Slurm's JSON as values. sinfo, squeue and slurmrestd v0.0.38 write the same objects.
enum ClusterJSON {
  /// The members of a list, or the errors that stand in its place.
  static func list(
    _ name: String, in data: Data, of operation: String
  ) throws(SlurmError) -> [JSONField] {
    guard let answer = JSONField(reading: data) else {
      throw SlurmError(.unreadable, operation, "it is no JSON")
    }
    let errors = answer["errors"].list
    if let first = errors.first {
      let words = errors.map { "\($0["error"].text) \($0["description"].text)" }
      let kind = SlurmError.kind(ofWords: words)
      throw SlurmError(kind, operation, words.first ?? first["error"].text)
    }
    guard answer[name].isList else {
      throw SlurmError(.unreadable, operation, "it has no list \"\(name)\"")
    }
    return answer[name].list
  }

  static func node(_ json: JSONField) -> ClusterNode? {
    guard let name = json["name"].textIfAny else { return nil }
    // From 23.02 on the state is a list, its flags among it.
    let states = json["state"].texts
    let flags = states.dropFirst() + json["state_flags"].texts
    return ClusterNode(
      name: name, partitions: json["partitions"].texts,
      gpusByType: TRES.gpus(ofGRES: json["gres"].text),
      gpusInUse: TRES.gpus(ofGRES: json["gres_used"].text).values.reduce(0) {
        $0.addingClamped($1)
      },
      state: (states.first ?? "unknown").lowercased(),
      flags: Set(flags.map { $0.uppercased() }), reason: json["reason"].text,
      reasonBy: json["reason_set_by_user"].text)
  }

  static func job(_ json: JSONField) -> QueuedJob? {
    guard let id = json["job_id"].number else { return nil }
    var job = QueuedJob(
      id: id, account: json["account"].text, partitions: json["partition"].texts,
      state: (json["job_state"].texts.first ?? "UNKNOWN").uppercased())
    job.user = json["user_name"].text
    job.qos = json["qos"].text
    job.reason = json["state_reason"].text
    job.reservation = json["resv_name"].textIfAny
    job.nodeCount = max(1, json["node_count"].number ?? 1)
    job.tasks = tasks(ofArray: json["array_task_string"].text)
    job.timeLimit = json["time_limit"].number.map { $0.multipliedReportingOverflow(by: 60) }
      .flatMap { $0.overflow ? nil : $0.partialValue }
    job.start = time(json["start_time"])
    job.requiredNodes = Hostlist.names(json["required_nodes"].text)
    job.excludedNodes = Hostlist.names(json["excluded_nodes"].text)
    let held = job.isOnNodes ? json["tres_alloc_str"].text : ""
    let tres = TRES(reading: held.isEmpty ? json["tres_req_str"].text : held)
    job.gpus = tres.gpus
    job.gpusByType = tres.gpusByType
    guard job.isOnNodes else { return job }
    job.end = job.timeLimit == nil ? nil : time(json["end_time"])
    job.nodes = Hostlist.names(json["nodes"].text)
    let details = json["gres_detail"].list.map { TRES.gpus(ofGRES: $0.text).total }
    if details.count == job.nodes.count {
      job.gpusByNode = Dictionary(zip(job.nodes, details)) { $0.addingClamped($1) }
    } else if job.nodes.count == 1 {
      job.gpusByNode = [job.nodes[0]: job.gpus]
    }
    return job
  }

  /// `1-3,7,9-21:4%2` is how many; "" is one. Slurm cuts a long text with "...": it then counts what
  /// is there.
  static func tasks(ofArray text: String) -> Int64 {
    var count: Int64 = 0
    for part in text.prefix(while: { $0 != "%" }).split(separator: ",") {
      let steps = part.split(separator: ":")
      let ends = (steps.first ?? "").split(separator: "-").compactMap { Int64($0) }
      guard let from = ends.first, let to = ends.last, from >= 0, to >= from, to < 10_000_000 else {
        continue
      }
      let step = max(1, steps.count > 1 ? Int64(steps[1]) ?? 1 : 1)
      count += (to - from) / step + 1
    }
    return max(1, count)
  }

  /// Nil for "not yet".
  static func time(_ json: JSONField) -> Int64? {
    json.number.flatMap { $0 > 0 ? $0 : nil }
  }
}
