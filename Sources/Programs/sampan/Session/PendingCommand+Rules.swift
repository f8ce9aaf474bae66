import BrokerAPI
import BrokerClient

// What says how the market is run.
extension PendingCommand {
  /// Sends one of them; what is none goes on as a command of the scheme.
  func sendRules(
    _ client: BrokerClient, _ id: OperationID, _ first: String, _ key: CommandID
  ) async throws -> Wire.Accepted {
    func read<Body: RequestBody>(_ type: Body.Type) throws -> Body {
      try Body(json: Array(body.utf8))
    }
    switch id {
    case .freezeMarket: return try await client.freezeMarket(key: key)
    case .thawMarket: return try await client.thawMarket(read(Wire.ThawMarket.self), key: key)
    case .activateVersion:
      return try await client.activateVersion(read(Wire.ActivateVersion.self), key: key)
    case .setOversight:
      return try await client.setOversight(read(Wire.Oversight.self), key: key)
    default: return try await sendScheme(client, id, first, key)
    }
  }
}
