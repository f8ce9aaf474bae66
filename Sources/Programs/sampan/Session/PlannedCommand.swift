import BrokerAPI
import BrokerClient
import Foundation

/// A command that is ready to be agreed to and sent.
struct PlannedCommand {
  let operation: OperationID
  var path: [String] = []
  let body: [UInt8]
  /// What it would do, for the person who agrees.
  let summary: [String]
  /// What is asked; nil for what binds neither money nor clusters.
  var question: String?
  /// Where the secret of the answer goes.
  var secretFile: String?

  /// Checks the body as the broker would, so that a faulty one is not sent.
  init<Body: RequestBody>(
    _ operation: OperationID, path: [String] = [], _ body: Body, summary: [String],
    question: String? = nil, secretFile: String? = nil
  ) throws {
    self.operation = operation
    self.path = path
    self.body = body.json()
    self.summary = summary
    self.question = question
    self.secretFile = secretFile
    _ = try Body.read(self.body)
  }
}

extension Session {
  /// Shows it, asks, sends it, prints what came of it. Nil when nothing was sent.
  @discardableResult
  func carryOut(
    _ command: PlannedCommand, _ change: ChangeOptions
  ) async throws -> CommandOutcome? {
    if command.question != nil || change.dryRun {
      for line in command.summary { terminal.tell(line) }
    }
    if change.dryRun {
      if format.isDocument {
        let tree = try StrictJSON.parse(command.body)
        terminal.write(format == .json ? tree.pretty + "\n" : tree.yaml)
      }
      terminal.tell("Dry run: nothing was sent.")
      return nil
    }
    if let question = command.question, !change.yes {
      try change.requireAnswer(terminal)
      guard terminal.ask(question) else {
        throw Failure(
          why: "you did not agree", code: "not_confirmed", next: "Nothing was sent.",
          exit: .interrupted)
      }
    }
    let outcome = try await send(command)
    try show(outcome, secretFile: command.secretFile)
    return outcome
  }

  /// Writes the command down, sends it, and forgets it when its outcome is known.
  private func send(_ command: PlannedCommand) async throws -> CommandOutcome {
    let pending = PendingCommand(
      key: CommandID.random().text, operation: command.operation.rawValue, path: command.path,
      body: String(decoding: command.body, as: UTF8.self), broker: endpoint.broker,
      tokenFile: endpoint.tokenFile, secretFile: command.secretFile,
      words: command.summary.first ?? command.operation.rawValue,
      madeAt: Int64(Date().timeIntervalSince1970))
    // First the file for the secret: one that cannot be written must not cost a token.
    if let file = command.secretFile { try PrivateFile.create(file, "") }
    let folder = PendingFolder(path: around.pendingFolder)
    try folder.write(pending)
    return try await finish(pending, folder, isFirst: true)
  }

  /// Sends a command that is written down.
  /// - Parameter isFirst: it was never sent before, so that "unreachable" says it was not taken.
  func finish(
    _ pending: PendingCommand, _ folder: PendingFolder, isFirst: Bool
  ) async throws -> CommandOutcome {
    do {
      let outcome = try await pending.send(client)
      if let file = pending.secretFile, let secret = outcome.secret {
        if !FileManager.default.fileExists(atPath: file) { try PrivateFile.create(file, "") }
        try PrivateFile.fill(file, secret + "\n")
      }
      folder.remove(pending.key)
      return outcome
    } catch let error as BrokerClientError {
      switch error {
      case .refused, .notAllowed: forget(pending, folder)
      case .unreachable where isFirst: forget(pending, folder)
      case .unreachable, .outcomeUnknown: break
      case .badAnswer(let cause):
        // Something answered, and it may have been the broker that took it.
        throw BrokerClientError.outcomeUnknown(
          CommandID(pending.key) ?? .random(), cause: "the answer cannot be read: \(cause)")
      }
      throw error
    }
  }

  private func forget(_ pending: PendingCommand, _ folder: PendingFolder) {
    folder.remove(pending.key)
    guard let file = pending.secretFile,
      let size = try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int, size == 0
    else { return }
    try? FileManager.default.removeItem(atPath: file)
  }

  func show(_ outcome: CommandOutcome, secretFile: String?) throws {
    switch format {
    case .table, .wide:
      for line in outcome.lines(secretFile: secretFile) { terminal.say(line) }
    case .json: terminal.say(try outcome.tree(secretFile: secretFile).pretty)
    case .yaml: terminal.write(try outcome.tree(secretFile: secretFile).yaml)
    case .csv, .name: terminal.say(outcome.name)
    }
  }
}

/// An errand that changes something, after asking.
protocol ChangeErrand: BrokerErrand {
  var change: ChangeOptions { get }
  /// Binds money or clusters, so that it must be agreed to.
  static var asks: Bool { get }
}

extension ChangeErrand {
  static var asks: Bool { true }

  /// The session, once it is certain that a question can be answered.
  func session() throws -> Session {
    if Self.asks {
      try change.requireAnswer(.current(environment: Surroundings.current.environment))
    }
    return try Session.open(options)
  }
}
