import ArgumentParser
import BrokerAPI
import Foundation
import Ledger
import LedgerStore
import Logging
import Replica
import ServiceLifecycle
import Settings
import Transparency
import UnixSignals
import Witnessing

/// Makes a key.
struct Key: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make the secret key of a log or of a witness, and print its public key.",
    discussion: """
      Example: sampand key --kind log --name market.example.hk --out log.key
      Example: sampand key --kind witness --name witness.example.hk/centre-a --out witness.key
      Example: sampand key --kind sm2 --name witness.example.cn/reg-sm2 --out sm2.key

      The name of a log's key is the origin of its genesis. Keep a copy of the file where nobody else reads it.
      """)

  enum Kind: String, ExpressibleByArgument { case log, witness, sm2 }

  @Option(help: "Of whom: log or witness; sm2: a witness's second key.") var kind: Kind
  @Option(help: "The owner's name: no space and no plus.") var name: String
  @Option(help: "The file to make, for its owner alone.") var out: String?
  @Option(
    help: "Of sm2: make none, and print the public key of this file or URI of a provider.")
  var from: String?

  func validate() throws {
    guard (out == nil) != (from == nil), from == nil || kind == .sm2 else {
      throw ValidationError("give --out, or with --kind sm2 --from")
    }
  }

  func run() throws {
    if let from {
      print(try SM2Key(source: from, name: name).verifier.text)
      return
    }
    let out = out ?? ""
    if kind == .sm2 {
      print(try SM2Key.make(named: name, at: out).verifier.text)
      return
    }
    guard let key = SigningKey(newNamed: name, kind: kind == .log ? .log : .witness) else {
      throw Failure(description: "\(name) is no name of a key; leave out spaces and plus")
    }
    try key.write(to: out)
    print(key.verifier.text)
  }
}

/// Runs the signer of a log.
struct Sign: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signer",
    abstract: "Run the signer of a log's checkpoints, until SIGTERM or SIGINT.",
    discussion: """
      A process of its own, which signs what continues the last checkpoint that it signed and nothing else. \
      What it was asked for besides is kept in its folder.
      Example: sampand signer --key log.key --folder signer --socket /run/sampan/signer.sock
      """)

  @Option(help: "The log's secret key, made by sampand key.") var key: String
  @Option(help: "Where it keeps what it signed last.") var folder: String
  @Option(help: "The socket that it listens on, for its owner alone.") var socket: String

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    let signer = try CheckpointSigner(key: try SigningKey(file: key), folder: folder)
    let logger = Logger(label: "signer")
    logger.notice("signs", metadata: ["key": "\(signer.verifier.text)"])
    let group = ServiceGroup(
      services: [SignerSocket(signer: signer, path: socket, logger: logger)],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
  }
}

/// Runs a witness that has no ledger.
struct WitnessRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness",
    abstract: "Run a witness of logs, until SIGTERM or SIGINT.",
    discussion: """
      Cosigns each checkpoint that continues the last one, for whoever needs more than the log's own word \
      (C2SP tlog-witness). It needs the log's public key and no entry of it.
      Example: sampand witness --config witness.yaml
      """)

  @Option(name: .shortAndLong, help: "The settings of this witness.")
  var config = "config/witness.yaml"

  @Option(help: "Write the address to this file once requests are taken there.")
  var addressFile: String?

  func run() async throws {
    signal(SIGPIPE, SIG_IGN)
    let reader = SettingsReader(file: config)
    let settings = WitnessSettings(section: reader)
    try reader.finish()
    guard let settings else { throw Failure(description: "\(config) is empty") }
    let logger = Logger(label: "witness")
    let group = ServiceGroup(
      services: try settings.services(logger, own: nil, addressFile: addressFile),
      gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
  }
}

extension WitnessSettings {
  /// The witness, and its comparison with the others.
  func services(
    _ logger: Logger, own: WitnessServer.OwnLog?, addressFile: String? = nil
  ) throws -> [any Service] {
    let policy = try WitnessPolicy(file: policy)
    guard !policy.logs.isEmpty else {
      throw Failure(description: "the witness's policy names no log; add: log <key> [url]")
    }
    let keeper = try WitnessKeeper(
      key: try SigningKey(file: key),
      second: try sm2.map { try SM2Key(source: $0.key, name: $0.name) },
      logs: policy.logs.map(\.key), folder: folder)
    let host = listen.host
    let server = WitnessServer(
      keeper: keeper, host: host, port: listen.port, logger: logger, own: own,
      onRunning: { port in
        guard let addressFile else { return }
        try? Data("http://\(host):\(port)\n".utf8).write(
          to: URL(fileURLWithPath: addressFile), options: .atomic)
      })
    return [
      server, WitnessMonitor(keeper: keeper, policy: policy, every: every, logger: logger),
    ]
  }
}

extension SignerSettings {
  /// What this replica publishes of its log.
  func publication(_ tree: LedgerTree, folder: String) throws -> Publication {
    let policy = try WitnessPolicy(file: policy)
    let name = policy.logs.first?.key.name ?? ""
    if let origin = try tree.store.origin(), !origin.utf8.elementsEqual(name.utf8) {
      throw Failure(
        description: "\(self.policy): the log's key is of \(name), and this ledger is \(origin); "
          + "make the key with the ledger's origin as its name")
    }
    return try Publication(tree: tree, folder: folder, policy: policy)
  }
}

extension LedgerStore {
  /// The name of the log, as entry 0 has it; nil without an entry.
  func origin() throws -> String? {
    guard let first = try entries(from: 0, limit: 1).first,
      case .genesis(let terms) = try Entry.decode(first.1).command
    else { return nil }
    return terms.origin
  }
}

extension Wire.WitnessSummary {
  init(_ standing: Publication.Standing) {
    self.init(
      cosigning: Int64(standing.witnesses.count { $0.size > 0 && $0.trouble == nil }),
      of: Int64(standing.witnesses.count))
    waitingSince = standing.waitingSince.map { WireTime(clamping: $0) }
    signer = standing.signerTrouble.map { String($0.prefix(400)) }
    alarm = standing.witnesses.first(where: \.isAlarm).map { reach in
      String("\(reach.name): \(reach.trouble ?? "another history")".prefix(400))
    }
  }
}
