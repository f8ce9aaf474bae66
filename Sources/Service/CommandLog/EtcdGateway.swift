import Foundation
import Synchronization
import Transport

/// Asks the members of an etcd cluster, the last good one first and the others in turn.
///
/// Every question here may be asked twice: a member that does not answer in time may have done what it
/// was asked, and the next one is asked the same.
final class EtcdGateway: Sendable {
  enum Answer<T: Sendable>: Sendable {
    case answered(T)
    case refused(Etcd.Refusal)
  }

  /// What is known of the cluster by its answers.
  private struct Seen {
    var preferred = 0
    var cluster: Int64?
    var revision: Int64 = 0
    /// The member that answered last.
    var member: Int64 = 0
    /// Members whose data is not what was written, by the place of their endpoint.
    var doubted: [Int: Doubt] = [:]
    /// The cluster is another one than it was, as far as anybody can tell: no member is to blame.
    var isEstranged = false
  }

  /// Whose data was found to have changed, and how.
  struct Doubt: Sendable {
    var member: Int64
    var why: String
  }

  let endpoints: [String]
  private let transport: HTTPTransport
  /// The first wait for one member; later ones are longer, for a machine that is slow.
  private let attempt: Duration
  private let seen = Mutex(Seen())

  init(_ options: EtcdOptions) {
    endpoints = options.endpoints
    attempt = options.attempt
    transport = HTTPTransport(
      limits: TransportLimits(responseBody: 16 << 20, connect: options.attempt), proxy: .none,
      trust: options.trust, userAgent: "sampan-log")
  }

  /// Asks until a member answers or refuses for good.
  func ask<T: Decodable & Sendable>(
    _ path: String, _ question: some Encodable, as type: T.Type, within patience: Duration
  ) async throws(LogFailure) -> Answer<T> {
    let body = try Self.encode(question)
    let end = ContinuousClock.now + patience
    let order = trusted
    var next = 0
    var (tries, why, isDistrusted) = (0, "no endpoint is set", false)
    // A last moment would only tell of itself.
    while !order.isEmpty, tries == 0 || ContinuousClock.now + .milliseconds(100) < end {
      let round = tries / order.count
      if round > 0 {
        // An election takes a while; nobody is helped by being asked all the time.
        try? await Task.sleep(for: .milliseconds(min(20 << min(round, 4), 200)))
      }
      if Task.isCancelled { throw .unreachable("the request was broken off") }
      let index = order[next % order.count]
      // A request that an election caught never comes back, so the first waits are short; large ones get
      // a little more, and a machine that is slow gets it later.
      let patient = (attempt + .microseconds(body.count / 2)) * (1 + round / 2)
      let wait = min(patient, end - ContinuousClock.now)
      switch try await send(path, body, to: endpoints[index], within: wait) {
      case .success(.refused(let refusal)) where refusal.isPassing:
        why = "\(endpoints[index]) says: \(refusal.message)"
        isDistrusted = false
      case .success(.answered(let bytes)):
        seen.withLock { $0.preferred = index }
        return .answered(try Self.decode(bytes, as: type))
      case .success(.refused(let refusal)):
        return .refused(refusal)
      case .failure(let error):
        // A certificate that is wrong stays so, whatever else comes between.
        if !isDistrusted { why = "\(error.operation.url): \(error.cause)" }
        if case .untrusted = error { isDistrusted = true }
      }
      (next, tries) = (next + 1, tries + 1)
    }
    let seconds = patience.components.seconds
    throw .unreachable(
      "no majority of etcd answered within \(max(1, seconds)) s; the last try: \(why)")
  }

  /// One member, asked once.
  func askOne<T: Decodable & Sendable>(
    _ endpoint: String, _ path: String, _ question: some Encodable, as type: T.Type,
    within patience: Duration
  ) async throws(LogFailure) -> T {
    switch try await send(path, Self.encode(question), to: endpoint, within: patience) {
    case .success(.answered(let bytes)): return try Self.decode(bytes, as: type)
    case .success(.refused(let refusal)): throw refusal.failure
    case .failure(let error): throw .unreachable("\(endpoint): \(error.cause)")
    }
  }

