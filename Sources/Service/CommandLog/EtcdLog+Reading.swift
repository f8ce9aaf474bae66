import Foundation
import Synchronization

extension EtcdLog {
  package func head() async throws(LogFailure) -> LogHead {
    try await asking { () async throws(LogFailure) in
      try await Self.head(of: self.transact(Etcd.Transaction(success: Self.ends)))
    }
  }

  /// What one member answers may have changed on its disk, and etcd 3.4 does not look: then another is
  /// asked, until none is left that was not.
  private func asking<T: Sendable>(
    _ read: () async throws(LogFailure) -> T
  ) async throws(LogFailure) -> T {
    while true {
      do throws(LogFailure) {
        return try await read()
      } catch {
        guard case .damaged(let why) = error, gateway.doubtLast(why) else { throw error }
      }
    }
  }

  /// What `head(of:)` reads.
  private static let ends: [Etcd.Operation] = [
    .range(.one(Key.next)), .range(.one(Key.floor)), .range(.one(Key.leader)),
  ]

  private static func head(of answer: Etcd.TransactionAnswer) throws(LogFailure) -> LogHead {
    let next = try position(answer.found(0), Key.next) ?? 0
    let floor = try position(answer.found(1), Key.floor) ?? 0
    guard floor <= next else {
      throw .damaged("it begins at \(floor) and ends at \(next); somebody else wrote there")
    }
    let leader = try answer.found(2).first
    return LogHead(next: next, floor: floor, leader: try leader.map(card))
  }

  private static func card(_ leader: Etcd.KeyValue) throws(LogFailure) -> LeaderCard {
    guard let value = try? JSONDecoder().decode(LeaderValue.self, from: Data(leader.bytes)) else {
      throw .damaged("the key \(Key.leader) does not say who leads; somebody else wrote there")
    }
    return LeaderCard(name: value.name, url: value.url, term: leader.createRevision.value)
  }

  package func batches(from position: Int64) async throws(LogFailure) -> [LogBatch] {
    try await look(from: position).batches
  }

  package func look(from position: Int64) async throws(LogFailure) -> LogLook {
    try await asking { () async throws(LogFailure) in try await self.read(from: position) }
  }

  private func read(from position: Int64) async throws(LogFailure) -> LogLook {
    let limit = reader.withLock { reader in
      reader.rings = bell.rings
      return reader.limit
    }
    let range = Etcd.Range.from(
      Key.batch(position), to: Key.pastBatches, limit: position < 0 ? 1 : limit)
    var look: LogLook
    do throws(LogFailure) {
      look = try await self.look(range)
    } catch {
      // More than the transport takes: fewer at a time. Ten of the largest batches fit.
      guard case .rejected = error, limit > Self.sureLimit else { throw error }
      reader.withLock { $0.limit = Self.sureLimit }
      return try await read(from: position)
    }
    let (head, batches) = (look.head, look.batches)
    guard position >= head.floor else { throw .behind(floor: head.floor) }
    guard position < head.next else { return LogLook(head: head, batches: []) }
    guard batches.first?.first == position else {
      look.batches = [try await batch(holding: position)]
      return look
    }
    for (one, other) in zip(batches, batches.dropFirst()) where one.next != other.first {
      throw .damaged("after position \(one.next) follows a batch at \(other.first)")
    }
    guard let last = batches.last, last.next <= head.next else {
      throw .damaged("it ends at \(head.next) and has a batch beyond")
    }
    learn(from: batches)
    return look
  }

  private static let sureLimit = 8
  private static let mostLimit = 1_024
  private static let wantedBytes = 4 << 20

  /// Asks for more or fewer the next time, so that an answer has some MiB.
  private func learn(from batches: [LogBatch]) {
    let bytes = batches.reduce(0) { $0 + $1.entries.reduce($1.entries.count) { $0 + $1.count } }
    let mean = max(1, bytes / batches.count)
    reader.withLock { reader in
      reader.limit = min(max(Self.wantedBytes / mean, 1), Self.mostLimit, 2 * reader.limit)
      reader.limit = max(reader.limit, Self.sureLimit / 2)
    }
  }

  /// The rest of the batch that holds a position, after which no batch begins there.
  private func batch(holding position: Int64) async throws(LogFailure) -> LogBatch {
    let look = try await look(.last(from: Key.firstBatch, before: Key.batch(position)))
    guard position >= look.head.floor else { throw .behind(floor: look.head.floor) }
    if let batch = look.batches.first {
      guard position < batch.next else {
        throw .damaged("no batch holds position \(position), and one ends at \(batch.next)")
      }
      return batch.rest(from: position)
    }
    // Truncated by somebody who could not raise the floor: the first batch says where it is.
    let first = try await self.look(.from(Key.firstBatch, to: Key.pastBatches, limit: 1))
    let floor = first.batches.first?.first ?? first.head.next
    guard floor > position else { throw .damaged("no batch holds position \(position)") }
    throw .behind(floor: floor)
  }

  /// The ends of the log and some of its batches, all as of one moment.
  private func look(_ range: Etcd.Range) async throws(LogFailure) -> LogLook {
    let answer = try await transact(Etcd.Transaction(success: Self.ends + [.range(range)]))
    var look = LogLook(head: try Self.head(of: answer), batches: [])
    for pair in try answer.found(3) {
      look.batches.append(try LogBatch(first: Self.first(of: pair.name), sealed: pair.bytes))
    }
    return look
  }

  /// The position in a batch's key.
  static func first(of key: String) throws(LogFailure) -> Int64 {
    guard let first = Int64(key.dropFirst(4)), Key.batch(first) == key else {
      throw .damaged("the key \(key.prefix(40)) is no batch's; somebody else wrote there")
    }
    return first
  }

  // MARK: Waiting

  package func wait(after position: Int64) async {
    let known = reader.withLock { reader in
      if reader.watches.isEmpty { reader.watches = [watch(Key.next), watch(Key.leader)] }
      return reader.rings
    }
    await bell.sleep(atMost: .seconds(1)) { self.bell.rings != known }
    reader.withLock { $0.rings = bell.rings }
  }

  /// Rings whenever etcd tells of a change, of growth or of who leads. What it tells is never read: it may
  /// come twice, late or not at all. Ends with the log.
  private func watch(_ key: String) -> Task<Void, Never> {
    let question = Etcd.Watch(create: Etcd.Watch.Create(key: Data(key.utf8)))
    return Task { [gateway, bell] in
      while !Task.isCancelled {
        do {
          for try await piece in try gateway.stream("watch", question, silence: .seconds(10)) {
            bell.ring()
            if String(decoding: piece, as: UTF8.self).contains("\"canceled\"") { break }
          }
        } catch {
          // Reading says what is wrong; until it is well again, everybody looks once a second.
        }
        try? await Task.sleep(for: .milliseconds(200))
      }
    }
  }
}
