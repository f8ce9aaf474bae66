import Foundation
import Synchronization
package import Transport

/// Where etcd is, and how long to wait for it.
package struct EtcdOptions: Sendable {
  /// `https://host:port` of each member's client side.
  package var endpoints: [String]
  /// Nil only for `http`, in tests.
  package var trust: TransportTrust?
  /// How long a term lasts that nobody holds; etcd's least is a little more than an election.
  package var termSeconds: Int
  /// How long one member may take to answer, at first.
  package var attempt: Duration
  /// How long all members together may take before the log counts as unreachable.
  package var patience: Duration

  package init(
    endpoints: [String], trust: TransportTrust?, termSeconds: Int = 2,
    attempt: Duration = .milliseconds(400), patience: Duration = .seconds(5)
  ) {
    self.endpoints = endpoints
    self.trust = trust
    self.termSeconds = termSeconds
    self.attempt = attempt
    self.patience = patience
  }
}

/// The log of many replicas, on etcd, whose members agree on it.
///
/// Its keys: `log/` and the first position in twenty digits, one batch each with a checksum; `log/next`, the position
/// after the last one, written by every append, so that order is etcd's doing and one small key tells of
/// all growth; `log/floor`, where the log begins; `leader`, who leads, for as long as its lease lasts.
package final class EtcdLog: CommandLog {
  let gateway: EtcdGateway
  let options: EtcdOptions
  let bell = LogBell()
  let reader = Mutex(ReaderState())

  /// What reading remembers from call to call.
  struct ReaderState {
    /// Batches to ask for, so that an answer has some MiB.
    var limit = 4
    /// How often the bell had rung when the last reading began.
    var rings: UInt64 = 0
    var watches: [Task<Void, Never>] = []
  }

  package init(_ options: EtcdOptions) {
    self.options = options
    gateway = EtcdGateway(options)
  }

  deinit { for watch in reader.withLock({ $0.watches }) { watch.cancel() } }

  package var termSeconds: Int { options.termSeconds }

  enum Key {
    static let leader = "leader"
    static let next = "log/next"
    static let floor = "log/floor"
    /// Before and behind every batch.
    static let firstBatch = "log/0"
    static let pastBatches = "log/:"

    static func batch(_ first: Int64) -> String {
      let digits = String(max(0, first))
      return "log/" + String(repeating: "0", count: 20 - digits.count) + digits
    }
  }

  // MARK: Leading

  package func campaign(_ candidate: Candidate) async throws(LogFailure) -> Term? {
    let value = try EtcdGateway.encode(LeaderValue(name: candidate.name, url: candidate.url))
    // Most campaigns meet a leader; they leave nothing behind.
    let now = try await transact(Etcd.Transaction(success: [.range(.one(Key.leader))]))
    guard try now.found(0).isEmpty else { return nil }
    let grant = Etcd.LeaseGrant(seconds: Etcd.Text(Int64(options.termSeconds)))
    let lease = try await ask("lease/grant", grant, as: Etcd.LeaseAnswer.self).id.value
    let answer = try await transact(
      Etcd.Transaction(
        compare: [.made(Key.leader, by: 0)],
        success: [.put(Key.leader, value, lease: lease), .range(.one(Key.leader))],
        failure: [.range(.one(Key.leader))]))
    let leader = try answer.found(answer.succeeded == true ? 1 : 0).first
    // A lost answer: the first try was it, if the key hangs on this lease.
    if let leader, leader.lease?.value == lease {
      return Term(revision: leader.createRevision.value, lease: lease)
    }
    await revoke(lease)
    return nil
  }

  package func keepAlive(_ term: Term) async throws(LogFailure) -> Bool {
    let question = Etcd.LeaseID(id: Etcd.Text(term.lease))
    let answer = try await ask("lease/keepalive", question, as: Etcd.KeepAliveLine.self)
    guard (answer.result.seconds?.value ?? 0) > 0 else { return false }
    let now = try await transact(Etcd.Transaction(success: [.range(.one(Key.leader))]))
    return try now.found(0).first?.createRevision.value == term.revision
  }

  package func resign(_ term: Term) async {
    guard term.lease == 0 else { return await revoke(term.lease) }
    _ = try? await transact(
      Etcd.Transaction(
        compare: [.made(Key.leader, by: term.fence)],
        success: [.delete(Etcd.DeleteRange(key: Data(Key.leader.utf8)))]))
  }

  private func revoke(_ lease: Int64) async {
    guard lease != 0 else { return }
    _ = try? await gateway.ask(
      "lease/revoke", Etcd.LeaseID(id: Etcd.Text(lease)), as: Etcd.Ignored.self,
      within: .seconds(2))
  }

  // MARK: Writing

  package func append(_ batch: LogBatch, term: Term) async throws(LogFailure) -> AppendOutcome {
    if let fault = batch.fault { throw .rejected("a batch cannot be appended: \(fault)") }
    let (key, bytes) = (Key.batch(batch.first), batch.sealed)
    let next = String(batch.first)
    let answer = try await transact(
      Etcd.Transaction(
        compare: [
          .made(Key.leader, by: term.fence), .made(key, by: 0),
          batch.first == 0 ? .made(Key.next, by: 0) : .holds(Key.next, next),
        ],
        success: [.put(key, bytes), .put(Key.next, Array(String(batch.next).utf8))],
        failure: [.range(.one(Key.leader)), .range(.one(key)), .range(.one(Key.next))]))
    if answer.succeeded == true { return .done }
    // In this order: an answer that was lost counts, even after the term.
    if let there = try answer.found(1).first {
      if there.bytes == bytes { return .done }
      return try isLed(answer.found(0), in: term) ? .taken : .deposed
    }
    guard try isLed(answer.found(0), in: term) else { return .deposed }
    let end = try Self.position(answer.found(2), Key.next) ?? 0
    guard end >= batch.first else {
      throw .rejected("it ends at \(end), so a batch at \(batch.first) would leave a gap")
    }
    return .taken
  }

  package func begin(at position: Int64, term: Term) async throws(LogFailure) -> Bool {
    guard (0...LogBatch.lastPosition).contains(position) else {
      throw .rejected("no log can begin at \(position)")
    }
    let value = Array(String(position).utf8)
    let answer = try await transact(
      Etcd.Transaction(
        compare: [.made(Key.leader, by: term.fence), .made(Key.next, by: 0)],
        success: position == 0 ? [] : [.put(Key.next, value), .put(Key.floor, value)],
        failure: [.range(.one(Key.leader)), .range(.one(Key.next)), .range(.one(Key.floor))]))
    if answer.succeeded == true { return true }
    guard try isLed(answer.found(0), in: term) else { return false }
    let next = try Self.position(answer.found(1), Key.next) ?? 0
    let floor = try Self.position(answer.found(2), Key.floor) ?? 0
    guard next == floor, next == position else {
      throw .rejected("it goes from \(floor) to \(next), so it cannot begin at \(position)")
    }
    return true
  }

  // MARK: Asking

  func transact(_ transaction: Etcd.Transaction) async throws(LogFailure) -> Etcd.TransactionAnswer
  {
    try await gateway.transact(transaction, within: options.patience)
  }

  func ask<T: Decodable & Sendable>(
    _ path: String, _ question: some Encodable, as type: T.Type
  ) async throws(LogFailure) -> T {
    switch try await gateway.ask(path, question, as: type, within: options.patience) {
    case .answered(let answer): return answer
    case .refused(let refusal): throw refusal.failure
    }
  }

  private func isLed(_ leader: [Etcd.KeyValue], in term: Term) -> Bool {
    leader.first?.createRevision.value == term.revision
  }

  /// A position that a key holds, or nil when there is no such key.
  static func position(_ found: [Etcd.KeyValue], _ key: String) throws(LogFailure) -> Int64? {
    guard let one = found.first else { return nil }
    let text = String(decoding: one.bytes, as: UTF8.self)
    guard let position = Int64(text), String(position) == text,
      (0...LogBatch.lastPosition).contains(position)
    else { throw .damaged("the key \(key) holds no position: \(text.prefix(40))") }
    return position
  }
}

extension Term {
  /// What `leader` has to be made by. 0 would mean that there is no leader, and let anybody in.
  fileprivate var fence: Int64 { revision > 0 ? revision : -1 }
}

/// What lies under `leader`.
struct LeaderValue: Codable {
  var name: String
  var url: String
}