  /// A transaction, with what its answer says of the cluster compared with what was known before it was
  /// asked: answers never go back, whoever gives them.
  func transact(
    _ transaction: Etcd.Transaction, within patience: Duration
  ) async throws(LogFailure) -> Etcd.TransactionAnswer {
    let before = seen.withLock { $0.revision }
    switch try await ask("kv/txn", transaction, as: Etcd.TransactionAnswer.self, within: patience) {
    case .refused(let refusal): throw refusal.failure
    case .answered(let answer):
      let (cluster, revision) = (answer.header.cluster.value, answer.header.revision?.value ?? 0)
      let known = seen.withLock { seen in
        let known = seen.cluster ?? cluster
        seen.cluster = known
        seen.member = answer.header.member.value
        if known == cluster { seen.revision = max(seen.revision, revision) }
        seen.isEstranged = seen.isEstranged || known != cluster || revision < before
        return known
      }
      guard known == cluster else {
        throw .damaged(
          """
          the endpoints belong to two clusters of etcd. Check the list of endpoints; if etcd was made \
          anew from a backup, compare its end with the ledger files before you restart the replicas.
          """)
      }
      guard revision >= before else {
        throw .damaged(
          """
          etcd went back from revision \(before) to \(revision): an old backup was restored. Compare its \
          end with the ledger files before you restart the replicas.
          """)
      }
      return answer
    }
  }

  // MARK: Members with other data

  /// Those that are asked, the preferred one first.
  private var trusted: [Int] {
    seen.withLock { seen in
      (0..<endpoints.count).map { (seen.preferred + $0) % endpoints.count }
        .filter { seen.doubted[$0] == nil }
    }
  }

  /// Asks the member that answered last no more, until it was replaced.
  /// - Returns: false when it is nobody's fault alone: all would be doubted, or the cluster is another one.
  func doubtLast(_ why: String) -> Bool {
    seen.withLock { seen in
      guard !seen.isEstranged, seen.doubted[seen.preferred] == nil else { return false }
      guard seen.doubted.count + 1 < endpoints.count else {
        seen.doubted = [:]
        return false
      }
      seen.doubted[seen.preferred] = Doubt(member: seen.member, why: why)
      seen.preferred = (seen.preferred + 1) % endpoints.count
      return true
    }
  }

  /// Why the member at an endpoint is not asked; nil when it is. Another member in its place is trusted.
  func doubt(_ index: Int, member: Int64?) -> String? {
    seen.withLock { seen in
      if let member, seen.doubted[index]?.member != member { seen.doubted[index] = nil }
      return seen.doubted[index]?.why
    }
  }

  /// Pieces of an answer that does not end by itself, from the member that answered last.
  func stream(_ path: String, _ question: some Encodable, silence: Duration) throws(LogFailure)
    -> AsyncThrowingStream<[UInt8], any Error>
  {
    let index = seen.withLock { $0.preferred }
    guard endpoints.indices.contains(index) else { throw .unreachable("no endpoint is set") }
    return transport.stream(
      request(path, try Self.encode(question), to: endpoints[index], within: silence))
  }

  // MARK: One exchange

  private func request(
    _ path: String, _ body: [UInt8], to endpoint: String, within wait: Duration
  ) -> HTTPRequest {
    HTTPRequest(
      method: "POST", url: "\(endpoint)/v3/\(path)",
      headers: [("Content-Type", "application/json")], body: body, timeout: wait)
  }

  private func send(
    _ path: String, _ body: [UInt8], to endpoint: String, within wait: Duration
  ) async throws(LogFailure) -> Result<Answer<[UInt8]>, TransportError> {
    do {
      let response = try await transport.send(request(path, body, to: endpoint, within: wait))
      if response.isSuccess { return .success(.answered(response.body)) }
      let refusal = try? JSONDecoder().decode(Etcd.Refusal.self, from: Data(response.body))
      // Whatever stands there instead of etcd may be gone soon.
      let unknown = Etcd.Refusal(code: 14, message: "status \(response.status)")
      return .success(.refused(refusal ?? unknown))
    } catch let error as TransportError {
      if case .tooLarge = error { throw .rejected(error.description) }
      return .failure(error)
    } catch {
      throw .unreachable("the request was broken off")
    }
  }

  static func encode(_ question: some Encodable) throws(LogFailure) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
    do { return Array(try encoder.encode(question)) } catch {
      throw .rejected("a request to etcd cannot be written: \(error)")
    }
  }

  private static func decode<T: Decodable>(
    _ bytes: [UInt8], as type: T.Type
  ) throws(LogFailure) -> T {
    do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
      throw .damaged(
        "etcd answered what is no \(type): \(String(decoding: bytes.prefix(200), as: UTF8.self))")
    }
  }
}
