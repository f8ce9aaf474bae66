import Foundation

extension EtcdLog {
  package func truncate(before position: Int64, term: Term) async throws(LogFailure) -> Bool {
    let end = min(max(position, 0), LogBatch.lastPosition)
    // The last batch that begins at or before the position: all before it end there.
    let look = try await transact(
      Etcd.Transaction(success: [
        .range(.one(Key.next)), .range(.one(Key.leader)),
        .range(.last(from: Key.firstBatch, before: Key.batch(end + 1), keysOnly: true)),
      ]))
    guard try look.found(1).first?.createRevision.value == term.revision else { return false }
    let next = try Self.position(look.found(0), Key.next) ?? 0
    guard let last = try look.found(2).first else { return true }
    let floor = end >= next ? next : try Self.first(of: last.name)
    let delete = Etcd.Operation.delete(
      Etcd.DeleteRange(key: Data(Key.firstBatch.utf8), rangeEnd: Data(Key.batch(floor).utf8)))
    let raise = Etcd.Operation.put(Key.floor, Array(String(floor).utf8))
    let fence = Etcd.Compare.made(Key.leader, by: term.revision)
    var answer: Etcd.TransactionAnswer
    var isFull = false
    do throws(LogFailure) {
      answer = try await transact(Etcd.Transaction(compare: [fence], success: [delete, raise]))
    } catch {
      // Without space etcd still deletes. The floor follows when there is space again; until then the
      // first batch says where it is.
      guard case .full = error else { throw error }
      isFull = true
      answer = try await transact(Etcd.Transaction(compare: [fence], success: [delete]))
    }
    guard answer.succeeded == true else { return false }
    let revision = answer.header.revision?.value ?? 0
    guard isFull else {
      try await compact(to: revision)
      try await defragment(evenFull: false)
      return true
    }
    return try await makeRoom(revision) { () async throws(LogFailure) in
      try await self.transact(Etcd.Transaction(compare: [fence], success: [raise]))
    }
  }

  /// Gives back space until etcd takes a write again. Members compact in their own time, so the first
  /// round may find nothing to give back.
  private func makeRoom(
    _ revision: Int64, write: () async throws(LogFailure) -> Etcd.TransactionAnswer
  ) async throws(LogFailure) -> Bool {
    for round in 1... {
      try await compact(to: revision)
      try await defragment(evenFull: true)
      try await disarm()
      do throws(LogFailure) {
        return try await write().succeeded == true
      } catch {
        guard case .full = error, round < 10 else { throw error }
      }
      try? await Task.sleep(for: .milliseconds(300))
    }
    return false
  }

  /// How long a member may take to give back space.
  private static let housework = Duration.seconds(60)

  private func compact(to revision: Int64) async throws(LogFailure) {
    let question = Etcd.Compaction(revision: Etcd.Text(revision))
    let answer = try await gateway.ask(
      "kv/compaction", question, as: Etcd.Ignored.self, within: Self.housework)
    guard case .refused(let refusal) = answer else { return }
    // It was done before, or by a try whose answer was lost.
    guard refusal.code == Etcd.Refusal.outOfRange else { throw refusal.failure }
  }

  /// Gives back space where more than half of a member's file is empty. One member at a time, and none
  /// while another does not answer: it serves nobody meanwhile.
  private func defragment(evenFull: Bool) async throws(LogFailure) {
    let members = await condition().members
    guard members.allSatisfy({ $0.problem == nil }) else { return }
    for member in members where evenFull || member.dataBytes > 2 * member.usedBytes {
      _ = try await gateway.askOne(
        member.endpoint, "maintenance/defragment", Etcd.Nothing(), as: Etcd.Ignored.self,
        within: Self.housework)
    }
  }

  /// Ends the alarm for want of space. If there is none, the next append raises it again.
  private func disarm() async throws(LogFailure) {
    let question = Etcd.AlarmRequest(action: "GET")
    let answer = try await ask("maintenance/alarm", question, as: Etcd.AlarmAnswer.self)
    for alarm in answer.alarms ?? [] where alarm.alarm == "NOSPACE" {
      let question = Etcd.AlarmRequest(
        action: "DEACTIVATE", memberID: alarm.memberID, alarm: alarm.alarm)
      _ = try await ask("maintenance/alarm", question, as: Etcd.AlarmAnswer.self)
    }
  }

  // MARK: For people

  package func condition() async -> LogCondition {
    let asked = await withTaskGroup(of: (Int, MemberStatus).self) { group in
      for (index, endpoint) in gateway.endpoints.enumerated() {
        group.addTask { (index, await self.status(endpoint)) }
      }
      return await group.reduce(into: [Int: MemberStatus]()) { $0[$1.0] = $1.1 }
    }
    let names = asked.values.contains { $0.id != nil } ? await names() : [:]
    let members = gateway.endpoints.indices.compactMap { index -> LogMember? in
      guard var (id, member) = asked[index].map({ ($0.id, $0.member) }) else { return nil }
      id = id ?? names[.url(member.endpoint)]?.id
      member.name = id.flatMap { names[.id($0)]?.name } ?? ""
      if let why = gateway.doubt(index, member: asked[index]?.id) {
        member.problem = "its data has changed on the disk: \(why)"
        member.isRotten = true
      }
      return member
    }
    return LogCondition(engine: "etcd", members: members)
  }

  private struct MemberStatus: Sendable {
    var id: Int64?
    var member: LogMember
  }

  private static let glance = Duration.seconds(2)

  private func status(_ endpoint: String) async -> MemberStatus {
    var member = LogMember(endpoint: endpoint)
    do throws(LogFailure) {
      let answer = try await gateway.askOne(
        endpoint, "maintenance/status", Etcd.Nothing(), as: Etcd.StatusAnswer.self,
        within: Self.glance)
      let id = answer.header.member.value
      member.version = answer.version ?? ""
      member.hasLeader = (answer.leader?.value ?? 0) != 0
      member.isLeader = answer.leader?.value == id
      member.isLearner = answer.isLearner ?? false
      member.dataBytes = answer.dbSize?.value ?? 0
      member.usedBytes = answer.dbSizeInUse?.value ?? 0
      member.alarms = Self.alarms(of: id, in: answer.errors ?? [])
      return MemberStatus(id: id, member: member)
    } catch {
      member.problem = error.description
      return MemberStatus(id: nil, member: member)
    }
  }

  /// A member tells the alarms of all: `memberID:77 alarm:NOSPACE `. So they are known without a majority.
  private static func alarms(of id: Int64, in errors: [String]) -> [String] {
    errors.compactMap { error in
      let words = error.split(separator: " ")
      guard words.count == 2, words[0] == "memberID:\(UInt64(bitPattern: id))",
        words[1].hasPrefix("alarm:")
      else { return nil }
      return String(words[1].dropFirst("alarm:".count))
    }
  }

  private enum MemberKey: Hashable { case id(Int64), url(String) }

  /// Who is who, by id and by URL; nothing when nobody says.
  private func names() async -> [MemberKey: (id: Int64, name: String)] {
    let answer = try? await gateway.ask(
      "cluster/member/list", Etcd.Nothing(), as: Etcd.MembersAnswer.self, within: Self.glance)
    guard case .answered(let list) = answer else { return [:] }
    var names: [MemberKey: (id: Int64, name: String)] = [:]
    for member in list.members ?? [] {
      let one = (member.id.value, member.name ?? "")
      names[.id(member.id.value)] = one
      for url in member.clientURLs ?? [] { names[.url(url)] = one }
    }
    return names
  }
}
