import Foundation
import LedgerStore
package import Logging
import ServiceLifecycle
import Transparency
import Transport

/// Makes a checkpoint each second of traffic while this replica leads, and asks the witnesses for their
/// cosignatures, each at its own pace. No command waits for any of it.
package struct Publisher: Service {
  private let publication: Publication
  private let signer: SignerClient
  private let leads: @Sendable () -> Bool
  private let quorum: @Sendable () async throws -> [Publication.Group]
  private let every: Duration
  private let logger: Logger
  private let transport = HTTPTransport(
    limits: TransportLimits(responseBody: WitnessRequest.byteLimit), userAgent: "sampand")
  private let hasher = SHA256Hasher()

  /// Between two tries of a witness that failed, at most.
  private static let patience: Duration = .seconds(30)
  private static let glance: Duration = .milliseconds(100)

  /// - Parameters:
  ///   - leads: whether this replica orders commands now.
  ///   - quorum: as the ledger says; empty: the policy's own counts.
  package init(
    publication: Publication, signer: SignerClient, every: Duration = .seconds(1), logger: Logger,
    leads: @escaping @Sendable () -> Bool,
    quorum: @escaping @Sendable () async throws -> [Publication.Group] = { [] }
  ) {
    self.quorum = quorum
    self.publication = publication
    self.signer = signer
    self.every = every
    self.logger = logger
    self.leads = leads
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { await sign() }
        for place in publication.policy.witnesses.indices
        where publication.policy.witnesses[place].url != nil {
          group.addTask { await gather(place) }
        }
      }
    }
  }

  // MARK: Signing

  private func sign() async {
    var trouble: String?
    while !Task.isCancelled {
      do {
        try await step()
        trouble = nil
      } catch is CancellationError {
        return
      } catch {
        let why = "\(error)"
        publication.signerFault(why)
        if why != trouble { logger.error("no checkpoint", metadata: ["why": "\(why)"]) }
        trouble = why
      }
      try? await Task.sleep(for: every)
    }
  }

  private func step() async throws {
    try publication.take(try await quorum())
    let tree = publication.tree
    let known = try await tree.current()
    let last = publication.newest?.size ?? 0
    guard leads(), known.size > last else { return }
    guard
      let checkpoint = Checkpoint(
        origin: publication.key.name, size: known.size, root: known.root)
    else { throw WitnessingError.foreignOrigin(publication.key.name) }
    let note = try await signer.sign(checkpoint, key: publication.key, last: last) { old in
      try await tree.path(from: old, to: checkpoint.size)
    }
    try publication.take(checkpoint, note, at: Self.now)
  }

  private static var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

  // MARK: Cosigning

  private func gather(_ place: Int) async {
    let member = publication.policy.witnesses[place]
    var pause = Duration.seconds(1)
    var trouble: String?
    while !Task.isCancelled {
      guard leads(), !publication.hasLine(of: place) else {
        try? await Task.sleep(for: Self.glance)
        continue
      }
      do {
        try await ask(member, place)
        pause = .seconds(1)
        trouble = nil
        continue
      } catch is CancellationError {
        return
      } catch {
        let isAlarm = (error as? WitnessingError)?.isAlarm ?? false
        let why = "\(error)"
        publication.fault(why, isAlarm: isAlarm, of: place)
        if why != trouble {
          logger.log(
            level: isAlarm ? .critical : .warning, "a witness did not cosign",
            metadata: ["witness": "\(member.name)", "why": "\(why)"])
        }
        trouble = why
      }
      try? await Task.sleep(for: pause)
      pause = min(pause * 2, Self.patience)
    }
  }

  /// Sends the newest checkpoint to a witness, from the size that it has.
  private func ask(_ member: WitnessPolicy.Member, _ place: Int) async throws {
    guard let (checkpoint, note) = publication.unwitnessed, let url = member.url else { return }
    var old = min(publication.standing.witnesses[place].size, checkpoint.size)
    for _ in 0..<3 {
      let path = try await publication.tree.path(from: old, to: checkpoint.size)
      let request = WitnessRequest(oldSize: old, path: path, note: note)
      let answer = try await transport.send(
        HTTPRequest(
          method: "POST", url: url + "/add-checkpoint",
          headers: [("Content-Type", "text/plain; charset=utf-8")], body: request.bytes,
          timeout: .seconds(10)))
      switch answer.status {
      case 200:
        let line = try line(in: answer.body, by: member, for: checkpoint)
        try publication.take(line, of: place, for: checkpoint.size)
        return
      case 409:
        guard let size = UInt64(sizeBody: answer.body), size <= checkpoint.size else {
          throw WitnessingError.refused(
            by: member.name, status: 409,
            why: "it has cosigned a larger tree than there is: an old copy leads, or a fork")
        }
        old = size
      default:
        throw WitnessingError.refused(
          by: member.name, status: answer.status, why: answer.body.shortText)
      }
    }
    throw WitnessingError.refused(by: member.name, status: 409, why: "its size goes on changing")
  }

  /// The witness's own line of an answer, verified; other lines are not looked at.
  private func line(
    in body: [UInt8], by member: WitnessPolicy.Member, for checkpoint: Checkpoint
  ) throws -> SignedNote.Signature {
    for text in body.split(separator: UInt8(ascii: "\n")).prefix(SignedNote.signatureLimit) {
      guard let line = SignedNote.Signature(line: text),
        let isGood = member.key.verdict(
          on: line, text: checkpoint.text, check: Signatures.check)
      else { continue }
      guard isGood else { break }
      return line
    }
    throw WitnessingError.refused(
      by: member.name, status: 200, why: "no line is a good signature by its key of the policy")
  }
}

extension WitnessingError {
  /// Whether somebody says that there are two histories.
  var isAlarm: Bool {
    if case .refused(_, let status, _) = self { status == 422 || status == 409 } else { false }
  }
}
