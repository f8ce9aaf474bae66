import Foundation
import Transport

/// Reads a cluster through slurmrestd, by TCP or its unix socket, with a token.
///
/// What the agent asks for again and again comes from there: nodes, partitions, reservations, the
/// queue, the accounting. What v0.0.38 does not tell comes from the commands: the tree of accounts
/// with its order, users and QOS with Slurm's own words, the events of nodes, the settings, and the
/// names of reservations in the accounting (slurmrestd has garbage there).
package struct RESTReader: ClusterReader {
  private let configuration: SlurmConfiguration
  private let rest: SlurmConfiguration.REST
  private let commands: CommandReader
  private let token: TokenSource
  private let transport: HTTPTransport

  /// Nil without `rest:` in the settings.
  package init?(_ configuration: SlurmConfiguration) {
    guard let rest = configuration.rest else { return nil }
    self.configuration = configuration
    self.rest = rest
    commands = CommandReader(configuration)
    token = TokenSource(configuration)
    transport = HTTPTransport(
      limits: TransportLimits(responseBody: 256 << 20), proxy: .none, userAgent: "sampan-agent")
  }

  package func nodes() async throws(SlurmError) -> [ClusterNode] {
    try await list("nodes", "slurm", "nodes/").compactMap { ClusterJSON.node($0) }
  }

  package func partitions() async throws(SlurmError) -> [ClusterPartition] {
    try await list("partitions", "slurm", "partitions/").compactMap { ClusterJSON.partition($0) }
  }

  package func reservations() async throws(SlurmError) -> [ClusterReservation] {
    try await list("reservations", "slurm", "reservations/").compactMap {
      ClusterJSON.reservation($0)
    }
  }

  package func queue() async throws(SlurmError) -> [QueuedJob] {
    try await list("jobs", "slurm", "jobs/").compactMap { ClusterJSON.job($0) }
  }

  package func accounting(
    _ question: AccountingQuestion
  ) async throws(SlurmError) -> [AccountingJob] {
    var query = [
      "start_time=\(CommandReader.time(question.from))",
      "end_time=\(CommandReader.time(question.to))", "skip_steps=1",
    ]
    if !question.accounts.isEmpty {
      query.append("account=\(question.accounts.joined(separator: "%2C"))")
    }
    // Accounts of other clusters are in the same database.
    let all: [JSONField]
    do throws(SlurmError) {
      all = try await list("jobs", "slurmdb", "jobs/?\(query.joined(separator: "&"))")
    } catch {
      // What it says when no job matches.
      guard error.kind == .unknown else { throw error }
      all = []
    }
    let jobs = all.filter { $0["cluster"].text == configuration.cluster }
    return try await commands.withReservations(jobs.compactMap { ClusterJSON.accountingJob($0) })
  }

  package func associations() async throws(SlurmError) -> [ClusterAssociation] {
    try await commands.associations()
  }

  package func qos() async throws(SlurmError) -> [ClusterQOS] { try await commands.qos() }

  package func users() async throws(SlurmError) -> [ClusterUser] { try await commands.users() }

  package func nodeEvents(
    from: Int64, to: Int64
  ) async throws(SlurmError) -> [NodeEvent] {
    try await commands.nodeEvents(from: from, to: to)
  }

  package func settings() async throws(SlurmError) -> ClusterSettings {
    try await commands.settings()
  }

  /// One request. slurmrestd says "Unspecified error" for a bad token and for a controller that is
  /// down alike; slurmdbd, which names a bad token, is then asked which it is.
  private func list(
    _ name: String, _ service: String, _ path: String
  ) async throws(SlurmError) -> [JSONField] {
    let operation = "GET /\(service)/\(rest.version)/\(path.prefix { $0 != "?" })"
    let response = try await send("\(service)/\(rest.version)/\(path)", operation)
    do throws(SlurmError) {
      return try ClusterJSON.list(name, in: Data(response.body), of: operation)
    } catch {
      guard error.kind == .other || error.kind == .unreadable else { throw error }
      if response.status == 401 {
        throw SlurmError(.token, operation, "401 Authentication failure")
      }
      if error.kind == .other, service == "slurm" {
        let other = "slurmdb/\(rest.version)/clusters/"
        let answer = try await send(other, operation)
        _ = try ClusterJSON.list("clusters", in: Data(answer.body), of: operation)
        throw SlurmError(.controllerDown, operation, error.words)
      }
      throw SlurmError(error.kind, operation, "\(response.status) \(error.words)")
    }
  }

  private func send(
    _ path: String, _ operation: String
  ) async throws(SlurmError) -> HTTPResponse {
    guard let token = try await token.current() else {
      throw SlurmError(.token, operation, "there is none; set tokenFile")
    }
    let base = rest.url.hasSuffix("/") ? String(rest.url.dropLast()) : rest.url
    let request = HTTPRequest(
      url: "\(base)/\(path)",
      headers: [
        ("X-SLURM-USER-NAME", rest.user), ("X-SLURM-USER-TOKEN", token),
        ("Accept", "application/json"),
      ], timeout: .seconds(configuration.timeLimitSeconds), unixSocket: rest.socket)
    do {
      return try await transport.send(request)
    } catch let error as TransportError {
      switch error {
      case .timedOut: throw SlurmError(.overTime, operation, error.cause)
      case .tooLarge, .invalidRequest: throw SlurmError(.unreadable, operation, error.cause)
      default: throw SlurmError(.restDown, operation, error.cause)
      }
    } catch {
      throw SlurmError(.other, operation, "\(error)")
    }
  }
}

extension SlurmConfiguration {
  /// The way of reading that is set.
  package var reader: any ClusterReader {
    if interface == .rest, let reader = RESTReader(self) { return reader }
    return CommandReader(self)
  }
}
