import ArgumentParser
import BrokerAPI
import BrokerClient
import Foundation
import Transport

/// Turns an invitation into the identity of this agent.
struct Join: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Enrol this agent with the invitation that the platform operator gave.",
    discussion: """
      Writes the token that the broker gives, readable by its owner alone.
      Example: sampan-agent join --broker http://127.0.0.1:7440 --invitation site.invite \
      --token-file agent.token
      """)

  @Option(help: "Where the broker answers.")
  var broker: String

  @Option(help: "The file that holds the invitation.")
  var invitation: String

  @Option(help: "Where the token goes; it must not exist.")
  var tokenFile = "agent.token"

  @OptionGroup var output: OutputOption

  private struct Sheet: Encodable {
    var principal: String
    var site: String
    var tokenFile: String
  }

  func run() async throws {
    guard !FileManager.default.fileExists(atPath: tokenFile) else {
      throw Failure(description: "\(tokenFile) is there already; move it away to enrol again")
    }
    guard let data = FileManager.default.contents(atPath: invitation) else {
      throw Failure(description: "\(invitation) cannot be read")
    }
    let secret = String(decoding: data, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let client = BrokerClient(baseURL: broker, token: { nil }, transport: HTTPTransport())
    let enrolled = try await client.enrol(Wire.Enrol(invitation: secret))
    guard
      FileManager.default.createFile(
        atPath: tokenFile, contents: Data((enrolled.token + "\n").utf8),
        attributes: [.posixPermissions: 0o600])
    else { throw Failure(description: "\(tokenFile) cannot be written; ask for a new invitation") }
    guard output.format == .table else {
      return try output.printJSON(
        Sheet(principal: enrolled.principal, site: enrolled.site, tokenFile: tokenFile))
    }
    print("\(enrolled.site) is enrolled as \(enrolled.principal); token: \(tokenFile)")
    print("Next: name it in agent.yaml (broker.tokenFile), then: sampan-agent check")
  }
}
