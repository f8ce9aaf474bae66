import BrokerAPI
import BrokerClient
import Foundation

/// A command as it was written down before it was sent: enough to send it again under its own id.
struct PendingCommand: Codable, Equatable {
  /// 32 hexadecimal digits, the command's `Idempotency-Key`.
  var key: String
  /// An `OperationID`.
  var operation: String
  var path: [String]
  /// The JSON that was sent, byte for byte.
  var body: String
  var broker: String
  var tokenFile: String?
  /// Where the secret of the answer goes.
  var secretFile: String?
  /// For the person: what it was.
  var words: String
  /// Seconds since 1970 UTC, by this machine.
  var madeAt: Int64

  /// Sends it. Every command of the program goes this way, the first time and again.
  func send(_ client: BrokerClient) async throws -> CommandOutcome {
    guard let key = CommandID(key), let id = OperationID(rawValue: operation) else {
      throw Self.unreadable(self.key)
    }
    let first = path.first ?? ""
    func read<Body: RequestBody>(_ type: Body.Type) throws -> Body {
      try Body(json: Array(body.utf8))
    }
    switch id {
    case .makeToken: return .token(try await client.makeToken(first, key: key))
    case .inviteSite: return .invitation(try await client.inviteSite(first, key: key))
    default: break
    }
    let accepted: Wire.Accepted
    switch id {
    case .addParty: accepted = try await client.addParty(read(Wire.AddParty.self), key: key)
    case .addMember:
      accepted = try await client.addMember(first, read(Wire.AddMember.self), key: key)
    case .approve: accepted = try await client.approve(Position(parsing: first), key: key)
    case .decline: accepted = try await client.decline(Position(parsing: first), key: key)
    case .addChip: accepted = try await client.addChip(read(Wire.Chip.self), key: key)
    case .registerSite:
      accepted = try await client.registerSite(read(Wire.RegisterSite.self), key: key)
    case .certifySite:
      accepted = try await client.certifySite(first, read(Wire.CertifySite.self), key: key)
    case .reportLatencies:
      accepted = try await client.reportLatencies(first, read(Wire.ReportLatencies.self), key: key)
    case .publishOffer:
      accepted = try await client.publishOffer(first, read(Wire.PublishOffer.self), key: key)
    case .withdrawOffer:
      accepted = try await client.withdrawOffer(first, read(Wire.WithdrawOffer.self), key: key)
    case .reclaimCapacity:
      accepted = try await client.reclaimCapacity(first, read(Wire.ReclaimCapacity.self), key: key)
    case .declareLoss:
      accepted = try await client.declareLoss(first, read(Wire.ReclaimCapacity.self), key: key)
    case .placeBid: accepted = try await client.placeBid(read(Wire.PlaceBid.self), key: key)
    case .cancelBid: accepted = try await client.cancelBid(first, key: key)
    case .endLease: accepted = try await client.endLease(first, key: key)
    case .abandonLease: accepted = try await client.abandonLease(first, key: key)
    case .addProject:
      accepted = try await client.addProject(first, read(Wire.AddProject.self), key: key)
    case .setBudget: accepted = try await client.setBudget(read(Wire.SetBudget.self), key: key)
    case .openDispute:
      accepted = try await client.openDispute(first, read(Wire.OpenDispute.self), key: key)
    case .addEvidence:
      accepted = try await client.addEvidence(first, read(Wire.AddEvidence.self), key: key)
    case .decideDispute:
      accepted = try await client.decideDispute(first, read(Wire.DecideDispute.self), key: key)
    case .correctCharge:
      accepted = try await client.correctCharge(first, read(Wire.CorrectCharge.self), key: key)
    case .recordDeposit:
      accepted = try await client.recordDeposit(first, read(Wire.RecordDeposit.self), key: key)
    case .recordPayout:
      accepted = try await client.recordPayout(first, read(Wire.RecordPayout.self), key: key)
    case .closeAccount:
      accepted = try await client.closeAccount(first, read(Wire.CloseAccount.self), key: key)
    case .sendTransfer:
      accepted = try await client.sendTransfer(read(Wire.SendTransfer.self), key: key)
    case .setCreditLimit:
      accepted = try await client.setCreditLimit(first, read(Wire.SetCreditLimit.self), key: key)
    case .setRate: accepted = try await client.setRate(read(Wire.SetRate.self), key: key)
    default:
      return .accepted(try await sendRules(client, id, first, key))
    }
    return .accepted(accepted)
  }

  static func unreadable(_ name: String) -> Failure {
    .usage(
      "the kept command \(name) cannot be read by this version", code: "pending_command",
      next: "Use the version that made it, or drop it: sampan retry --forget \(name)")
  }
}

/// The commands whose outcome is not known, one private file each.
struct PendingFolder: Sendable {
  let path: String

  private func file(_ key: String) -> String { "\(path)/\(key).json" }

  func write(_ command: PendingCommand) throws {
    try PrivateFile.folder(path)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let text = String(decoding: try encoder.encode(command), as: UTF8.self)
    try PrivateFile.create(file(command.key), text + "\n")
  }

  func remove(_ key: String) {
    try? FileManager.default.removeItem(atPath: file(key))
  }

  func read(_ key: String) throws -> PendingCommand {
    guard CommandID(key) != nil, let data = FileManager.default.contents(atPath: file(key)) else {
      throw Failure.usage(
        "no command \(key) waits for its outcome", code: "pending_command",
        next: "See what waits: sampan retry --list")
    }
    guard let command = try? JSONDecoder().decode(PendingCommand.self, from: data) else {
      throw PendingCommand.unreadable(key)
    }
    return command
  }

  /// Oldest first.
  func all() throws -> [PendingCommand] {
    guard FileManager.default.fileExists(atPath: path) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: path)
      .filter { $0.hasSuffix(".json") }
      .map { try read(String($0.dropLast(5))) }
      .sorted { ($0.madeAt, $0.key) < ($1.madeAt, $1.key) }
  }
}
