import AdapterKit

/// What becomes of a lease of whose tenant the centre knows nobody.
package enum UnknownPeople: String, Sendable, Hashable, CaseIterable {
  /// It is prepared and keeps its gate closed until somebody is known.
  case wait
  /// It is reported as failed until somebody is known.
  case refuse
}

/// What the centre's mapping says of one member.
package enum PersonAnswer: Sendable, Hashable {
  case user(String)
  /// Nobody here is that member.
  case unknown
  /// It cannot tell now.
  case again(String)
}

// Who the members of a tenant are on the centre's machines. The ledger has no names of people; the
// centre's own mapping gives them, and an order carries all who are known.
extension Reconcile {
  /// So many are asked for at a time.
  private static let mostAsked = 50

  /// Asks for those who were not asked for in this life of the agent, then again for the others from
  /// time to time.
  mutating func planMapping(at now: Int64) -> [Action] {
    guard unknown != nil, mapping.isDue(at: now) else { return [] }
    var members: Set<String> = []
    for lease in memory.wanted?.leases ?? [] where !isClosed(lease.lease) && now < lease.close {
      members.formUnion(lease.members)
    }
    asked = asked.filter { members.contains($0.key) }
    let due = members.filter { dueTime(of: $0) <= now }
      .sorted { (asked[$0] ?? 0, $0) < (asked[$1] ?? 0, $1) }
    guard !due.isEmpty else {
      mapping.due = members.map(dueTime(of:)).min() ?? 0
      return []
    }
    mapping.underWay = true
    return [.map(Array(due.prefix(Self.mostAsked)))]
  }

  private func dueTime(of member: String) -> Int64 {
    guard let last = asked[member] else { return 0 }
    return last + (memory.users[member] == nil ? rules.mapUnknownEvery : rules.mapEvery)
  }

  mutating func take(mapped answers: [String: PersonAnswer], at now: Int64) {
    mapping.underWay = false
    mapping.due = 0
    for (member, answer) in answers.sorted(by: { $0.key < $1.key }) {
      asked[member] = now
      switch answer {
      case .user(let name) where Identifier.isUser(name):
        memory.users[member] = name
      case .user(let name):
        memory.users[member] = nil
        notes.append("the mapping says that \(member) is \"\(name)\", which cannot be a user")
      case .unknown:
        if let name = memory.users.removeValue(forKey: member) {
          notes.append("\(member), who was \(name) here, is not known any more")
        }
      case .again(let reason):
        notes.append("the mapping does not say who \(member) is here: \(reason)")
      }
    }
  }

  /// The users of a lease, nil while somebody was not yet asked for.
  private func users(of lease: WantedLease) -> [String]? {
    guard lease.members.allSatisfy({ asked[$0] != nil || memory.users[$0] != nil }) else {
      return nil
    }
    return Set(lease.members.compactMap { memory.users[$0] }).sorted()
  }

  /// True when nobody of its tenant is known here.
  func isShut(_ lease: WantedLease) -> Bool {
    unknown != nil && users(of: lease)?.isEmpty == true
  }

  /// The order with its people; behind a closed gate while nobody is known. Nil when there is
  /// nothing to do until somebody is asked for, or is known.
  mutating func peopled(
    _ order: AllocationOrder, _ lease: WantedLease, _ task: Task, at now: Int64
  ) -> AllocationOrder? {
    guard let unknown else { return order }
    guard let users = users(of: lease) else { return nil }
    var order = order
    order.users = users
    guard users.isEmpty else { return order }
    order.state = .prepared
    notes.append("lease \(lease.lease): \(Self.wait(lease))")
    return unknown == .refuse && task.observed == nil ? nil : order
  }

  /// For the tenant and the administrator alike.
  static func wait(_ lease: WantedLease) -> String {
    let some = lease.members.prefix(3).joined(separator: ", ")
    return "the site knows nobody of \(lease.tenant)"
      + (lease.members.isEmpty
        ? ", which has no traders"
        : " (\(some)\(lease.members.count > 3 ? " ..." : "")); its administrator can add them")
      + ". The gate stays closed until then"
  }
}
