import AdapterKit

/// What the program reads on its standard input; the same facts stand in its environment.
struct ExecRequest: Encodable {
  var version = AdapterContract.version
  var verb: String
  var now: Int64
  var order: AllocationOrder?
  var lease: String?
  var interval: Interval?

  init(verb: String, now: Int64) {
    self.verb = verb
    self.now = now
  }

  /// For programs that would rather not read JSON.
  var environment: [String: String] {
    var result = [
      "SAMPAN_VERSION": "\(version)", "SAMPAN_VERB": verb, "SAMPAN_NOW": "\(now)",
    ]
    if let order {
      result["SAMPAN_LEASE"] = order.lease
      result["SAMPAN_TENANT"] = order.tenant
      result["SAMPAN_POOL"] = order.pool
      result["SAMPAN_CHIP"] = order.chip
      result["SAMPAN_STATE"] = order.state.rawValue
      result["SAMPAN_GPUS"] = "\(order.gpus)"
      result["SAMPAN_EXCLUSIVE"] = order.exclusive ? "1" : "0"
      result["SAMPAN_START"] = "\(order.start)"
      result["SAMPAN_END"] = "\(order.end)"
      result["SAMPAN_DUE"] = "\(order.due)"
      result["SAMPAN_USERS"] = order.users.joined(separator: " ")
    }
    if let lease { result["SAMPAN_LEASE"] = lease }
    if let interval {
      result["SAMPAN_FROM"] = "\(interval.from)"
      result["SAMPAN_TO"] = "\(interval.to)"
    }
    return result
  }
}

struct CheckAnswer: Decodable { var findings: [Finding] }
struct CapacityAnswer: Decodable { var pools: [PoolCapacity] }
struct AllocationsAnswer: Decodable { var allocations: [Allocation] }
struct ApplyAnswer: Decodable { var allocation: Allocation }
/// What a removal may say; nothing is fine.
struct RemoveAnswer: Decodable { var wiped: Bool? }
struct UsageAnswer: Decodable { var usage: [Usage] }
